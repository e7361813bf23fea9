#include "tcp/receive/paws.h"

#include <doctest/doctest.h>

#include "tcp/settings.h"

namespace sluice::tcp {
namespace {

const Duration days_24 = Settings().paws_idle;

Paws paws(std::uint32_t recent, Instant at = Instant{}) {
    Paws p;
    p.start(recent, at);
    return p;
}

TEST_CASE("a timestamp below TS.Recent is old, the same or a later one is not [R7323-18] [RFC 7323 5.3 R1]") {
    const Paws p = paws(7000);
    CHECK(p.is_old(6999, Instant{1s}, days_24));
    CHECK_FALSE(p.is_old(7000, Instant{1s}, days_24));
    CHECK_FALSE(p.is_old(7001, Instant{1s}, days_24));
}

TEST_CASE("timestamps compare modulo 2^32 [R7323-18] [RFC 7323 5.2]") {
    const Paws p = paws(0xfffffff0U);
    CHECK_FALSE(p.is_old(5, Instant{1s}, days_24));
    CHECK(p.is_old(0xffffffefU, Instant{1s}, days_24));
    CHECK_FALSE(p.is_old(0xfffffff0U + 0x7fffffffU, Instant{1s}, days_24));
    CHECK(p.is_old(0xfffffff0U + 0x80000001U, Instant{1s}, days_24));
}

TEST_CASE("after 24 idle days TS.Recent says nothing any more [R7323-20] [RFC 7323 5.5]") {
    CHECK(days_24 == 24 * 24h);
    const Paws p = paws(7000, Instant{10s});
    CHECK(p.is_old(6000, Instant{10s} + days_24 - 1ns, days_24));
    CHECK_FALSE(p.is_old(6000, Instant{10s} + days_24, days_24));
}

TEST_CASE("TS.Recent is taken from segments that reach the last ACK we sent [R7323-13] [RFC 7323 4.3 (2)]") {
    Paws p = paws(1);
    p.on_segment(2, 100, 100, Instant{1s});
    CHECK(p.recent() == 2);
    p.on_segment(3, 99, 100, Instant{2s});
    CHECK(p.recent() == 3);
    p.on_segment(4, 101, 100, Instant{3s});  // above a hole, or already delayed behind another
    CHECK(p.recent() == 3);
}

TEST_CASE("a delayed ACK echoes the earliest segment it acknowledges [R7323-14] [RFC 7323 4.3 (A)]") {
    Paws p = paws(0);
    const Pos last_ack_sent = 1;
    p.on_segment(1, 1, last_ack_sent, Instant{});
    p.on_segment(2, 101, last_ack_sent, Instant{});
    p.on_segment(3, 201, last_ack_sent, Instant{});
    CHECK(p.recent() == 1);
}

TEST_CASE(
    "above a hole the last segment in order is echoed, then the one that fills it [R7323-15] [RFC 7323 4.3 "
    "(B, C)]") {
    Paws p = paws(0);
    p.on_segment(1, 1, 1, Instant{});
    CHECK(p.recent() == 1);
    p.on_segment(2, 201, 101, Instant{});  // the third; 101 is acknowledged, and again
    CHECK(p.recent() == 1);
    p.on_segment(3, 101, 101, Instant{});
    CHECK(p.recent() == 3);
}

TEST_CASE("the 24 days begin again with each update [R7323-20] [RFC 7323 5.5]") {
    Paws p = paws(7000);
    p.on_segment(8000, 1, 1, Instant{100h});
    CHECK(p.is_old(7999, Instant{100h} + days_24 - 1ns, days_24));
}

}  // namespace
}  // namespace sluice::tcp
