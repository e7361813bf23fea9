// What BBR knows of the path: draft-ietf-ccwg-bbr-06 5.5, and the volumes of 5.6.4.2.
#include <algorithm>

#include "tcp/congestion/bbr.h"

namespace sluice::tcp {
namespace {

constexpr Duration min_rtt_window = 10s;       // MinRTTFilterLen
constexpr Duration probe_rtt_interval = 5s;    // ProbeRTTInterval
constexpr std::uint32_t aggregation_half = 5;  // rounds; ExtraAckedFilterLen is two of these
constexpr Duration quantum = 1ms;

std::uint64_t times_beta(std::uint64_t rate) { return rate / 10 * 7; }  // Beta = 0.7
Pos times_beta(Pos octets) { return octets / 10 * 7; }

}  // namespace

void Bbr::update_round(const AckSample& sample) {  // 5.5.1
    round_start_ = sample.rate.has_data() && sample.rate.prior_delivered >= next_round_;
    if (!round_start_) return;
    start_round();
    ++rounds_;
    ++rounds_since_up_;
}

void Bbr::update_latest(const AckSample& sample) {  // 5.5.10.3
    loss_round_start_ = false;
    bw_latest_ = std::max(bw_latest_, sample.rate.rate());
    inflight_latest_ = std::max(inflight_latest_, sample.rate.delivered);
    if (sample.rate.has_data() && sample.rate.prior_delivered >= loss_round_) {
        loss_round_ = total_;
        loss_round_start_ = true;
    }
}

void Bbr::advance_latest(const AckSample& sample) {
    if (!loss_round_start_) return;
    bw_latest_ = sample.rate.rate();
    inflight_latest_ = sample.rate.delivered;
}

void Bbr::update_congestion(const AckSample& sample) {  // 5.5.5, 5.5.10.3
    update_round(sample);
    const std::uint64_t rate = sample.rate.rate();
    // 5.5.4: an application-limited sample counts only if it shows more than was known.
    if (rate > 0 && (rate >= max_bw() || !sample.rate.is_application_limited))
        bw_filter_[1] = std::max(bw_filter_[1], rate);
    if (!loss_round_start_) return;
    // Choice: who sets a larger share than the draft's does not mean single losses to lower the bounds either.
    const bool counts =
        loss_percent_ <= draft_loss_percent || is_too_high(sample.rate.lost, sample.rate.in_flight);
    if (!is_probing() && loss_in_round_ && counts) adapt_lower_bounds();
    loss_in_round_ = false;
}

void Bbr::adapt_lower_bounds() {
    if (bw_shortterm_ == infinite_bw) bw_shortterm_ = max_bw();
    if (inflight_shortterm_ == infinite) inflight_shortterm_ = window_;
    bw_shortterm_ = std::max(bw_latest_, times_beta(bw_shortterm_));
    inflight_shortterm_ = std::max(inflight_latest_, times_beta(inflight_shortterm_));
}

void Bbr::reset_congestion_signals() {
    loss_in_round_ = false;
    bw_latest_ = 0;
    inflight_latest_ = 0;
}

void Bbr::reset_short_term() {
    bw_shortterm_ = infinite_bw;
    inflight_shortterm_ = infinite;
}

void Bbr::update_aggregation(const AckSample& sample) {  // 5.5.9
    const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(in_us(sample.now - extra_since_), 0));
    Pos expected = static_cast<Pos>(bw_ / 1000 * us / 1000);
    if (extra_delivered_ <= expected) {
        extra_delivered_ = 0;
        extra_since_ = sample.now;
        expected = 0;
    }
    extra_delivered_ += sample.delivered;
    // The largest of ten rounds, of one in startup, kept in two halves.
    const std::uint32_t half = full_bw_reached_ ? aggregation_half : 1;
    if (round_start_ && rounds_ - extra_began_ >= half) {
        extra_began_ = rounds_;
        extra_acked_[0] = full_bw_reached_ ? extra_acked_[1] : 0;
        extra_acked_[1] = 0;
    }
    extra_acked_[1] = std::max(extra_acked_[1], std::min(extra_delivered_ - expected, window_));
}

void Bbr::reset_full_bw(std::uint64_t baseline) {
    full_bw_ = baseline;
    full_bw_count_ = 0;
    full_bw_now_ = false;
}

// 5.3.1.2: three rounds that grow by less than a quarter.
void Bbr::check_full_bw(const AckSample& sample) {
    if (full_bw_now_ || !round_start_ || sample.rate.is_application_limited) return;
    const std::uint64_t rate = sample.rate.rate();
    if (rate >= full_bw_ + full_bw_ / 4) return reset_full_bw(rate);
    full_bw_now_ = ++full_bw_count_ >= 3;
    full_bw_reached_ = full_bw_reached_ || full_bw_now_;
}

