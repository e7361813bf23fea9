// The clock of one host: it may begin elsewhere and run fast or slow. Exact both ways: a deadline on the host's clock is
// reached at the first instant of the World at which that clock shows it or more.
#pragma once

#include "base/time.h"

namespace sluice::sim {

class DriftingClock {
public:
    // Runs `parts_per_million` too fast (slow, if negative).
    explicit DriftingClock(int parts_per_million = 0, Instant start = {})
        : ppm_(parts_per_million), start_(start) {}

    Instant local(Instant world) const {
        const std::int64_t t = world.time_since_epoch().count();
        return start_ + Duration(t + t / million * ppm_ + t % million * ppm_ / million);
    }
    Instant world(Instant at) const {
        if (at == never) return never;
        // A first guess, then the few nanoseconds it may be off.
        const std::int64_t wanted = (at - start_).count();
        const std::int64_t rate = million + ppm_;
        std::int64_t t = wanted / rate * million + wanted % rate * million / rate;
        while (local(Instant(Duration(t))) < at) ++t;
        while (t > 0 && local(Instant(Duration(t - 1))) >= at) --t;
        return Instant(Duration(t));
    }

private:
    static constexpr std::int64_t million = 1'000'000;
    std::int64_t ppm_;
    Instant start_;
};

}  // namespace sluice::sim
