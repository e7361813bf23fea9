// BBR version 3 (draft-ietf-ccwg-bbr-06). Keeps a model of the path (how fast it delivers, its round-trip time, how much it
// holds before it loses) and sends at the rate and with the volume the model names; it probes to keep the model true.
//
//   startup -> drain -> down -> cruise -> refill -> up --+         any state -> probe_rtt, every 5 s without a shorter
//                        ^                               |         round trip, for 200 ms; then cruise (or startup)
//                        +-------------------------------+
//
// Names follow the draft: bw is octets per second, `longterm` what probing found, `shortterm` what losses outside of
// probing ask for until the next probe. bbr.cc steers the states, bbr_model.cc keeps the model.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "tcp/congestion/sample.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class Bbr {
public:
    enum class State : std::uint8_t { startup, drain, down, cruise, refill, up, probe_rtt };

    // `seed` varies the times of probes from connection to connection.
    // `loss_percent`: BBRLossThresh, the share of losses a path may have of its own; the draft says 2.
    void start(Pos window, std::uint32_t seed, std::uint32_t loss_percent);

    Pos window() const { return window_; }
    Pos slow_start_threshold() const { return std::numeric_limits<Pos>::max(); }
    bool is_slow_start() const { return state_ == State::startup; }
    std::uint64_t pacing_rate() const { return pacing_rate_; }
    // Samples taken now say nothing about the path: the sampler is to mark them as application-limited (5.3.4.3).
    bool is_holding_back() const { return state_ == State::probe_rtt; }
    State state() const { return state_; }

    void on_acked(const AckSample& sample);
    void on_lost(const LostSample& lost);
    void on_loss(const CongestionEvent& event);
    void on_ecn(const CongestionEvent&) {}  // 3.7: BBRv3 does not answer to classic ECN
    void on_timeout(const CongestionEvent& event, bool is_first);
    // Loss recovery is over: back to the window before it, whatever recovery made of it (5.6.4.4).
    void set_window(Pos) { window_ = std::max(window_, prior_window_); }
    void on_idle(Pos, Instant) {}  // 5.4.2: paced, no slow start is needed
    void undo();
    // Octets are about to leave, nothing is in flight, and the application was the limit (5.4.1).
    void on_restart(Instant now);

    // --- for tests and the trace
    std::uint64_t max_bw() const { return std::max(bw_filter_[0], bw_filter_[1]); }
    Duration min_rtt() const { return min_rtt_; }
    Pos inflight_longterm() const { return inflight_longterm_; }
    bool is_full_bw_reached() const { return full_bw_reached_; }
    std::uint32_t pacing_gain() const;

