#include "tcp/receive/ack_policy.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

constexpr std::uint16_t mss = 1000;

struct World {
    Settings settings;
    AckPolicy acks;
    Instant now{1s};

    World() { acks.start(settings); }
    void in_order(std::uint32_t octets, std::uint32_t segment = 0) {
        acks.on_in_order(settings, octets, segment ? segment : octets, mss, now);
    }
};

TEST_CASE(
    "one segment is acknowledged within half a second [SHLD-18] [MUST-40] [R5681-20] [RFC 9293 3.8.6.3]") {
    World w;
    w.in_order(1000);
    CHECK_FALSE(w.acks.is_owed());
    CHECK(w.acks.is_delayed());
    CHECK(w.acks.deadline() == w.now + 40ms);
    w.settings.delayed_ack = 499ms;  // the most that can be set
    w.acks.on_time(w.now + 39ms);
    CHECK_FALSE(w.acks.is_owed());
    w.acks.on_time(w.now + 40ms);
    CHECK(w.acks.is_owed());
    CHECK(w.acks.cause() == Cause::delayed_ack);
    CHECK(w.acks.deadline() == never);
}

TEST_CASE(
    "at least every second full-sized segment is acknowledged at once [SHLD-19] [R5681-20] [RFC 9293 "
    "3.8.6.3]") {
    World w;
    w.in_order(1000);
    w.in_order(1000);
    CHECK(w.acks.is_owed());
    w.acks.on_sent(true);
    CHECK_FALSE(w.acks.is_owed());
    CHECK_FALSE(w.acks.is_delayed());
    w.in_order(1000);
    CHECK_FALSE(w.acks.is_owed());
}

TEST_CASE("a delay counts from the first unacknowledged segment [MUST-40] [RFC 9293 3.8.6.3]") {
    World w;
    w.in_order(10);
    w.now += 30ms;
    w.in_order(10);
    CHECK(w.acks.deadline() == Instant{1s + 40ms});
}

TEST_CASE("a full segment is what the peer sends as one, if it uses less than our MSS [SHLD-19]") {
    World w;
    w.in_order(600);  // it seems to send 600 at a time
    CHECK_FALSE(w.acks.is_owed());
    w.in_order(600);
    CHECK(w.acks.is_owed());
}

TEST_CASE("small segments do not count as full ones [SHLD-19]") {
    World w;
    for (int i = 0; i < 10; ++i) w.in_order(100);
    CHECK_FALSE(w.acks.is_owed());  // 1000 octets, and 536 is the least full size: two would be 1072
    w.in_order(100);
    CHECK(w.acks.is_owed());
}

TEST_CASE("a super-segment counts as the segments it was made of [SHLD-19] [architecture 3]") {
    World w;
    w.in_order(2000, 1000);
    CHECK(w.acks.is_owed());
    World other;
    other.in_order(1900, 1000);
    CHECK_FALSE(other.acks.is_owed());
}

TEST_CASE(
    "out of order, or seen before: an ACK for each segment, at once [R5681-13] [R2018-7] [RFC 5681 4.2]") {
    World w;
    for (int i = 0; i < 3; ++i) w.acks.on_out_of_order(w.settings);
    for (int i = 0; i < 3; ++i) {
        CHECK(w.acks.is_owed());
        CHECK(w.acks.cause() == Cause::duplicate_ack);
        w.acks.on_sent(true);
    }
    CHECK_FALSE(w.acks.is_owed());
}

TEST_CASE("after a hole the next sixteen segments are answered one by one [R5681-20] [RFC 5681 4.2]") {
    World w;
    w.acks.on_out_of_order(w.settings);
    w.acks.on_sent(true);
    for (int i = 0; i < 16; ++i) {
        w.in_order(1000);
        CHECK(w.acks.is_owed());
        w.acks.on_sent(true);
    }
    w.in_order(1000);
    CHECK_FALSE(w.acks.is_owed());
}

TEST_CASE("a segment with data carries the ACK of everything before it [R5681-19] [RFC 5681 4.2]") {
    World w;
    w.acks.on_out_of_order(w.settings);
    w.acks.on_out_of_order(w.settings);
    w.in_order(1000);
    w.acks.on_sent(false);
    CHECK_FALSE(w.acks.is_owed());
    CHECK(w.acks.deadline() == never);
}

TEST_CASE("never more than one ACK for each segment that came in [R5681-19] [RFC 5681 4.2]") {
    World w;
    w.acks.on_out_of_order(w.settings);
    w.acks.owe(Cause::ack);  // the hole is filled in the same burst
    w.acks.on_sent(true);
    CHECK_FALSE(w.acks.is_owed());
}

TEST_CASE("an ACK owed at once stays owed when the next segment is in order [R5681-13] [RFC 5681 4.2]") {
    World w;
    w.acks.on_out_of_order(w.settings);  // a segment seen before
    w.in_order(10);                      // and one in order, before the ACK could leave
    CHECK(w.acks.is_owed());
    w.acks.on_sent(true);
    CHECK_FALSE(w.acks.is_owed());
}

TEST_CASE("an ACK owed at once is not delayed by what follows [RFC 9293 3.8.6.3]") {
    World w;
    w.acks.owe(Cause::ack_of_fin);
    w.in_order(10);
    CHECK(w.acks.is_owed());
    CHECK_FALSE(w.acks.is_delayed());
    CHECK(w.acks.cause() == Cause::ack_of_fin);
}

TEST_CASE("the first segments may be acknowledged at once, if so set") {
    Settings settings;
    settings.quick_acks = 2;
    AckPolicy acks;
    acks.start(settings);
    for (int i = 0; i < 2; ++i) {
        acks.on_in_order(settings, 10, 10, mss, Instant{});
        CHECK(acks.is_owed());
        acks.on_sent(true);
    }
    acks.on_in_order(settings, 10, 10, mss, Instant{});
    CHECK_FALSE(acks.is_owed());
}

TEST_CASE("how many segments wait for one ACK is a setting [SHLD-19]") {
    World w;
    w.settings.ack_every = 1;
    w.in_order(1000);
    CHECK(w.acks.is_owed());
    World four;
    four.settings.ack_every = 4;
    for (int i = 0; i < 3; ++i) four.in_order(1000);
    CHECK_FALSE(four.acks.is_owed());
    four.in_order(1000);
    CHECK(four.acks.is_owed());
}

TEST_CASE("a connection that ended owes nothing") {
    World w;
    w.in_order(10);
    w.acks.on_out_of_order(w.settings);
    w.acks.stop();
    CHECK_FALSE(w.acks.is_owed());
    CHECK(w.acks.deadline() == never);
}

}  // namespace
}  // namespace sluice::tcp
