#include "tcp/congestion/accurate_ecn.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

wire::AccurateEcnOption marked_octets(std::uint32_t octets) { return {1, octets, 1}; }

TEST_CASE("the field of a handshake segment tells the code point it answers [R9768-2] [R9768-8]") {
    CHECK(ace::telling(ecn::not_ect) == 0b010);
    CHECK(ace::telling(ecn::ect_1) == 0b011);
    CHECK(ace::telling(ecn::ect_0) == 0b100);
    CHECK(ace::telling(ecn::ce) == 0b110);
}

TEST_CASE("packets are told modulo 8, octets modulo 2^24 [R9768-7] [R9768-11]") {
    AccurateEcn counts;
    CHECK(counts.field(true) == 5);
    counts.on_packets(ecn::ce, 3, 3000);
    CHECK(counts.field(true) == 0);
    for (int i = 0; i < 300; ++i) counts.on_packets(ecn::ect_1, 40, 60000);
    CHECK(counts.option(3).ect_1 == (1 + 300U * 60000) % (1U << 24U));
    for (int i = 0; i < 300; ++i) counts.on_packets(ecn::ce, 40, 60000);
    CHECK(counts.field(false) == (8 + 300 * 40) % 8);
    CHECK(counts.option(3).ce == (3000 + 300U * 60000) % (1U << 24U));
    CHECK(counts.option(1).ce == std::nullopt);
    CHECK(counts.option(0).ect_0 == std::nullopt);
}

TEST_CASE("the field is a difference to the last one, and may go round [R9768-7]") {
    AccurateEcn counts;
    CHECK(counts.on_feedback(5, {}, 1) == 0);
    CHECK(counts.on_feedback(7, {}, 2) == 2);
    CHECK(counts.on_feedback(2, {}, 4) == 3);
    CHECK(counts.delivered_marked() == 5);
}

TEST_CASE(
    "more packets than the field can tell: octets decide, without them the most that fits is believed "
    "[R9768-7] [R9768-11]") {
    AccurateEcn careful;
    CHECK(careful.on_feedback(5, {}, 20) == 16);
    AccurateEcn told;
    CHECK(told.on_feedback(5, marked_octets(0), 20) == 0);
    CHECK(told.on_feedback(6, marked_octets(9000), 12) == 9);
    // The octets went round.
    AccurateEcn round;
    CHECK(round.on_feedback(6, marked_octets(0xffff00), 1) == 1);
    CHECK(round.on_feedback(7, marked_octets(0x100), 1) == 1);
    CHECK(round.on_feedback(7, marked_octets(0x100), 1) == 0);
}

TEST_CASE("a cleared field in the third segment ends belief, a marked SYN,ACK counts [R9768-8] [R9768-9]") {
    AccurateEcn cleared;
    cleared.on_third(0);
    CHECK_FALSE(cleared.may_mark());
    CHECK(cleared.on_feedback(7, {}, 3) == 0);
    AccurateEcn marked;
    marked.on_third(0b110);
    CHECK(marked.may_mark());
    CHECK(marked.on_feedback(6, {}, 1) == 0);
    CHECK(marked.on_feedback(7, {}, 1) == 1);
}

}  // namespace
}  // namespace sluice::tcp
