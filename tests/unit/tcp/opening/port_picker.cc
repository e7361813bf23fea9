#include "tcp/opening/port_picker.h"

#include <doctest/doctest.h>

#include <set>
#include <vector>

namespace sluice::tcp {
namespace {

const auto any = [](std::uint16_t) { return true; };

TEST_CASE("picks stay in the range and cover it [R6056-1] [R6056-3] [RFC 6056 3.2, 3.3]") {
    Settings settings;
    settings.port_first = 2000;
    settings.port_last = 2999;
    Random random(3);
    std::vector<int> hits(1000);
    for (int i = 0; i < 10000; ++i) {
        const auto port = pick_port(settings, random, any);
        REQUIRE(port);
        REQUIRE(*port >= 2000);
        REQUIRE(*port <= 2999);
        ++hits[*port - 2000U];
    }
    int never_hit = 0;
    for (const int n : hits) {
        never_hit += n == 0 ? 1 : 0;
        CHECK(n < 40);
    }
    CHECK(never_hit <= 2);
}

TEST_CASE("the range may be any part of 1024 to 65535 [R6056-1] [RFC 6056 3.2]") {
    Settings settings;
    settings.port_first = 1024;
    settings.port_last = 65535;
    Random random(1);
    std::set<std::uint16_t> picked;
    for (int i = 0; i < 5000; ++i) picked.insert(*pick_port(settings, random, any));
    CHECK(*picked.begin() < 1200);
    CHECK(*picked.rbegin() > 65300);
    CHECK(picked.size() > 4500);
}

TEST_CASE("successive picks do not follow each other [R6056-3] [RFC 6056 3.3]") {
    const Settings settings;
    Random random(9);
    int neighbours = 0;
    std::uint16_t last = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::uint16_t port = *pick_port(settings, random, any);
        neighbours += port == last + 1 ? 1 : 0;
        last = port;
    }
    CHECK(neighbours <= 3);
}

TEST_CASE("ports that are taken or excluded are passed over [R6056-2] [RFC 6056 3.2]") {
    Settings settings;
    settings.port_first = 5000;
    settings.port_last = 5009;
    Random random(5);
    for (int i = 0; i < 200; ++i)
        CHECK(*pick_port(settings, random, [](std::uint16_t port) { return port % 2 == 1; }) % 2 == 1);
}

TEST_CASE("the only free port is found, wherever it is; with none the search ends [R6056-4] [RFC 6056 3.3]") {
    Settings settings;
    settings.port_first = 65500;
    settings.port_last = 65535;
    Random random(5);
    for (std::uint32_t only = 65500; only <= 65535; ++only)
        CHECK(pick_port(settings, random, [&](std::uint16_t port) { return port == only; }) == only);
    int asked = 0;
    CHECK_FALSE(pick_port(settings, random, [&](std::uint16_t) { return ++asked, false; }));
    CHECK(asked == 36);
    settings.port_last = 65499;  // nothing in it
    CHECK_FALSE(pick_port(settings, random, any));
}

}  // namespace
}  // namespace sluice::tcp
