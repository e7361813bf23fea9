// A congestion window that never moves: for tests and for links without contention.
#pragma once

#include <limits>

#include "tcp/seq.h"

namespace sluice::tcp {

class Fixed {
public:
    explicit Fixed(Pos window) : window_(window) {}
    Pos window() const { return window_; }
    Pos slow_start_threshold() const { return std::numeric_limits<Pos>::max(); }

private:
    Pos window_;
};

}  // namespace sluice::tcp