private:
    enum class AckPhase : std::uint8_t { init, refilling, starting, feedback, stopping };
    static constexpr Pos infinite = std::numeric_limits<Pos>::max();
    static constexpr std::uint64_t infinite_bw = std::numeric_limits<std::uint64_t>::max();

    // --- bbr_model.cc
    void start_round() { next_round_ = total_; }
    void update_round(const AckSample& sample);
    void update_latest(const AckSample& sample);
    void update_congestion(const AckSample& sample);
    void adapt_lower_bounds();
    void update_aggregation(const AckSample& sample);
    void update_min_rtt(const AckSample& sample);
    void advance_latest(const AckSample& sample);
    void reset_congestion_signals();
    void reset_short_term();
    void reset_full_bw(std::uint64_t baseline);
    void check_full_bw(const AckSample& sample);
    void save_state();
    void save_window();
    bool is_too_high(Pos lost, Pos in_flight) const;
    void handle_too_high(Pos in_flight, bool is_application_limited, Instant now);
    Pos bdp(std::uint32_t percent, std::uint64_t bw) const;
    Pos inflight(std::uint32_t percent, std::uint64_t bw) const;
    Pos with_budget(Pos volume) const;
    Pos inflight_with_headroom() const;
    Pos min_pipe() const { return 4 * Pos{mss_}; }

    // --- bbr.cc
    void check_startup(const AckSample& sample);
    void check_drain(const AckSample& sample);
    void update_cycle(const AckSample& sample);
    bool adapt_long_term(const AckSample& sample);
    void probe_upward(const AckSample& sample);
    void raise_slope();
    bool is_time_to_probe(Instant now);
    bool is_time_to_cruise(const AckSample& sample) const;
    bool is_time_to_go_down(const AckSample& sample);
    void enter_startup() { state_ = State::startup; }
    void enter_drain();
    void start_down(Instant now);
    void start_refill();
    void start_up(const AckSample& sample);
    void check_probe_rtt(const AckSample& sample);
    void handle_probe_rtt(const AckSample& sample);
    void finish_probe_rtt(Instant now);
    void set_pacing_rate(std::uint32_t gain);
    void adjust_window(const AckSample& sample);
    void bound_window();
    Pos probe_rtt_window() const { return std::max(bdp(50, bw_), min_pipe()); }
    bool is_probe_bw() const { return state_ >= State::down && state_ <= State::up; }
    bool is_probing() const {
        return state_ == State::startup || state_ == State::refill || state_ == State::up;
    }
    std::uint32_t cwnd_gain() const;
    std::uint32_t random_below(std::uint32_t bound);

    // --- control
    Pos window_ = 0;
    static constexpr std::uint32_t draft_loss_percent = 2;
    std::uint32_t loss_percent_ = draft_loss_percent;
    Pos initial_window_ = 0;
    Pos prior_window_ = 0;
    std::uint64_t pacing_rate_ = 0;
    // --- model: rate
    std::uint64_t bw_filter_[2] = {0, 0};  // the cycle before, this cycle
    std::uint64_t bw_ = 0;
    std::uint64_t bw_shortterm_ = infinite_bw;
    std::uint64_t bw_latest_ = 0;
    std::uint64_t full_bw_ = 0;
    // --- model: volume
    Pos inflight_longterm_ = infinite;
    Pos inflight_shortterm_ = infinite;
    Pos inflight_latest_ = 0;
    Pos extra_acked_[2] = {0, 0};  // the most of the last rounds, in two halves
    Pos extra_delivered_ = 0;
    Instant extra_since_{};
    // --- model: time
    Duration min_rtt_ = Duration::max();
    Duration probe_rtt_min_ = Duration::max();
    Instant min_rtt_at_{};
    Instant probe_rtt_min_at_{};
    Instant probe_rtt_done_at_{};  // zero: not yet down to the volume of probe_rtt
    // --- rounds
    Pos total_ = 0;
    Pos next_round_ = 0;
    Pos loss_round_ = 0;
    std::uint32_t rounds_ = 0;
    std::uint32_t rounds_since_up_ = 0;
    std::uint32_t drain_began_ = 0;
    std::uint32_t extra_began_ = 0;
    // --- probing
    Pos up_acked_ = 0;
    Pos acked_per_increase_ = infinite;
    Instant cycle_began_{};
    Duration probe_wait_{};
    // --- undo
    std::uint64_t undo_bw_shortterm_ = 0;
    Pos undo_inflight_shortterm_ = 0;
    Pos undo_inflight_longterm_ = 0;
    std::uint32_t random_ = 1;
    std::uint32_t mss_ = 536;
    std::uint8_t up_rounds_ = 0;
    std::uint8_t full_bw_count_ = 0;
    std::uint8_t losses_in_round_ = 0;
    State state_ = State::startup;
    State undo_state_ = State::cruise;  // startup or up: where an undo returns to
    AckPhase ack_phase_ = AckPhase::init;
    bool round_start_ = false;
    bool loss_round_start_ = false;
    bool loss_in_round_ = false;
    bool full_bw_now_ = false;
    bool full_bw_reached_ = false;
    bool is_probe_sample_ = false;
    bool prev_too_high_ = false;
    bool prev_precautionary_ = false;
    bool probe_rtt_expired_ = false;
    bool probe_rtt_round_done_ = false;
    bool idle_restart_ = false;
    bool is_recovering_ = false;
    bool has_sack_ = true;
    bool has_rtt_ = false;
};

}  // namespace sluice::tcp
