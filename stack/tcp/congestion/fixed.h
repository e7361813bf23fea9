// A congestion window that never moves: for tests and for links without contention.
#pragma once

#include <limits>

#include "tcp/congestion/sample.h"

namespace sluice::tcp {

class Fixed {
public:
    explicit Fixed(Pos window) : window_(window) {}
    Pos window() const { return window_; }
    Pos slow_start_threshold() const { return std::numeric_limits<Pos>::max(); }
    bool is_slow_start() const { return false; }

    void on_acked(const AckSample&) {}
    void on_loss(const CongestionEvent&) {}
    void on_ecn(const CongestionEvent&) {}
    void on_timeout(const CongestionEvent&, bool) {}
    void set_window(Pos) {}
    void undo() {}
    void on_idle(Pos, Instant) {}

private:
    Pos window_;
};

}  // namespace sluice::tcp
