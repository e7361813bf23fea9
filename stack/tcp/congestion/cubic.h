// CUBIC (RFC 9438). In congestion avoidance the window follows a cubic curve of the time since the last reduction:
//
//      window                           ,          W(t) = C * (t - K)^3 + W_max, C = 0.4
//        |   W_max  -  -  -  -  - ,---'            K = cbrt((W_max - window at t = 0) / C)
//        |                  ,---'
//        |       ,-------'  K
//        +--------------------------> t            and is never below what Reno would have (W_est).
//
// Windows are kept in octets, times in milliseconds; the arithmetic is exact in integers, so that every machine gets the same.
#pragma once

#include <cstdint>
#include <limits>

#include "tcp/congestion/slow_start.h"

namespace sluice::tcp {

class Cubic {
public:
    void start(const Settings& settings, Pos window, Pos threshold = std::numeric_limits<Pos>::max());
    Pos window() const { return window_; }
    Pos slow_start_threshold() const { return threshold_; }
    bool is_slow_start() const { return window_ < threshold_; }

    void on_acked(const AckSample& sample);
    void on_loss(const CongestionEvent& event);
    void on_ecn(const CongestionEvent& event);
    void on_timeout(const CongestionEvent& event, bool is_first);
    void set_window(Pos window) { window_ = window; }
    void undo();
    void on_idle(Pos initial_window, Instant now);

    // W(t): the curve `at` after the epoch began.
    Pos curve(Duration at, std::uint32_t mss) const;
    Duration inflection() const { return std::chrono::milliseconds(epoch_.k_ms); }
    Pos w_max() const { return epoch_.w_max; }

private:
    // The state of congestion avoidance; saved before a reduction.
    struct Epoch {
        Pos w_max = 0;
        Pos w_est = 0;
        Pos window_before = 0;  // cwnd_prior
        Instant begin = never;  // never: it begins with the next ACK in congestion avoidance
        std::uint32_t k_ms = 0;
        bool is_flat = true;  // begins at W_max with K = 0: after slow start without loss, or after a timeout
    };

    void grow(const AckSample& sample);
    void begin_epoch(const AckSample& sample);
    void lower(const CongestionEvent& event);
    void pause_until(Instant now);

    Pos window_ = 0;
    Pos threshold_ = std::numeric_limits<Pos>::max();
    Epoch epoch_;
    Epoch saved_;
    Pos saved_window_ = 0;  // 0: nothing to undo
    Pos saved_threshold_ = 0;
    Pos rest_ = 0;  // of divisions, so that small growth adds up
    Pos est_rest_ = 0;
    Instant last_at_{};  // the last ACK
    SlowStart slow_start_;
};

}  // namespace sluice::tcp
