// Slow start and congestion avoidance (RFC 5681 3.1) with byte counting. Windows in octets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "tcp/seq.h"

namespace sluice::tcp {

class Reno {
public:
    void start(Pos initial_window) { window_ = initial_window; }
    Pos window() const { return window_; }
    Pos slow_start_threshold() const { return threshold_; }
    bool is_slow_start() const { return window_ < threshold_; }

    void on_acked(Pos octets, std::uint32_t mss) {
        if (is_slow_start()) {
            window_ += std::min(octets, Pos{mss});  // RFC 5681 3.1 (2)
            return;
        }
        // Congestion avoidance: one segment per window of acknowledged octets [R5681-9].
        counted_ += octets;
        if (counted_ >= window_) {
            counted_ -= window_;
            window_ += mss;
        }
    }
    // RFC 5681 3.1 (4): half of FlightSize, at least two segments.
    void on_loss(Pos flight_bytes, std::uint32_t mss) {
        window_before_ = window_;
        threshold_before_ = threshold_;
        threshold_ = std::max(flight_bytes / 2, 2 * Pos{mss});
        counted_ = 0;
    }
    void on_timeout(std::uint32_t mss) { window_ = mss; }
    void set_window(Pos window) { window_ = window; }
    // RFC 4015 3.2 (7): as before the loss that was none.
    void undo() {
        window_ = std::max(window_, window_before_);
        threshold_ = std::max(threshold_, threshold_before_);
    }

private:
    Pos window_ = 0;
    Pos threshold_ = std::numeric_limits<Pos>::max();
    Pos counted_ = 0;
    Pos window_before_ = 0;
    Pos threshold_before_ = 0;
};

}  // namespace sluice::tcp
