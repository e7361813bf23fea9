#include "tcp/closing/challenge.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

int granted(ChallengeThrottle& throttle, const Settings& settings, int asked, Instant now) {
    int n = 0;
    for (int i = 0; i < asked; ++i) n += throttle.may_send(settings, now) ? 1 : 0;
    return n;
}

TEST_CASE("of 100 challenges at once 10 are answered, and 10 more after 5 s [R5961-7] [RFC 5961 7]") {
    const Settings settings;
    ChallengeThrottle throttle;
    CHECK(granted(throttle, settings, 100, Instant{10s}) == 10);
    CHECK(granted(throttle, settings, 100, Instant{15s} - 1ns) == 0);
    CHECK(granted(throttle, settings, 100, Instant{15s}) == 10);
}

TEST_CASE("number and period are settings [R5961-7] [RFC 5961 7]") {
    Settings settings;
    settings.challenge_acks = 3;
    settings.challenge_period = 1s;
    ChallengeThrottle throttle;
    CHECK(granted(throttle, settings, 10, Instant{}) == 3);
    CHECK(granted(throttle, settings, 10, Instant{1s}) == 3);
}

TEST_CASE("what one connection used up says nothing about another [R5961-8] [D-11]") {
    const Settings settings;
    ChallengeThrottle a;
    ChallengeThrottle b;
    granted(a, settings, 100, Instant{1s});
    CHECK_FALSE(a.may_send(settings, Instant{1s}));
    CHECK(b.may_send(settings, Instant{1s}));
}

}  // namespace
}  // namespace sluice::tcp
