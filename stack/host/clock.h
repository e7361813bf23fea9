// The core's time line, read from CLOCK_MONOTONIC. It begins at zero when the Clock is made, so that logs begin at zero.
// Who drives a loop in virtual time has a clock of its own.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace sluice::host {

class Clock {
public:
    Clock();
    virtual ~Clock() = default;

    virtual Instant now() const;
    // Wall time of Instant{} in nanoseconds since 1970, for captures and dates. Fixed when the Clock was made.
    std::int64_t wall_base_ns() const { return wall_base_ns_; }

private:
    std::int64_t monotonic_base_ns_;
    std::int64_t wall_base_ns_;
};

}  // namespace sluice::host
