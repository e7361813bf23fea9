// The least of the durations seen lately, in constant memory: the window is cut in two halves, each keeps its least. What
// is younger than half the window is never forgotten, what is older than one and a half windows is.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace sluice::tcp {

class WindowedLeast {
public:
    void add(Duration sample, Instant now, Duration window) {
        if (now - begun_ >= window / 2 || least_ == none) {
            before_ = now - begun_ >= window ? none : least_;
            least_ = none;
            begun_ = now;
        }
        least_ = std::min(least_, sample);
    }
    // Zero: none yet.
    Duration value() const { return least_ == none ? Duration(0) : std::min(least_, before_); }

private:
    static constexpr Duration none = Duration::max();
    Instant begun_{};
    Duration least_ = none;
    Duration before_ = none;
};

}  // namespace sluice::tcp
