// How BBR steers: draft-ietf-ccwg-bbr-06 5.3 (states), 5.4 (idle), 5.6 (rate and window).
#include "tcp/congestion/bbr.h"

#include <algorithm>

namespace sluice::tcp {
namespace {

constexpr Duration probe_rtt_time = 200ms;   // ProbeRTTDuration
constexpr std::uint32_t startup_gain = 277;  // percent: 4 * ln 2
constexpr std::uint8_t startup_losses = 6;   // BBRStartupFullLossCnt
constexpr std::uint32_t drain_rounds_most = 3;
constexpr std::uint32_t reno_rounds_most = 63;  // 5.3.3.8.2
constexpr std::uint32_t margin = 99;            // PacingMarginPercent = 1

}  // namespace

void Bbr::start(Pos window, std::uint32_t seed, std::uint32_t loss_percent) {  // 5.2.1
    *this = Bbr();
    loss_percent_ = loss_percent;
    window_ = initial_window_ = window;
    random_ = seed | 1U;
    // 5.6.2: until a round trip is known, one of a millisecond is assumed.
    pacing_rate_ = static_cast<std::uint64_t>(window) * 1000 * startup_gain / 100;
}

void Bbr::on_acked(const AckSample& sample) {  // 5.2.3
    if (min_rtt_ == Duration::max()) min_rtt_at_ = probe_rtt_min_at_ = extra_since_ = sample.now;
    mss_ = sample.mss;
    has_sack_ = sample.has_sack;
    total_ = sample.rate.total;
    is_recovering_ = sample.is_recovering;
    if (!has_rtt_ && sample.smoothed > Duration(0)) {
        has_rtt_ = true;
        const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(in_us(sample.smoothed), 1));
        pacing_rate_ = static_cast<std::uint64_t>(initial_window_) * 1'000'000 / us * startup_gain / 100;
    }
    update_latest(sample);
    update_congestion(sample);
    update_aggregation(sample);
    check_full_bw(sample);
    check_startup(sample);
    check_drain(sample);
    update_cycle(sample);
    update_min_rtt(sample);
    check_probe_rtt(sample);
    advance_latest(sample);
    bw_ = std::min(max_bw(), bw_shortterm_);
    set_pacing_rate(pacing_gain());
    adjust_window(sample);
}

// --- startup and drain

// 5.3.1.3: at the end of a round in recovery, over BBRLossThresh lost in at least six places.
void Bbr::check_startup(const AckSample& sample) {
    if (state_ == State::startup && loss_round_start_ && is_recovering_ &&
        (losses_in_round_ >= startup_losses || !has_sack_) &&
        is_too_high(sample.rate.lost, sample.rate.in_flight)) {
        undo_state_ = State::startup;
        full_bw_reached_ = true;
        inflight_longterm_ = std::max(bdp(100, bw_), inflight_latest_);
    }
    if (loss_round_start_) losses_in_round_ = 0;
    if (state_ == State::startup && full_bw_reached_) enter_drain();
}

void Bbr::enter_drain() {
    state_ = State::drain;
    drain_began_ = rounds_;
}

void Bbr::check_drain(const AckSample& sample) {  // 5.3.2
    if (state_ != State::drain) return;
    if (sample.in_flight <= inflight(100, bw_) || rounds_ > drain_began_ + drain_rounds_most)
        start_down(sample.now);
}

// --- the cycle (5.3.3.9)

void Bbr::update_cycle(const AckSample& sample) {
    if (!full_bw_reached_ || adapt_long_term(sample)) return;
    switch (state_) {
        case State::down:
            if (!is_time_to_probe(sample.now) && is_time_to_cruise(sample)) state_ = State::cruise;
            break;
        case State::cruise: is_time_to_probe(sample.now); break;
        case State::refill:
            if (!round_start_) break;  // one round of it
            is_probe_sample_ = true;
            start_up(sample);
            break;
        case State::up:
            if (!is_time_to_go_down(sample)) break;
            prev_too_high_ = false;  // no high loss yet
            start_down(sample.now);
            break;
        default: break;
    }
}

