#include "tcp/opening/handshake.h"

#include <doctest/doctest.h>

#include <vector>

#include "tcp/opening/half_open.h"

namespace sluice::tcp {
namespace {

TEST_CASE(
    "an unanswered SYN leaves at 0, 1, 3, 7, 15 s and so on [R6298-1] [R6298-15] [MUST-22] [RFC 9293 "
    "3.8.3]") {
    const Settings settings;
    Handshake handshake;
    handshake.start(settings, Instant{}, 180s);
    CHECK(handshake.is_owed());
    std::vector<Duration> sent;
    Instant now{};
    while (!handshake.is_over(now)) {
        handshake.on_time(settings, now);
        if (handshake.is_owed()) {
            sent.push_back(now.time_since_epoch());
            handshake.on_sent(now);
            CHECK_FALSE(handshake.is_owed());
        }
        REQUIRE(handshake.deadline() > now);
        now = handshake.deadline();
    }
    CHECK(sent == std::vector<Duration>{0s, 1s, 3s, 7s, 15s, 31s, 63s, 127s});
    CHECK(now == Instant{180s});  // [MUST-23]: at least three minutes
    CHECK(handshake.transmissions() == 8);
    CHECK(handshake.resent() == 7);
}

TEST_CASE("the interval stops growing at the largest RTO [R6298-6] [RFC 6298 2.5]") {
    Settings settings;
    settings.rto_max = 60s;
    Handshake handshake;
    handshake.start(settings, Instant{}, 24h);
    Instant now{};
    for (int i = 0; i < 12; ++i) {
        handshake.on_sent(now);
        now = handshake.deadline();
        CHECK(handshake.on_time(settings, now));
    }
    CHECK(handshake.timeout() == 60s);
}

TEST_CASE("the timer does not fire early, and once per deadline") {
    const Settings settings;
    Handshake handshake;
    handshake.start(settings, Instant{10s}, 180s);
    handshake.on_sent(Instant{10s});
    CHECK(handshake.deadline() == Instant{11s});
    CHECK_FALSE(handshake.on_time(settings, Instant{11s} - 1ns));
    CHECK(handshake.on_time(settings, Instant{11s}));
    CHECK_FALSE(handshake.on_time(settings, Instant{11s}));
    CHECK(handshake.deadline() == Instant{190s});  // only the end is left until it was sent
}

TEST_CASE(
    "a repeated SYN makes the SYN,ACK leave again without touching the back-off [D-2] [RFC 9293 3.10.7.4]") {
    const Settings settings;
    Handshake handshake;
    handshake.start(settings, Instant{}, 180s);
    handshake.on_sent(Instant{});
    handshake.owe();
    CHECK(handshake.is_owed());
    handshake.on_sent(Instant{500ms});
    CHECK(handshake.deadline() == Instant{1s});
    CHECK(handshake.timeout() == 1s);
    CHECK(handshake.transmissions() == 1);
}

TEST_CASE("the handshake gives an RTT sample when the SYN left once [R6298-7] [RFC 6298 3]") {
    const Settings settings;
    Handshake handshake;
    CHECK_FALSE(handshake.sample_sent_at());
    handshake.start(settings, Instant{5s}, 180s);
    CHECK_FALSE(handshake.sample_sent_at());
    handshake.on_sent(Instant{5s});
    CHECK(handshake.sample_sent_at() == Instant{5s});
    handshake.on_time(settings, Instant{6s});
    handshake.on_sent(Instant{6s});
    CHECK_FALSE(handshake.sample_sent_at());
}

TEST_CASE("a SYN,ACK sent again for a repeated SYN gives no sample either [R6298-7] [D-2] [RFC 6298 3]") {
    const Settings settings;
    Handshake handshake;
    handshake.start(settings, Instant{}, 180s);
    handshake.on_sent(Instant{});
    handshake.owe();
    handshake.on_sent(Instant{900ms});
    CHECK_FALSE(handshake.sample_sent_at());
    handshake.start(settings, Instant{10s}, 180s);
    handshake.on_sent(Instant{10s});
    CHECK(handshake.sample_sent_at() == Instant{10s});
}

TEST_CASE("an application may make it shorter, and stopping ends all of it [MUST-23] [RFC 9293 3.8.3]") {
    const Settings settings;
    Handshake handshake;
    handshake.start(settings, Instant{}, 2s);
    handshake.on_sent(Instant{});
    CHECK_FALSE(handshake.is_over(Instant{2s} - 1ns));
    CHECK(handshake.is_over(Instant{2s}));
    handshake.owe();
    handshake.stop();
    CHECK_FALSE(handshake.is_owed());
    CHECK(handshake.deadline() == never);
    CHECK_FALSE(handshake.is_over(Instant{24h}));
}

TEST_CASE(
    "the default patience with a SYN and a SYN,ACK is three minutes or more [MUST-23] [RFC 9293 3.8.3]") {
    const Settings settings;
    CHECK(settings.syn_timeout >= 180s);
    CHECK(settings.half_open_lifetime >= 180s);
}

TEST_CASE("a half-open connection fits into 256 octets [R4987-2] [RFC 4987 3.5]") {
    CHECK(sizeof(HalfOpen) <= 256);
}

}  // namespace
}  // namespace sluice::tcp
