// Congestion avoidance of RFC 5681 3.1 with byte counting, after slow start. Windows in octets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "tcp/congestion/slow_start.h"

namespace sluice::tcp {

class Reno {
public:
    void start(const Settings& settings, Pos window, Pos threshold = std::numeric_limits<Pos>::max()) {
        *this = Reno();
        window_ = window;
        threshold_ = threshold;
        slow_start_.start(settings);
        if (threshold != std::numeric_limits<Pos>::max()) slow_start_.on_congestion();
    }
    Pos window() const { return window_; }
    Pos slow_start_threshold() const { return threshold_; }
    bool is_slow_start() const { return window_ < threshold_; }

    void on_acked(const AckSample& sample) {
        // A window that was not in use does not grow (RFC 7661 1.2); nor by an ACK that tells of congestion [R3168-7].
        const bool may_grow = sample.was_limited && !sample.is_recovering && !sample.has_ecn_echo;
        if (is_slow_start()) {
            const Pos growth = slow_start_.on_acked(sample);
            if (may_grow) window_ += growth;  // RFC 5681 3.1 (2)
            if (slow_start_.is_done()) {      // RFC 9406 4.2 [R9406-6]
                threshold_ = window_;
                slow_start_.on_congestion();
            }
        } else if (may_grow) {
            // Congestion avoidance: one segment per window of acknowledged octets [R5681-9].
            counted_ += sample.octets;
            if (counted_ < window_) return;
            counted_ -= window_;
            window_ += sample.mss;
        }
    }
    void on_loss(const CongestionEvent& event) {
        saved_window_ = window_;
        saved_threshold_ = threshold_;
        slow_start_.on_congestion();
        // RFC 5681 3.1 (4): half of FlightSize, at least two segments.
        threshold_ = std::max(event.flight_bytes / 2, 2 * Pos{event.mss});
        counted_ = 0;
    }
    void on_ecn(const CongestionEvent& event) {
        on_loss(event);
        saved_window_ = saved_threshold_ = 0;  // congestion that was told is no false alarm
        // RFC 3168 6.1.2 [R3168-6]: like a loss, but down to one segment.
        window_ = std::min(window_, std::max(event.flight_bytes / 2, Pos{event.mss}));
    }
    void on_timeout(const CongestionEvent& event, bool is_first) {
        // RFC 5681 3.1: a further timeout of the same segment leaves ssthresh alone.
        if (is_first) on_loss(event);
        window_ = event.mss;
    }
    void set_window(Pos window) { window_ = window; }
    void undo() {
        window_ = std::max(window_, std::exchange(saved_window_, 0));
        threshold_ = std::max(threshold_, std::exchange(saved_threshold_, 0));
    }
    void on_idle(Pos initial_window, Instant) { window_ = std::min(window_, initial_window); }

private:
    Pos window_ = 0;
    Pos threshold_ = std::numeric_limits<Pos>::max();
    Pos counted_ = 0;
    Pos saved_window_ = 0;  // before the last reduction
    Pos saved_threshold_ = 0;
    SlowStart slow_start_;
};

}  // namespace sluice::tcp
