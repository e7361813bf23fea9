#include "tcp/receive/tuning.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

TEST_CASE("the buffer grows to twice what is read in a round trip, and twice again while that doubles") {
    ReceiveTuning tuning;
    tuning.start(100000, 100ms, Instant{});
    CHECK_FALSE(tuning.on_read(60001, 100000, 10000000, 1000, Instant{99ms}));  // not a round trip yet
    CHECK(tuning.on_read(60001, 100000, 10000000, 1000, Instant{100ms}) == 2 * 60000 * 2 + 16000);
    // The next round: less than before changes nothing.
    CHECK_FALSE(tuning.on_read(110001, 256000, 10000000, 1000, Instant{200ms}));
    CHECK(tuning.on_read(310001, 256000, 10000000, 1000, Instant{300ms}) == 2 * 200000 * 2 + 16000);
}

TEST_CASE("not beyond the most it may be, and never smaller") {
    ReceiveTuning tuning;
    tuning.start(100000, 10ms, Instant{});
    CHECK(tuning.on_read(1000001, 100000, 500000, 1000, Instant{10ms}) == 500000);
    CHECK_FALSE(tuning.on_read(3000001, 500000, 500000, 1000, Instant{20ms}));
    ReceiveTuning quiet;
    quiet.start(100000, 10ms, Instant{});
    for (int i = 1; i < 50; ++i)
        CHECK_FALSE(quiet.on_read(1 + i * 10000, 100000, 500000, 1000, Instant{i * 10ms}));
}

TEST_CASE("the round trip follows the echoes: short ones at once, long ones slowly") {
    ReceiveTuning tuning;
    tuning.start(100000, 100ms, Instant{});
    tuning.on_echo(20ms);
    CHECK(tuning.on_read(60001, 100000, 1000000, 1000, Instant{20ms}));
    tuning.on_echo(180ms);  // 20 + 160 / 8 = 40
    CHECK_FALSE(tuning.on_read(260001, 100000, 1000000, 1000, Instant{59ms}));
    CHECK(tuning.on_read(260001, 100000, 1000000, 1000, Instant{60ms}));
}

TEST_CASE(
    "a link's queue bounds the buffer: a whole window where round trips are short, what comes in a pause "
    "where they "
    "are long") {
    ReceiveTuning near;
    near.start(100000, 1ms, Instant{});
    CHECK(near.reach(16000000, 1500000, 10ms) == 1500000);
    CHECK(near.reach(16000000, 0, 10ms) == 16000000);
    CHECK(near.reach(1000000, 1500000, 10ms) == 1000000);
    ReceiveTuning far;
    far.start(100000, 50ms, Instant{});
    CHECK(far.reach(16000000, 1500000, 10ms) == 7500000);
    ReceiveTuning farther;
    farther.start(100000, 300ms, Instant{});
    CHECK(farther.reach(16000000, 1500000, 10ms) == 16000000);
}

}  // namespace
}  // namespace sluice::tcp
