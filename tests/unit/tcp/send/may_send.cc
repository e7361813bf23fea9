#include "tcp/send/may_send.h"

#include <doctest/doctest.h>

#include <vector>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

// MSS 1000, a wide window of 10000, nothing in flight, Nagle on.
MaySendFacts facts(Pos unsent) {
    MaySendFacts f;
    f.unsent = unsent;
    f.usable = 10000;
    f.congestion_room = 10000;
    f.mss = 1000;
    f.segment_max = 1000;
    f.largest_window = 10000;
    return f;
}

TEST_CASE("nothing queued or no window: nothing leaves") {
    CHECK(may_send(facts(0)).octets == 0);
    MaySendFacts f = facts(500);
    f.usable = 0;
    CHECK(may_send(f).octets == 0);
    CHECK_FALSE(may_send(f).waits_for_window);
    f.usable = -300;  // the window shrank [SHLD-15]
    CHECK(may_send(f).octets == 0);
}

TEST_CASE("a full-sized segment leaves whenever it fits [SHLD-28] [MUST-38] [RFC 9293 3.8.6.2.1 (1)]") {
    MaySendFacts f = facts(5000);
    CHECK(may_send(f).octets == 1000);
    f.is_anything_unacknowledged = true;
    CHECK(may_send(f).octets == 1000);
    f.cork = true;
    CHECK(may_send(f).octets == 1000);
    f.usable = 1000;
    CHECK(may_send(f).octets == 1000);
}

TEST_CASE(
    "a small write leaves at once while nothing is unacknowledged [SHLD-7] [MUST-60] [RFC 9293 3.7.4]") {
    CHECK(may_send(facts(1)).octets == 1);
    CHECK(may_send(facts(999)).octets == 999);
}

TEST_CASE("Nagle holds a small segment while data is unacknowledged [SHLD-7] [RFC 9293 3.7.4]") {
    MaySendFacts f = facts(999);
    f.is_anything_unacknowledged = true;
    CHECK(may_send(f).octets == 0);
    CHECK_FALSE(may_send(f).waits_for_window);  // the ACK will ask again
    f.unsent = 1000;
    CHECK(may_send(f).octets == 1000);
    f.unsent = 1999;
    CHECK(may_send(f).octets == 1000);
}

TEST_CASE("without Nagle everything that is queued leaves [MUST-17] [RFC 9293 3.7.4]") {
    MaySendFacts f = facts(1);
    f.nagle = false;
    f.is_anything_unacknowledged = true;
    CHECK(may_send(f).octets == 1);
    f.unsent = 1999;
    CHECK(may_send(f).octets == 1000);
}

TEST_CASE("the last octets before a FIN are not held back: nothing can be added [RFC 9293 3.7.4]") {
    MaySendFacts f = facts(10);
    f.is_anything_unacknowledged = true;
    f.is_last = true;
    CHECK(may_send(f).octets == 10);
    f.cork = true;
    CHECK(may_send(f).octets == 10);
}

TEST_CASE("a cork holds every segment that is not full") {
    MaySendFacts f = facts(999);
    f.cork = true;
    CHECK(may_send(f).octets == 0);
    f.nagle = false;
    CHECK(may_send(f).octets == 0);
    f.unsent = 2500;
    f.segment_max = 10000;
    CHECK(may_send(f).octets == 2000);
}

TEST_CASE(
    "no silly segments: a window opened in small steps sends at half of the largest or a full one "
    "[MUST-38]") {
    MaySendFacts f = facts(10000);
    f.largest_window = 1600;
    for (Pos usable = 50; usable < 800; usable += 50) {
        f.usable = usable;
        CAPTURE(usable);
        CHECK(may_send(f).octets == 0);
        CHECK(may_send(f).waits_for_window);
    }
    f.usable = 800;
    CHECK(may_send(f).octets == 800);
    f.largest_window = 60000;
    CHECK(may_send(f).octets == 0);
    f.usable = 999;
    CHECK(may_send(f).octets == 0);
    f.usable = 1000;
    CHECK(may_send(f).octets == 1000);
}

TEST_CASE("the override timeout sends what fits [MUST-38] [RFC 9293 3.8.6.2.1 (4)]") {
    MaySendFacts f = facts(10000);
    f.usable = 50;
    CHECK(may_send(f).octets == 0);
    f.override_due = true;
    CHECK(may_send(f).octets == 50);
}

