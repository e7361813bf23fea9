#include "tcp/recover/rack.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

// One acknowledgment, arriving at `now` on a path of 50 ms.
Delivered at(Instant now) {
    Delivered delivered;
    delivered.now = now;
    delivered.least_rtt = 50ms;
    return delivered;
}

Delivered original(Range range, Instant sent_at, Instant now) {
    Delivered delivered = at(now);
    delivered.add(range, sent_at, false);
    return delivered;
}

TEST_CASE(
    "of all delivered transmissions the one sent last is kept, with its RTT [R8985-8] [RFC 8985 6.2 step "
    "2]") {
    Rack rack;
    CHECK_FALSE(rack.has_delivery());
    rack.on_delivered(original({1, 1001}, Instant{1s}, Instant{1100ms}));
    CHECK(rack.newest().sent_at == Instant{1s});
    CHECK(rack.newest().end == 1001);
    CHECK(rack.rtt() == 100ms);
    Delivered two = at(Instant{1200ms});
    two.add({1001, 2001}, Instant{1050ms}, false);
    two.add({2001, 3001}, Instant{1080ms}, false);
    rack.on_delivered(two);
    CHECK(rack.newest().end == 3001);
    CHECK(rack.rtt() == 120ms);
}

TEST_CASE("of two sent in the same instant the one with the higher sequence is the later [R8985-8]") {
    const Overtaking newest{Instant{1s}, 2001};
    CHECK(newest.is_after(Instant{1s}, 2000));
    CHECK_FALSE(newest.is_after(Instant{1s}, 2001));
    CHECK_FALSE(newest.is_after(Instant{1s}, 2002));
    CHECK(newest.is_after(Instant{999ms}, 5000));
    CHECK_FALSE(newest.is_after(Instant{1001ms}, 5));
    Delivered delivered = at(Instant{1100ms});
    delivered.add({1001, 2001}, Instant{1s}, false);
    delivered.add({1, 1001}, Instant{1s}, false);
    CHECK(delivered.newest.end == 2001);
}

TEST_CASE("the RTT is that of the last delivery, also of one that had been overtaken [RFC 8985 6.2 step 2]") {
    Rack rack;
    rack.on_delivered(original({1001, 2001}, Instant{1010ms}, Instant{1100ms}));
    rack.on_delivered(original({1, 1001}, Instant{1s}, Instant{1150ms}));
    CHECK(rack.newest().end == 2001);
    CHECK(rack.rtt() == 150ms);
}

TEST_CASE("an ACK 1 ms after a resend on a path of 50 ms tells nothing of it [R8985-4]") {
    Rack rack;
    rack.on_delivered(original({1001, 2001}, Instant{1s}, Instant{1060ms}));
    Delivered early = at(Instant{1101ms});
    early.add({1, 1001}, Instant{1100ms}, true);
    CHECK(early.newest.end == -1);
    rack.on_delivered(early);
    CHECK(rack.rtt() == 60ms);
    CHECK(rack.newest().end == 2001);
    Delivered due = at(Instant{1150ms});
    due.add({1, 1001}, Instant{1100ms}, true);
    rack.on_delivered(due);
    CHECK(rack.rtt() == 50ms);
    CHECK(rack.newest().end == 1001);
}

TEST_CASE("an ACK that echoes an older timestamp than the resend's tells nothing of it [R8985-4]") {
    Delivered old = at(Instant{1200ms});
    old.echoed_at = Instant{1099ms};
    old.add({1, 1001}, Instant{1100ms}, true);
    CHECK(old.newest.end == -1);
    Delivered same = at(Instant{1200ms});
    same.echoed_at = Instant{1100ms};
    same.add({1, 1001}, Instant{1100ms}, true);
    CHECK(same.newest.end == 1001);
}

