// The core's time line. It has no now(): time is always an argument, so reading a clock in the core does
// not compile. Owns nothing; used by every layer.
#pragma once

#include <chrono>
#include <cstdint>

namespace sluice {

using namespace std::chrono_literals;

struct CoreClock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<CoreClock>;
    static constexpr bool is_steady = true;
};

using Duration = CoreClock::duration;
using Instant = CoreClock::time_point;

// A deadline that never comes.
inline constexpr Instant never = Instant::max();

// `at + by`, staying at `never` instead of wrapping.
constexpr Instant later(Instant at, Duration by) { return by > never - at ? never : at + by; }

constexpr std::int64_t in_ms(Duration d) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}
constexpr std::int64_t in_us(Duration d) {
    return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
}

}  // namespace sluice
