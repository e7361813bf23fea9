#include "base/random.h"

#include <doctest/doctest.h>

#include <set>
#include <vector>

namespace sluice {
namespace {

std::vector<std::uint64_t> drawn(Random random, int n) {
    std::vector<std::uint64_t> numbers;
    for (int i = 0; i < n; ++i) numbers.push_back(random.next());
    return numbers;
}

TEST_CASE("the same seed gives the same numbers, another seed others") {
    CHECK(drawn(Random(SipKey{1, 2}), 50) == drawn(Random(SipKey{1, 2}), 50));
    CHECK(drawn(Random(SipKey{1, 2}), 50) != drawn(Random(SipKey{1, 3}), 50));
    CHECK(drawn(Random(7), 50) != drawn(Random(8), 50));
}

TEST_CASE("numbers do not repeat") {
    const auto numbers = drawn(Random(3), 5000);
    CHECK(std::set<std::uint64_t>(numbers.begin(), numbers.end()).size() == 5000);
}

TEST_CASE("the numbers are SipHash of 0, 1, 2 and so on under the seed") {
    const SipKey seed{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
    Random random(seed);
    for (std::uint8_t i = 0; i < 10; ++i) {
        const std::array<std::uint8_t, 8> counter{i, 0, 0, 0, 0, 0, 0, 0};
        CHECK(random.next() == siphash(seed, counter));
    }
}

TEST_CASE("below stays below its bound and reaches every number") {
    Random random(11);
    for (const std::uint64_t bound : {1U, 2U, 3U, 10U, 1000U}) {
        std::vector<std::uint32_t> hits(bound);
        const std::uint64_t draws = bound * 40;
        for (std::uint64_t i = 0; i < draws; ++i) {
            const std::uint64_t number = random.below(bound);
            REQUIRE(number < bound);
            ++hits[number];
        }
        std::uint32_t most = 0;
        for (const std::uint32_t n : hits) {
            CHECK(n > 0);
            most = std::max(most, n);
        }
        CHECK(most <= 40 * 3);
    }
}

TEST_CASE("below has no bias when the bound does not divide 2^64") {
    // Of [0, 3 * 2^62) a third lies below 2^62; a plain modulo would give a half.
    Random random(5);
    int low = 0;
    for (int i = 0; i < 6000; ++i) low += random.below(3ULL << 62U) < (1ULL << 62U) ? 1 : 0;
    CHECK(low > 1800);
    CHECK(low < 2200);
}

TEST_CASE("chance is never at 0, always at 1, and half of the time at one half") {
    Random random(9);
    int half = 0;
    for (int i = 0; i < 4000; ++i) {
        CHECK_FALSE(random.chance(0));
        CHECK(random.chance(1));
        half += random.chance(0.5) ? 1 : 0;
    }
    CHECK(half > 1850);
    CHECK(half < 2150);
}

TEST_CASE("forks differ by name, and do not depend on how far their parent is") {
    Random parent(21);
    Random a = parent.fork(1);
    Random b = parent.fork(2);
    CHECK(a.next() != b.next());
    for (int i = 0; i < 10; ++i) parent.next();
    CHECK(drawn(parent.fork(1), 20) == drawn(Random(21).fork(1), 20));
    CHECK(drawn(parent.fork(1), 20) != drawn(Random(21), 20));
}

TEST_CASE("the short forms are the high bits of a number") {
    Random one(4);
    Random other(4);
    CHECK(one.u32() == static_cast<std::uint32_t>(other.next() >> 32U));
    CHECK(one.u16() == static_cast<std::uint16_t>(other.next() >> 48U));
    const SipKey key = one.key();
    CHECK(key.k0 == other.next());
    CHECK(key.k1 == other.next());
}

}  // namespace
}  // namespace sluice
