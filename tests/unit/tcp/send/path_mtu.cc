#include "tcp/send/path_mtu.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

struct World {
    Settings settings;
    PathMtu path;
    Pos una = 1;
    Instant now{1h};

    explicit World(std::uint32_t ceiling = 1500) {
        path.start(ceiling, 0, settings, now);
        path.on_sent(ceiling);
    }
    void progress(Pos octets) {
        una += octets;
        path.on_progress(una, settings, now);
    }
    // A try of `size` octets leaves, and is acknowledged if the path carries `carried`.
    void probe(std::uint32_t size, std::uint32_t carried) {
        path.on_probe_sent({una, una + size - 40}, size);
        if (size <= carried)
            progress(size);
        else
            path.on_probe_lost(settings, 0s, now);
    }
};

TEST_CASE("a message lowers the size to what it says, and never raises it [R1191-1] [R1191-5] [RFC 1191 3]") {
    World w;
    CHECK(w.path.mtu() == 1500);
    CHECK(w.path.on_too_big(1400, w.settings, w.now));
    CHECK(w.path.mtu() == 1400);
    CHECK_FALSE(w.path.on_too_big(1400, w.settings, w.now));
    CHECK_FALSE(w.path.on_too_big(1450, w.settings, w.now));
    CHECK(w.path.mtu() == 1400);
}

TEST_CASE(
    "messages without a size walk down the plateaus, to 68 and no further [R1191-3] [R1191-4] [RFC 1191 "
    "7.1]") {
    World w;
    for (const std::uint32_t next : {1492U, 1280U, 1006U, 508U, 296U, 68U}) {
        CHECK(w.path.on_too_big(0, w.settings, w.now));
        CHECK(w.path.mtu() == next);
    }
    CHECK_FALSE(w.path.on_too_big(0, w.settings, w.now));
    CHECK_FALSE(w.path.on_too_big(40, w.settings, w.now));
}

TEST_CASE(
    "no larger try for ten minutes after a message, for two after one that passed [R1191-6] [R4821-5]") {
    World w(9000);
    w.path.on_too_big(1500, w.settings, w.now);
    w.now += 10min - 1ns;
    CHECK_FALSE(w.path.due(w.settings, w.now));
    w.now += 1ns;
    CHECK(w.path.due(w.settings, w.now) == 9000);
    for (int i = 0; i < 3; ++i) w.probe(9000, 5000);
    CHECK(w.path.due(w.settings, w.now) == 5250);
    for (int i = 0; i < 3; ++i) w.probe(5250, 5000);
    CHECK(w.path.due(w.settings, w.now) == 3375);
    w.probe(3375, 5000);
    CHECK(w.path.mtu() == 3375);
    w.progress(1000000);
    CHECK_FALSE(w.path.due(w.settings, w.now));
    w.now += 2min;
    CHECK(w.path.due(w.settings, w.now) > 3375U);
}

TEST_CASE(
    "the walk after a black hole: BASE, SEARCHING, SEARCH_COMPLETE, and again "
    "[R4821-12] [R4821-13] [RFC 8899 5.2]") {
    World w;
    CHECK(w.path.phase() == PathMtu::Phase::complete);
    CHECK(w.path.on_full_stop(w.settings, w.now));
    CHECK(w.path.mtu() == 1200);
    CHECK(w.path.phase() == PathMtu::Phase::base);
    CHECK_FALSE(w.path.due(w.settings, w.now));
    w.progress(1160);
    CHECK(w.path.phase() == PathMtu::Phase::searching);
    const std::uint32_t carried = 1400;
    for (int tries = 0; w.path.phase() == PathMtu::Phase::searching; ++tries) {
        REQUIRE(tries < 40);
        const auto size = w.path.due(w.settings, w.now);
        REQUIRE(size);
        CHECK(*size > w.path.mtu());
        CHECK(*size <= 1500);
        w.probe(*size, carried);
        w.progress(1000000);
    }
    CHECK(w.path.mtu() <= carried);
    CHECK(w.path.mtu() > carried - 16);
    CHECK_FALSE(w.path.due(w.settings, w.now));
    w.now += 10min;  // PMTU_RAISE_TIMER
    const auto again = w.path.due(w.settings, w.now);
    REQUIRE(again);
    w.probe(*again, 1500);
    CHECK(w.path.mtu() == 1500);
}