// True: it decided what comes next.
bool Bbr::adapt_long_term(const AckSample& sample) {
    if (ack_phase_ == AckPhase::starting && round_start_) ack_phase_ = AckPhase::feedback;
    if (ack_phase_ == AckPhase::stopping && round_start_) {  // the last samples of the probe are in
        is_probe_sample_ = false;
        ack_phase_ = AckPhase::init;
        if (is_probe_bw() && !sample.rate.is_application_limited) {  // 5.5.6
            bw_filter_[0] = bw_filter_[1];
            bw_filter_[1] = 0;
        }
        // 5.3.3.6: the careful probe went well; probe again without care.
        if (is_probe_bw() && prev_precautionary_ && !prev_too_high_) {
            start_refill();
            return true;
        }
    }
    if (is_too_high(sample.rate.lost, sample.rate.in_flight) || inflight_longterm_ == infinite) return false;
    inflight_longterm_ = std::max(inflight_longterm_, sample.rate.in_flight);
    if (state_ == State::up) probe_upward(sample);
    return false;
}

void Bbr::probe_upward(const AckSample& sample) {
    if (!sample.was_limited || window_ < inflight_longterm_) return;  // it is not in use
    up_acked_ += sample.delivered;
    if (up_acked_ >= acked_per_increase_) {
        inflight_longterm_ += up_acked_ / acked_per_increase_ * mss_;
        up_acked_ %= acked_per_increase_;
    }
    if (round_start_) raise_slope();
}

void Bbr::raise_slope() {
    acked_per_increase_ = std::max(window_ >> up_rounds_, Pos{mss_});
    up_rounds_ = std::min<std::uint8_t>(static_cast<std::uint8_t>(up_rounds_ + 1), 30);
}

bool Bbr::is_time_to_probe(Instant now) {  // 5.3.3.8
    const Pos reno_rounds = std::min(std::min(bdp(100, bw_), window_) / mss_, Pos{reno_rounds_most});
    if (now <= cycle_began_ + probe_wait_ && rounds_since_up_ < reno_rounds) return false;
    start_refill();
    return true;
}

bool Bbr::is_time_to_cruise(const AckSample& sample) const {
    return sample.in_flight <= inflight_with_headroom() && sample.in_flight <= inflight(100, max_bw());
}

bool Bbr::is_time_to_go_down(const AckSample& sample) {  // 5.3.3.7
    if (prev_too_high_ && sample.in_flight >= inflight_longterm_) {
        prev_precautionary_ = true;
        return true;
    }
    if (sample.was_limited && window_ >= inflight_longterm_) {
        reset_full_bw(sample.rate.rate());  // inflight_longterm is the limit, not the path
        return false;
    }
    return full_bw_now_;
}

void Bbr::start_down(Instant now) {
    reset_congestion_signals();
    acked_per_increase_ = infinite;
    rounds_since_up_ = random_below(2);
    probe_wait_ = 2s + std::chrono::milliseconds(random_below(1000));
    cycle_began_ = now;
    ack_phase_ = AckPhase::stopping;
    start_round();
    state_ = State::down;
}

void Bbr::start_refill() {
    reset_short_term();
    up_rounds_ = 0;
    up_acked_ = 0;
    prev_precautionary_ = false;
    ack_phase_ = AckPhase::refilling;
    start_round();
    state_ = State::refill;
}

void Bbr::start_up(const AckSample& sample) {
    ack_phase_ = AckPhase::starting;
    start_round();
    reset_full_bw(sample.rate.rate());
    state_ = State::up;
    raise_slope();
}

// --- the round-trip time (5.3.4)

void Bbr::check_probe_rtt(const AckSample& sample) {
    if (state_ != State::probe_rtt && probe_rtt_expired_ && !idle_restart_) {
        save_window();
        state_ = State::probe_rtt;
        probe_rtt_done_at_ = {};
        ack_phase_ = AckPhase::stopping;
        start_round();
    }
    if (state_ == State::probe_rtt) handle_probe_rtt(sample);
    if (sample.delivered > 0) idle_restart_ = false;
}

