#include "tcp/recover/windowed_least.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

TEST_CASE("the least RTT is the least of the samples [R8985-3] [RFC 8985 6.2 step 1]") {
    WindowedLeast least;
    CHECK(least.value() == 0ns);
    least.add(50ms, Instant{1s}, 300s);
    CHECK(least.value() == 50ms);
    least.add(40ms, Instant{2s}, 300s);
    CHECK(least.value() == 40ms);
    least.add(90ms, Instant{3s}, 300s);
    CHECK(least.value() == 40ms);
}

TEST_CASE("when the path becomes ten times longer the least RTT follows after the window [R8985-3]") {
    WindowedLeast least;
    for (int at = 1; at <= 10; ++at) least.add(10ms, Instant{1s * at}, 300s);
    for (int at = 11; at < 301; ++at) {
        least.add(100ms, Instant{1s * at}, 300s);
        CHECK(least.value() == 10ms);
    }
    least.add(100ms, Instant{301s}, 300s);
    CHECK(least.value() == 100ms);
}

TEST_CASE("after an idle time longer than the window nothing old is left [R8985-3]") {
    WindowedLeast least;
    least.add(10ms, Instant{1s}, 300s);
    least.add(100ms, Instant{400s}, 300s);
    CHECK(least.value() == 100ms);
}

TEST_CASE(
    "what is younger than half the window counts, what is older than one and a half does not [R8985-3]") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        WindowedLeast least;
        std::vector<std::pair<Instant, Duration>> all;
        Instant now{1s};
        for (int i = 0; i < 500; ++i) {
            now += draw.between(1, 900) * 1ms;
            const Duration sample = draw.between(1, 1000) * 1ms;
            least.add(sample, now, 10s);
            all.emplace_back(now, sample);
            Duration young = Duration::max();
            Duration any = Duration::max();
            for (const auto& [at, duration] : all) {
                if (now - at < 5s) young = std::min(young, duration);
                if (now - at <= 15s) any = std::min(any, duration);
            }
            CHECK(least.value() <= young);
            CHECK(least.value() >= any);
        }
    }
}

}  // namespace
}  // namespace sluice::tcp