void Bbr::update_min_rtt(const AckSample& sample) {  // 5.3.4.3, 5.5.7
    probe_rtt_expired_ = sample.now > later(probe_rtt_min_at_, probe_rtt_interval);
    if (sample.rtt && (*sample.rtt < probe_rtt_min_ || probe_rtt_expired_)) {
        probe_rtt_min_ = std::max(*sample.rtt, Duration(1us));
        probe_rtt_min_at_ = sample.now;
    }
    const bool has_expired = sample.now > later(min_rtt_at_, min_rtt_window);
    if (probe_rtt_min_ >= min_rtt_ && !has_expired) return;
    min_rtt_ = probe_rtt_min_;
    min_rtt_at_ = probe_rtt_min_at_;
}

// --- losses

// 5.5.10.2: more than that share of what was in flight; without SACK any loss.
bool Bbr::is_too_high(Pos lost, Pos in_flight) const {
    return lost * 100 > in_flight * loss_percent_ || (lost > 0 && !has_sack_);
}

void Bbr::on_lost(const LostSample& lost) {
    total_ = lost.total;
    if (!loss_in_round_) {
        loss_round_ = total_;
        save_window();
        save_state();
    }
    loss_in_round_ = true;
    if (losses_in_round_ < 255) ++losses_in_round_;
    if (!is_probe_sample_ || !is_too_high(lost.lost, lost.in_flight)) return;
    // Where did the losses pass the share, 2 %? lost_prefix = (0.02 * inflight_prev - lost_prev) / 0.98.
    const Pos inflight_before = std::max(lost.in_flight - lost.octets, Pos{0});
    const Pos lost_before = std::max(lost.lost - lost.octets, Pos{0});
    const Pos percent = std::min(loss_percent_, 99U);
    const Pos prefix = std::max((percent * inflight_before - 100 * lost_before) / (100 - percent), Pos{0});
    handle_too_high(inflight_before + prefix, lost.is_application_limited, lost.now);
}

void Bbr::handle_too_high(Pos in_flight, bool is_application_limited, Instant now) {
    prev_too_high_ = true;
    is_probe_sample_ = false;  // once per probe
    if (!is_application_limited)
        inflight_longterm_ = std::max(in_flight, times_beta(std::min(bdp(100, bw_), window_)));
    if (state_ != State::up) return;
    undo_state_ = State::up;
    start_down(now);
}

void Bbr::save_window() {  // 5.6.4.4
    if (!is_recovering_ && state_ != State::probe_rtt)
        prior_window_ = window_;
    else
        prior_window_ = std::max(prior_window_, window_);
}

void Bbr::save_state() {  // 5.5.11.1
    undo_state_ = State::cruise;
    undo_bw_shortterm_ = bw_shortterm_;
    undo_inflight_shortterm_ = inflight_shortterm_;
    undo_inflight_longterm_ = inflight_longterm_;
}

// --- volumes (5.6.4.2)

Pos Bbr::bdp(std::uint32_t percent, std::uint64_t bw) const {
    if (min_rtt_ == Duration::max()) return initial_window_;
    const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(in_us(min_rtt_), 1));
    const std::uint64_t volume = bw / 1000 * us / 1000 + bw % 1000 * us / 1'000'000;
    return static_cast<Pos>(volume * percent / 100);
}

Pos Bbr::with_budget(Pos volume) const {
    // 5.6.3, 5.5.8.1: three times what leaves in a millisecond, from two segments to 64 KiB.
    const auto sent = static_cast<Pos>(pacing_rate_ / 1000 * static_cast<std::uint64_t>(in_ms(quantum)));
    volume = std::max({volume, 3 * std::clamp(sent, 2 * Pos{mss_}, Pos{65536}), min_pipe()});
    return state_ == State::up ? volume + 2 * Pos{mss_} : volume;
}

Pos Bbr::inflight(std::uint32_t percent, std::uint64_t bw) const { return with_budget(bdp(percent, bw)); }

// 0.15 of what the path holds is left to others.
Pos Bbr::inflight_with_headroom() const {
    if (inflight_longterm_ == infinite) return infinite;
    const Pos headroom = std::max(inflight_longterm_ / 100 * 15, Pos{mss_});
    return std::max(inflight_longterm_ - headroom, min_pipe());
}

}  // namespace sluice::tcp