TEST_CASE("full stops halve what is below BASE, down to 68 [R4821-6] [RFC 4821 7.7]") {
    World w;
    for (const std::uint32_t next : {1200U, 600U, 300U, 150U, 75U, 68U}) {
        CHECK(w.path.on_full_stop(w.settings, w.now));
        CHECK(w.path.mtu() == next);
    }
    CHECK_FALSE(w.path.on_full_stop(w.settings, w.now));
}

TEST_CASE("a size is given up after three lost tries, and the next one waits [R4821-3] [R4821-12]") {
    World w;
    w.path.on_full_stop(w.settings, w.now);
    w.progress(1160);
    for (int i = 0; i < 3; ++i) {
        CHECK(w.path.due(w.settings, w.now) == 1500);
        w.path.on_probe_sent({w.una, w.una + 1460}, 1500);
        CHECK_FALSE(w.path.due(w.settings, w.now));  // one at a time [R4821-1]
        w.path.on_probe_lost(w.settings, 2s, w.now);
        CHECK_FALSE(w.path.due(w.settings, w.now));
        w.now += 2s;
    }
    CHECK(w.path.due(w.settings, w.now) == 1350);
}

TEST_CASE(
    "after the search has ended the next try waits for ten minutes, and acknowledgments confirm [R4821-11]") {
    World w;
    w.path.on_full_stop(w.settings, w.now);
    w.progress(1160);
    while (const auto size = w.path.due(w.settings, w.now)) {
        w.path.on_probe_sent({w.una, w.una + 1460}, *size);
        w.path.on_probe_lost(w.settings, 2s, w.now);
        w.now += 2s;
    }
    CHECK(w.path.phase() == PathMtu::Phase::complete);
    CHECK_FALSE(w.path.due(w.settings, w.now + 590s));
    CHECK(w.path.due(w.settings, w.now + 600s));
}

TEST_CASE("a raise is taken back when many octets are lost right after it [R4821-7] [RFC 4821 7.8]") {
    World w;
    w.path.on_full_stop(w.settings, w.now);
    w.progress(1160);
    w.probe(*w.path.due(w.settings, w.now), 1500);
    const std::uint32_t raised = w.path.mtu();
    CHECK(raised > 1200);
    CHECK_FALSE(w.path.on_loss(1460, w.settings, w.now));
    CHECK(w.path.on_loss(64 * 1460 / 8, w.settings, w.now));
    CHECK(w.path.mtu() == 1200);
    CHECK_FALSE(w.path.on_loss(100000, w.settings, w.now));
    const auto next = w.path.due(w.settings, w.now);
    CHECK((!next || *next < raised));
}

TEST_CASE("a size no packet of ours exceeded is no news [R5927-4] [RFC 5927 7.2]") {
    Settings settings;
    PathMtu path;
    path.start(1500, 0, settings, Instant{});
    path.on_sent(140);
    CHECK_FALSE(path.on_too_big(576, settings, Instant{}));
    path.on_sent(1400);
    CHECK(path.on_too_big(576, settings, Instant{}));
    CHECK_FALSE(path.on_too_big(1280, settings, Instant{}));
}

TEST_CASE(
    "a size below what was acknowledged waits for a timeout, and progress proves it wrong "
    "[R5927-5] [R5927-6] [RFC 5927 7.2]") {
    World w;
    w.path.on_acknowledged(1000);
    CHECK_FALSE(w.path.on_too_big(576, w.settings, w.now));
    w.path.on_acknowledged(100);
    CHECK_FALSE(w.path.on_timeout(w.settings, w.now));
    CHECK_FALSE(w.path.on_too_big(576, w.settings, w.now));
    CHECK(w.path.on_timeout(w.settings, w.now));
    CHECK(w.path.mtu() == 576);
    World v;
    v.path.on_acknowledged(1000);
    CHECK(v.path.on_too_big(1000, v.settings, v.now));  // at least as large: at once
}

}  // namespace
}  // namespace sluice::tcp
