#include "tcp/recover/retransmit_timer.h"

#include <doctest/doctest.h>

#include <vector>

namespace sluice::tcp {
namespace {

const Settings settings;

TEST_CASE(
    "sending starts the timer if it is not running, and leaves it alone if it is [R6298-11] [RFC 6298 5.1]") {
    RetransmitTimer timer;
    CHECK_FALSE(timer.is_running());
    CHECK(timer.deadline() == never);
    timer.on_sent(1s, settings, Instant{10s});
    CHECK(timer.deadline() == Instant{11s});
    timer.on_sent(1s, settings, Instant{10s + 500ms});
    CHECK(timer.deadline() == Instant{11s});
    CHECK_FALSE(timer.is_due(Instant{11s} - 1ns));
    CHECK(timer.is_due(Instant{11s}));
}

TEST_CASE("an ACK of new data restarts the timer for a full RTO [R6298-13] [RFC 6298 5.3]") {
    RetransmitTimer timer;
    timer.on_sent(1s, settings, Instant{});
    timer.restart(1s, settings, Instant{900ms});
    CHECK(timer.deadline() == Instant{1900ms});
}

TEST_CASE("everything acknowledged: the timer is off [R6298-12] [RFC 6298 5.2]") {
    RetransmitTimer timer;
    timer.on_sent(1s, settings, Instant{});
    timer.stop();
    CHECK_FALSE(timer.is_running());
    CHECK_FALSE(timer.is_due(Instant{1h}));
}

TEST_CASE(
    "each expiry doubles the RTO: silence resends at 1, 3, 7, 15 s [R6298-15] [MUST-19] [RFC 6298 5.5, "
    "5.6]") {
    RetransmitTimer timer;
    timer.on_sent(1s, settings, Instant{});
    std::vector<Duration> resends;
    for (int i = 0; i < 10; ++i) {
        const Instant now = timer.deadline();
        REQUIRE(timer.is_due(now));
        timer.on_expired(1s, settings, now);
        resends.push_back(now.time_since_epoch());
        CHECK(timer.timeouts() == i + 1);
    }
    // 64 s and then the cap of 120 s.
    CHECK(resends == std::vector<Duration>{1s, 3s, 7s, 15s, 31s, 63s, 127s, 247s, 367s, 487s});
}

TEST_CASE("the back-off stays across restarts until progress ends it [R6298-10] [RFC 6298 5.5]") {
    RetransmitTimer timer;
    timer.on_sent(1s, settings, Instant{});
    timer.on_expired(1s, settings, Instant{1s});
    timer.on_expired(1s, settings, Instant{3s});
    CHECK(timer.backed_off(1s, settings) == 4s);
    timer.restart(1s, settings, Instant{5s});
    CHECK(timer.deadline() == Instant{9s});
    timer.end_back_off();
    CHECK(timer.timeouts() == 0);
    timer.restart(1s, settings, Instant{6s});
    CHECK(timer.deadline() == Instant{7s});
}

TEST_CASE("an hour of silence neither overflows nor passes the cap [R6298-6] [RFC 6298 2.5]") {
    RetransmitTimer timer;
    Instant now{};
    timer.on_sent(200ms, settings, now);
    for (int i = 0; i < 300; ++i) {
        now = timer.deadline();
        timer.on_expired(200ms, settings, now);
        CHECK(timer.deadline() - now <= 120s);
        CHECK(timer.deadline() - now >= 400ms);
    }
    CHECK(timer.deadline() - now == 120s);
    CHECK(timer.backed_off(300s, settings) == 120s);
}

}  // namespace
}  // namespace sluice::tcp