void Bbr::handle_probe_rtt(const AckSample& sample) {
    if (probe_rtt_done_at_ == Instant{}) {
        if (sample.in_flight > probe_rtt_window()) return;
        probe_rtt_done_at_ = sample.now + probe_rtt_time;
        probe_rtt_round_done_ = false;
        return start_round();
    }
    if (round_start_) probe_rtt_round_done_ = true;
    if (probe_rtt_round_done_) finish_probe_rtt(sample.now);
}

void Bbr::finish_probe_rtt(Instant now) {
    if (probe_rtt_done_at_ == Instant{} || now <= probe_rtt_done_at_) return;
    probe_rtt_min_at_ = now;
    window_ = std::max(window_, prior_window_);
    reset_short_term();
    if (!full_bw_reached_) return enter_startup();
    start_down(now);
    state_ = State::cruise;  // the queue is empty already
}

void Bbr::on_restart(Instant now) {  // 5.4.1
    idle_restart_ = true;
    extra_since_ = now;
    if (is_probe_bw())
        set_pacing_rate(100);
    else if (state_ == State::probe_rtt)
        finish_probe_rtt(now);
}

// --- losses

void Bbr::on_loss(const CongestionEvent&) {  // 5.6.4.4, fast recovery
    save_window();
    save_state();
    is_recovering_ = true;
}

void Bbr::on_timeout(const CongestionEvent& event, bool is_first) {
    if (is_first) {
        save_window();
        save_state();
    }
    window_ = event.mss;  // Choice: everything in flight counts as lost, so that this is what may leave
}

void Bbr::undo() {  // 5.5.11.2
    window_ = std::max(window_, prior_window_);
    loss_in_round_ = false;
    reset_full_bw(0);
    bw_shortterm_ = std::max(bw_shortterm_, undo_bw_shortterm_);
    inflight_shortterm_ = std::max(inflight_shortterm_, undo_inflight_shortterm_);
    inflight_longterm_ = std::max(inflight_longterm_, undo_inflight_longterm_);
    if (undo_state_ == State::startup && state_ != State::startup) {
        full_bw_reached_ = false;
        if (state_ != State::probe_rtt) enter_startup();
    } else if (undo_state_ == State::up && state_ != State::up && state_ != State::probe_rtt) {
        start_refill();
    }
    undo_state_ = State::cruise;
}

// --- rate and window (5.6)

std::uint32_t Bbr::pacing_gain() const {  // 5.6.1, percent
    switch (state_) {
        case State::startup: return startup_gain;
        case State::drain: return 50;
        case State::down: return 90;
        case State::up: return 125;
        default: return 100;
    }
}

std::uint32_t Bbr::cwnd_gain() const {
    return state_ == State::up ? 225 : state_ == State::probe_rtt ? 50 : 200;
}

void Bbr::set_pacing_rate(std::uint32_t gain) {  // 5.6.2
    const std::uint64_t rate = bw_ * gain / 100 * margin / 100;
    if (rate > 0 && (full_bw_reached_ || rate > pacing_rate_)) pacing_rate_ = rate;
}

void Bbr::adjust_window(const AckSample& sample) {  // 5.6.4.6
    const Pos most = with_budget(bdp(cwnd_gain(), bw_) + std::max(extra_acked_[0], extra_acked_[1]));
    if (full_bw_reached_)
        window_ = std::min(window_ + sample.delivered, most);
    else if (window_ < most || total_ < initial_window_)
        window_ += sample.delivered;
    window_ = std::max(window_, min_pipe());
    if (state_ == State::probe_rtt) window_ = std::min(window_, probe_rtt_window());
    bound_window();
}

void Bbr::bound_window() {  // 5.6.4.7
    Pos most = inflight_shortterm_;
    if (state_ == State::probe_rtt || state_ == State::cruise)
        most = std::min(most, inflight_with_headroom());
    else if (is_probe_bw())
        most = std::min(most, inflight_longterm_);
    window_ = std::min(window_, std::max(most, min_pipe()));
}

// xorshift: only the times of probes depend on it.
std::uint32_t Bbr::random_below(std::uint32_t bound) {
    random_ ^= random_ << 13U;
    random_ ^= random_ >> 17U;
    random_ ^= random_ << 5U;
    return random_ % bound;
}

}  // namespace sluice::tcp
