#include "base/time.h"

#include <doctest/doctest.h>

#include <type_traits>

namespace sluice {
namespace {

template <typename Clock>
concept CanBeRead = requires {
    Clock::now();
};

TEST_CASE("the core's clock cannot be read") {
    static_assert(!CanBeRead<CoreClock>);
    static_assert(std::is_same_v<Instant::duration, Duration>);
}

TEST_CASE("a deadline moves by a duration") {
    const Instant start{5s};
    CHECK(later(start, 200ms) == Instant{5200ms});
    CHECK(later(start, 0ns) == start);
    CHECK(later(Instant{}, Duration::max()) == never);
}

TEST_CASE("what never comes stays so, and nothing wraps") {
    CHECK(later(never, 1ns) == never);
    CHECK(later(never - 1ns, 2ns) == never);
    CHECK(later(never - 1ns, 1ns) == never);
}

TEST_CASE("durations count in whole milliseconds and microseconds") {
    CHECK(in_ms(1999us) == 1);
    CHECK(in_us(1999ns) == 1);
    CHECK(in_ms(2s) == 2000);
}

}  // namespace
}  // namespace sluice
