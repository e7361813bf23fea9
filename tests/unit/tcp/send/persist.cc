#include "tcp/send/persist.h"

#include <doctest/doctest.h>

#include <vector>

namespace sluice::tcp {
namespace {

TEST_CASE(
    "the first probe comes one RTO after the window shut, then at 3, 7, 15 RTO [SHLD-29] [SHLD-30] "
    "[MUST-36]") {
    Persist persist;
    persist.start(1s, Instant{});
    CHECK(persist.is_running());
    CHECK_FALSE(persist.is_owed());
    CHECK_FALSE(persist.on_time(120s, Instant{1s} - 1ns));
    std::vector<Duration> probes;
    for (int i = 0; i < 10; ++i) {
        const Instant now = persist.deadline();
        CHECK(persist.on_time(120s, now));
        CHECK(persist.is_owed());
        persist.on_sent();
        CHECK_FALSE(persist.is_owed());
        probes.push_back(now.time_since_epoch());
    }
    CHECK(probes == std::vector<Duration>{1s, 3s, 7s, 15s, 31s, 63s, 127s, 247s, 367s, 487s});
}

TEST_CASE("probing goes on as long as it is asked to [MUST-37] [MUST-35] [RFC 9293 3.8.6.1]") {
    Persist persist;
    persist.start(200ms, Instant{});
    Instant now{};
    for (int i = 0; i < 1000; ++i) {
        now = persist.deadline();
        REQUIRE(now != never);
        CHECK(persist.on_time(120s, now));
        CHECK(persist.interval() <= 120s);
    }
    CHECK(now > Instant{24h});
}

TEST_CASE(
    "an open window stops it, and the next time begins with one RTO again [SHLD-29] [RFC 9293 3.8.6.1]") {
    Persist persist;
    persist.start(1s, Instant{});
    persist.on_time(120s, Instant{1s});
    persist.stop();
    CHECK_FALSE(persist.is_running());
    CHECK_FALSE(persist.is_owed());
    CHECK(persist.deadline() == never);
    CHECK_FALSE(persist.on_time(120s, Instant{1h}));
    persist.start(1s, Instant{100s});
    CHECK(persist.deadline() == Instant{101s});
}

}  // namespace
}  // namespace sluice::tcp
