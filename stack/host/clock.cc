#include "host/clock.h"

#include <time.h>

namespace sluice::host {
namespace {

std::int64_t read_ns(clockid_t clock) {
    timespec at{};
    clock_gettime(clock, &at);
    return std::int64_t{at.tv_sec} * 1'000'000'000 + at.tv_nsec;
}

}  // namespace

Clock::Clock() : monotonic_base_ns_(read_ns(CLOCK_MONOTONIC)), wall_base_ns_(read_ns(CLOCK_REALTIME)) {}

Instant Clock::now() const { return Instant{} + Duration(read_ns(CLOCK_MONOTONIC) - monotonic_base_ns_); }

}  // namespace sluice::host
