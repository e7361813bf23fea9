#include "net/identification.h"

#include <doctest/doctest.h>

#include <array>
#include <set>

namespace sluice::net {
namespace {

const wire::Address ours = wire::Address::v4(192, 0, 2, 2);
const wire::Address peer = wire::Address::v4(192, 0, 2, 1);

TEST_CASE("a flow sees each identification once in a lifetime, then none is left [R791-7] [RFC 6864 4.3]") {
    Identification ids(120s, Random(1));
    Instant now{1000s};
    std::vector<bool> seen(65536);
    for (int i = 0; i < 65536; ++i) {
        const auto id = ids.next(ours, peer, 17, now);
        REQUIRE(id);
        REQUIRE_FALSE(seen[*id]);
        seen[*id] = true;
        now += 1ms;
    }
    CHECK_FALSE(ids.next(ours, peer, 17, now));
    CHECK_FALSE(ids.next(ours, peer, 17, Instant{1120s} - 1ns));
    CHECK(ids.next(ours, peer, 17, now + 121s));
}

TEST_CASE("whatever the pace, no value comes back within its lifetime [R791-7] [RFC 6864 4.3]") {
    for (const Duration pace :
         {Duration(100us), Duration(1700us), Duration(1800us), Duration(2ms), Duration(3ms)}) {
        Identification ids(120s, Random(2));
        Instant now{5s};
        std::vector<Instant> last(65536, Instant::min());
        for (int i = 0; i < 300000; ++i) {
            now += pace;
            const auto id = ids.next(ours, peer, 17, now);
            if (!id) continue;
            if (last[*id] != Instant::min()) REQUIRE(now - last[*id] >= 120s);
            last[*id] = now;
        }
    }
}

TEST_CASE("a slow flow never runs out") {
    Identification ids(120s, Random(3));
    Instant now{0s};
    for (int i = 0; i < 200000; ++i) {
        REQUIRE(ids.next(ours, peer, 17, now));
        now += 2100us;
    }
}

TEST_CASE("identifications follow no counter, and each flow has its own order [R791-10]") {
    Identification ids(120s, Random(4));
    const Instant now{1s};
    int steps_of_one = 0;
    std::set<std::uint16_t> differences;
    auto previous = *ids.next(ours, peer, 17, now);
    for (int i = 0; i < 2000; ++i) {
        const auto id = *ids.next(ours, peer, 17, now);
        const auto step = static_cast<std::uint16_t>(id - previous);
        steps_of_one += step == 1 ? 1 : 0;
        differences.insert(step);
        previous = id;
    }
    CHECK(steps_of_one < 3);
    CHECK(differences.size() > 1800);
    int same = 0;
    for (std::uint8_t host = 10; host < 110; ++host) {
        Identification one(120s, Random(5));
        Identification two(120s, Random(6));
        same += one.next(ours, wire::Address::v4(192, 0, 2, host), 17, now) ==
                two.next(ours, wire::Address::v4(192, 0, 2, host), 17, now);
    }
    CHECK(same < 3);
}

TEST_CASE("a flow that was quiet for a lifetime gets a new order [R791-10]") {
    Identification ids(120s, Random(7));
    std::array<std::uint16_t, 8> first{};
    for (auto& id : first) id = *ids.next(ours, peer, 17, Instant{1s});
    for (int i = 8; i < 65536; ++i) ids.next(ours, peer, 17, Instant{1s});
    int same = 0;
    for (const std::uint16_t id : first) same += *ids.next(ours, peer, 17, Instant{300s}) == id;
    CHECK(same < 2);
}

}  // namespace
}  // namespace sluice::net