TEST_CASE("an original below the highest delivered octet shows reordering, a resend does not [R8985-5]") {
    Rack rack;
    rack.on_delivered(original({1001, 2001}, Instant{1s}, Instant{1100ms}));
    CHECK_FALSE(rack.is_reordering_seen());
    Delivered resend = at(Instant{1200ms});
    resend.add({1, 501}, Instant{1100ms}, true);
    rack.on_delivered(resend);
    CHECK_FALSE(rack.is_reordering_seen());
    rack.on_delivered(original({501, 1001}, Instant{1s}, Instant{1210ms}));
    CHECK(rack.is_reordering_seen());
}

TEST_CASE("octets that arrive in order, also several in one ACK, are no reordering [R8985-5]") {
    Rack rack;
    rack.on_delivered(original({1, 1001}, Instant{1s}, Instant{1100ms}));
    Delivered more = at(Instant{1101ms});
    more.add({1001, 2001}, Instant{1s}, false);
    more.add({3001, 4001}, Instant{1s}, false);
    rack.on_delivered(more);
    CHECK_FALSE(rack.is_reordering_seen());
}

TEST_CASE(
    "no patience where the loss is certain and nothing was ever reordered, else a quarter of min_RTT "
    "[R8985-6]") {
    Rack rack;
    CHECK(rack.reordering_window(40ms, 50ms, false) == 10ms);
    CHECK(rack.reordering_window(40ms, 50ms, true) == 0ms);
    rack.on_delivered(original({1001, 2001}, Instant{1s}, Instant{1100ms}));
    rack.on_delivered(original({1, 1001}, Instant{1s}, Instant{1100ms}));
    CHECK(rack.reordering_window(40ms, 50ms, true) == 10ms);
    CHECK(rack.reordering_window(40ms, 5ms, true) == 5ms);  // never more than SRTT
}

TEST_CASE(
    "each round with a D-SACK widens the window by min_RTT/4, 16 clean recoveries narrow it [R8985-7]") {
    Rack rack;
    CHECK(rack.on_duplicate_reported(1001, 5001));
    CHECK(rack.multiplier() == 2);
    CHECK_FALSE(rack.on_duplicate_reported(5000, 9001));  // the same round
    CHECK(rack.multiplier() == 2);
    CHECK(rack.on_duplicate_reported(5001, 9001));
    CHECK(rack.on_duplicate_reported(9001, 12001));
    CHECK(rack.reordering_window(40ms, 100ms, false) == 40ms);  // three rounds: min_RTT
    CHECK(rack.reordering_window(40ms, 30ms, false) == 30ms);
    for (int i = 0; i < 15; ++i) rack.on_recovered();
    CHECK(rack.reordering_window(40ms, 100ms, false) == 40ms);
    rack.on_recovered();
    CHECK(rack.reordering_window(40ms, 100ms, false) == 10ms);
}

TEST_CASE("a D-SACK in between makes the sixteen recoveries begin again [R8985-7]") {
    Rack rack;
    rack.on_duplicate_reported(1, 1001);
    for (int i = 0; i < 15; ++i) rack.on_recovered();
    rack.on_duplicate_reported(1001, 2001);
    for (int i = 0; i < 15; ++i) rack.on_recovered();
    CHECK(rack.multiplier() == 3);
    rack.on_recovered();
    CHECK(rack.multiplier() == 1);
}

TEST_CASE("the multiplier has an end") {
    Rack rack;
    for (Pos round = 0; round < 400; ++round) rack.on_duplicate_reported(round, round + 1);
    CHECK(rack.multiplier() == 255);
}

TEST_CASE("times are kept finer than a quarter of an RTT of 1 ms [R8985-2]") {
    Rack rack;
    rack.on_delivered(original({1, 2}, Instant{1000250us}, Instant{1000750us}));
    CHECK(rack.rtt() == 500us);
    CHECK(rack.reordering_window(1ms, 1ms, false) == 250us);
}

}  // namespace
}  // namespace sluice::tcp
