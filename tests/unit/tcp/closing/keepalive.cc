#include "tcp/closing/keepalive.h"

#include <doctest/doctest.h>

#include <vector>

#include "tcp/settings.h"

namespace sluice::tcp {
namespace {

using Due = Keepalive::Due;
const KeepalivePlan plan{60s, 10s, 3};

TEST_CASE("keep-alives are off unless switched on [MUST-24] [MUST-25] [RFC 9293 3.8.4]") {
    Keepalive keepalive;
    CHECK_FALSE(keepalive.is_on());
    CHECK(keepalive.deadline() == never);
    CHECK(keepalive.on_time(plan, false, Instant{720h}) == Due::nothing);
    keepalive.on_heard(plan, Instant{1s});
    CHECK_FALSE(keepalive.is_on());
}

TEST_CASE("the default idle time is two hours or more [MUST-28] [RFC 9293 3.8.4]") {
    CHECK(Settings().keepalive_idle >= 2h);
}

TEST_CASE("a probe is due after the idle time, which is a setting [MUST-26] [MUST-27] [RFC 9293 3.8.4]") {
    Keepalive keepalive;
    keepalive.switch_on(plan, Instant{});
    CHECK(keepalive.on_time(plan, false, Instant{60s} - 1ns) == Due::nothing);
    CHECK_FALSE(keepalive.is_owed());
    CHECK(keepalive.on_time(plan, false, Instant{60s}) == Due::probe);
    CHECK(keepalive.is_owed());
    keepalive.on_sent();
    CHECK_FALSE(keepalive.is_owed());
    CHECK(keepalive.deadline() == Instant{70s});
}

TEST_CASE("whatever arrives begins the idle time again [MUST-26] [RFC 9293 3.8.4]") {
    Keepalive keepalive;
    keepalive.switch_on(plan, Instant{});
    keepalive.on_heard(plan, Instant{60s} - 1ms);
    CHECK(keepalive.on_time(plan, false, Instant{60s}) == Due::nothing);
    CHECK(keepalive.deadline() == Instant{120s} - 1ms);
}

TEST_CASE("a probe that is still to leave is not needed any more when something arrives [MUST-26]") {
    Keepalive keepalive;
    keepalive.switch_on(plan, Instant{});
    keepalive.on_time(plan, false, Instant{60s});
    REQUIRE(keepalive.is_owed());
    keepalive.on_heard(plan, Instant{60s});
    CHECK_FALSE(keepalive.is_owed());
}

TEST_CASE("one unanswered probe is no death: all of them are [MUST-29] [RFC 9293 3.8.4]") {
    Keepalive keepalive;
    keepalive.switch_on(plan, Instant{});
    std::vector<Duration> probes;
    Due due = Due::nothing;
    Instant now{};
    while (due != Due::give_up) {
        now = keepalive.deadline();
        due = keepalive.on_time(plan, false, now);
        if (due == Due::probe) probes.push_back(now.time_since_epoch());
        keepalive.on_sent();
    }
    CHECK(probes == std::vector<Duration>{60s, 70s, 80s});
    CHECK(now == Instant{90s});
}

TEST_CASE("the last probe answered keeps the connection [MUST-29] [RFC 9293 3.8.4]") {
    Keepalive keepalive;
    keepalive.switch_on(plan, Instant{});
    for (const Duration at : {60s, 70s, 80s})
        CHECK(keepalive.on_time(plan, false, Instant{at}) == Due::probe);
    keepalive.on_heard(plan, Instant{89s});
    CHECK(keepalive.on_time(plan, false, Instant{90s}) == Due::nothing);
    for (const Duration at : {149s, 159s, 169s})
        CHECK(keepalive.on_time(plan, false, Instant{at}) == Due::probe);
    CHECK(keepalive.on_time(plan, false, Instant{179s}) == Due::give_up);
}

TEST_CASE("with something outstanding no probe is sent: the retransmission asks [MUST-26] [RFC 9293 3.8.4]") {
    Keepalive keepalive;
    keepalive.switch_on(plan, Instant{});
    CHECK(keepalive.on_time(plan, true, Instant{60s}) == Due::nothing);
    CHECK_FALSE(keepalive.is_owed());
    CHECK(keepalive.deadline() == Instant{120s});
    CHECK(keepalive.on_time(plan, false, Instant{120s}) == Due::probe);
}

TEST_CASE("switching off takes the debt along [MUST-24] [RFC 9293 3.8.4]") {
    Keepalive keepalive;
    keepalive.switch_on(plan, Instant{});
    keepalive.on_time(plan, false, Instant{60s});
    keepalive.switch_off();
    CHECK_FALSE(keepalive.is_owed());
    CHECK(keepalive.deadline() == never);
}

}  // namespace
}  // namespace sluice::tcp