TEST_CASE("while data is unacknowledged Nagle holds half a window too [SHLD-7] [RFC 9293 3.8.6.2.1 (3)]") {
    MaySendFacts f = facts(10000);
    f.largest_window = 1600;
    f.usable = 900;
    f.is_anything_unacknowledged = true;
    CHECK(may_send(f).octets == 0);
    CHECK_FALSE(may_send(f).waits_for_window);  // the ACK asks again, no override is needed
    f.nagle = false;
    CHECK(may_send(f).octets == 900);
    f.nagle = true;
    f.is_anything_unacknowledged = false;
    CHECK(may_send(f).octets == 900);
}

TEST_CASE(
    "everything queued that fits into the window leaves, however small the window [RFC 9293 3.8.6.2.1 (2)]") {
    MaySendFacts f = facts(50);
    f.usable = 50;
    f.largest_window = 60000;
    CHECK(may_send(f).octets == 50);
}

TEST_CASE(
    "what the congestion window cuts short waits for room, not for a timeout [R5681-1] [SHLD-28] [RFC 5681 "
    "2]") {
    MaySendFacts f = facts(10000);
    f.congestion_room = 999;
    CHECK(may_send(f).octets == 0);
    CHECK_FALSE(may_send(f).waits_for_window);
    f.congestion_room = 1999;
    CHECK(may_send(f).octets == 1000);
    f.congestion_room = -5000;
    CHECK(may_send(f).octets == 0);
    f.unsent = 100;
    f.congestion_room = 50;
    CHECK(may_send(f).octets == 0);
    f.congestion_room = 100;
    CHECK(may_send(f).octets == 100);
}

TEST_CASE("one frame for many segments carries full ones only, and the tail when it may leave too") {
    MaySendFacts f = facts(5500);
    f.segment_max = 64000;
    f.nagle = false;
    CHECK(may_send(f).octets == 5500);
    f.segment_max = 4000;
    CHECK(may_send(f).octets == 4000);
    f.segment_max = 64000;
    f.usable = 3700;
    CHECK(may_send(f).octets == 3000);
    f.usable = 10000;
    f.congestion_room = 4300;
    CHECK(may_send(f).octets == 4000);
    f = facts(5500);
    f.segment_max = 64000;
    f.is_anything_unacknowledged = true;
    CHECK(may_send(f).octets == 5000);  // Nagle: the tail waits
    f.is_last = true;
    CHECK(may_send(f).octets == 5500);
    f.cork = true;
    CHECK(may_send(f).octets == 5500);
}

TEST_CASE(
    "behind full segments in one frame Nagle holds the tail as it would in frames of its own [SHLD-7]") {
    MaySendFacts f = facts(2500);
    f.segment_max = 64000;
    CHECK(may_send(f).octets == 2000);
}

// Sends until nothing leaves any more, and returns where each segment on the wire ended.
std::vector<Pos> segments_sent(MaySendFacts f) {
    std::vector<Pos> ends;
    Pos sent = 0;
    for (Pos octets = may_send(f).octets; octets > 0; octets = may_send(f).octets) {
        CHECK(octets <= f.unsent);
        CHECK(octets <= f.usable);
        CHECK(octets <= f.congestion_room);
        CHECK(octets <= f.segment_max);
        for (Pos at = f.mss; at < octets; at += f.mss) ends.push_back(sent + at);
        sent += octets;
        ends.push_back(sent);
        f.unsent -= octets;
        f.usable -= octets;
        f.congestion_room -= octets;
        f.is_anything_unacknowledged = true;
    }
    return ends;
}

TEST_CASE("segments on the wire are the same whether the link cuts them or we do [architecture 3]") {
    for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        MaySendFacts f;
        f.mss = static_cast<std::uint32_t>(draw.between(1, 300));
        f.segment_max = f.mss;
        f.unsent = draw.between(0, 3000);
        f.usable = draw.one_in(2) ? 5000 : draw.between(0, 3000);
        f.congestion_room = draw.one_in(2) ? 5000 : draw.between(0, 3000);
        f.largest_window = static_cast<std::uint32_t>(std::max(f.usable, draw.between(0, 3000)));
        f.is_anything_unacknowledged = draw.one_in(2);
        f.nagle = draw.one_in(2);
        f.cork = draw.one_in(4);
        f.is_last = draw.one_in(3);
        const std::vector<Pos> one_by_one = segments_sent(f);
        f.segment_max = f.mss * static_cast<std::uint32_t>(draw.between(2, 20));
        CHECK(segments_sent(f) == one_by_one);
    }
}

}  // namespace
}  // namespace sluice::tcp
