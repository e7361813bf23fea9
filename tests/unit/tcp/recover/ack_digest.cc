#include "tcp/recover/ack_digest.h"

#include <doctest/doctest.h>

#include <vector>

namespace sluice::tcp {
namespace {

// 4000 octets in flight, sent at 1 s; snd.una is 1.
struct World {
    Flight flight;
    AckContext context;
    ChunkPool pool;

    World() {
        for (Pos at = 1; at < 4001; at += 1000) flight.on_sent({at, at + 1000}, Instant{1s});
        context.una = 1;
        context.now = Instant{1150ms};
    }
    Acked digest(const Segment& seg) { return digest_ack(seg, context, flight); }
    Segment ack(Pos at) const {
        Segment seg;
        seg.flags = flag::ack;
        seg.ack = at;
        return seg;
    }
};

TEST_CASE("an ACK above SND.UNA acknowledges what lies between [RFC 9293 3.10.7.4]") {
    World w;
    const Acked acked = w.digest(w.ack(2001));
    CHECK(acked.is_new);
    CHECK(acked.una == 2001);
    CHECK(acked.octets == 2000);
    CHECK(acked.flight_before == 4000);
    CHECK_FALSE(acked.is_duplicate);
    CHECK(w.flight.bytes() == 2000);
}

TEST_CASE(
    "a duplicate ACK has data outstanding, no text, no SYN or FIN, the highest ACK, the same window "
    "[R5681-2]") {
    World w;
    CHECK(w.digest(w.ack(1)).is_duplicate);

    Segment text = w.ack(1);
    text.text = w.pool.copy(std::vector<std::uint8_t>(5));
    CHECK_FALSE(w.digest(text).is_duplicate);
    for (const std::uint8_t control : {flag::syn, flag::fin}) {
        Segment with = w.ack(1);
        with.flags |= control;
        CHECK_FALSE(w.digest(with).is_duplicate);
    }
    CHECK_FALSE(w.digest(w.ack(0)).is_duplicate);  // older
    w.context.window_changed = true;
    CHECK_FALSE(w.digest(w.ack(1)).is_duplicate);
    w.context.window_changed = false;
    CHECK(w.digest(w.ack(1)).is_duplicate);
    w.digest(w.ack(4001));
    w.context.una = 4001;
    CHECK_FALSE(w.digest(w.ack(4001)).is_duplicate);  // nothing outstanding
}

TEST_CASE("a segment sent once gives a sample of its own time [R6298-7] [R6298-8] [RFC 6298 3]") {
    World w;
    CHECK(w.digest(w.ack(1001)).rtt == 150ms);
}

TEST_CASE("no sample from a segment that was resent [R6298-7] [RFC 6298 3]") {
    World w;
    w.flight.mark_first_lost(1000);
    w.flight.on_resent({1, 1001}, Instant{1100ms});
    const Acked acked = w.digest(w.ack(2001));  // one of the two was
    CHECK(acked.delivered.any_resent);
    CHECK_FALSE(acked.rtt);
    w.context.una = 2001;
    CHECK(w.digest(w.ack(3001)).rtt == 150ms);
}

TEST_CASE("with timestamps the echo decides which transmission was answered [R6298-7] [RFC 7323 4.1]") {
    World w;
    w.flight.mark_first_lost(1000);
    w.flight.on_resent({1, 1001}, Instant{1100ms});
    w.context.timestamps = true;
    w.context.timestamp_now = 7050;
    Segment seg = w.ack(1001);
    seg.timestamps = wire::Timestamps{1, 7000};
    CHECK(w.digest(seg).rtt == 50ms);
}

TEST_CASE("an echo of zero or from the future gives no sample, and a wrapped clock does [RFC 7323 4.1]") {
    const auto sample = [](std::uint32_t now, std::uint32_t echo) {
        World w;
        w.flight.mark_all_lost();
        w.flight.on_resent({1, 1001}, Instant{1100ms});
        w.context.timestamps = true;
        w.context.timestamp_now = now;
        Segment seg = w.ack(1001);
        seg.timestamps = wire::Timestamps{1, echo};
        return w.digest(seg).rtt;
    };
    CHECK_FALSE(sample(7000, 0));
    CHECK_FALSE(sample(7000, 7001));
    CHECK(sample(7000, 7000) == 0ms);
    CHECK(sample(5, 0xfffffff6U) == 15ms);
}

TEST_CASE(
    "an ACK that does not advance SND.UNA gives no sample, whatever it echoes [R7323-16] [RFC 7323 4.1]") {
    World w;
    w.context.timestamps = true;
    w.context.timestamp_now = 7050;
    Segment seg = w.ack(1);
    seg.timestamps = wire::Timestamps{1, 7000};
    CHECK_FALSE(w.digest(seg).rtt);
    seg.text = w.pool.copy(std::vector<std::uint8_t>(5));
    CHECK_FALSE(w.digest(seg).rtt);
}

TEST_CASE("a round trip is exact where something was acknowledged and nothing of it was resent [R6298-7]") {
    World once;
    CHECK_FALSE(once.digest(once.ack(1)).is_rtt_exact);
    CHECK(once.digest(once.ack(1001)).is_rtt_exact);
    World twice;
    twice.flight.mark_first_lost(1000);
    twice.flight.on_resent({1, 1001}, Instant{1100ms});
    CHECK_FALSE(twice.digest(twice.ack(2001)).is_rtt_exact);
}

TEST_CASE("an echo without negotiation is ignored [R7323-11] [RFC 7323 3.2]") {
    World w;
    w.flight.mark_all_lost();
    w.flight.on_resent({1, 1001}, Instant{1100ms});
    Segment seg = w.ack(1001);
    seg.timestamps = wire::Timestamps{1, 7000};
    CHECK_FALSE(w.digest(seg).rtt);
}

// An ACK of everything below `at` with these blocks.
Segment reporting(const World& w, Pos at, std::initializer_list<Range> blocks) {
    Segment seg = w.ack(at);
    for (const Range& block : blocks) seg.sack[seg.sack_count++] = block;
    return seg;
}

TEST_CASE("a first block below the ACK field of its segment is a D-SACK [R2883-1] [R2883-7] [RFC 2883 5]") {
    World w;
    CHECK(w.digest(reporting(w, 2001, {{1, 1001}})).duplicate_reported == Range{1, 1001});
    w.context.una = 2001;
    CHECK(w.digest(reporting(w, 2001, {{1501, 2001}, {3001, 4001}})).duplicate_reported == Range{1501, 2001});
    // An old ACK, held up on its way: below SND.UNA, but above its own ACK field.
    CHECK_FALSE(w.digest(reporting(w, 1, {{1001, 2001}})).duplicate_reported);
    CHECK_FALSE(w.digest(reporting(w, 2001, {{3001, 4001}, {1, 1001}})).duplicate_reported);  // not the first
    CHECK_FALSE(w.digest(w.ack(2001)).duplicate_reported);
}

TEST_CASE("a first block inside the second is a D-SACK [R2883-8] [RFC 2883 5]") {
    World w;
    CHECK(w.digest(reporting(w, 1, {{1001, 2001}, {1001, 3001}})).duplicate_reported == Range{1001, 2001});
    CHECK(w.flight.sacked_bytes() == 2000);
    CHECK_FALSE(w.digest(reporting(w, 1, {{1001, 3001}, {1001, 2001}})).duplicate_reported);
    CHECK_FALSE(w.digest(reporting(w, 1, {{3001, 3501}, {1001, 3001}})).duplicate_reported);
}

TEST_CASE("blocks without sense mark nothing [R2018-12]") {
    World w;
    for (const Range& block : {Range{2001, 1001}, Range{1001, 1001}, Range{3001, 4002}, Range{9001, 9501},
                               Range{-500, -100}, Range{-500, 1}}) {
        const Acked acked = w.digest(reporting(w, 1, {block}));
        CHECK(acked.delivered.octets == 0);
        CHECK(w.flight.sacked_bytes() == 0);
    }
    w.digest(reporting(w, 2001, {{501, 1501}}));
    CHECK(w.flight.sacked_bytes() == 0);  // acknowledged
}

TEST_CASE("a block that reaches below the ACK counts from there on [R2018-12]") {
    World w;
    const Acked acked = w.digest(reporting(w, 1001, {{501, 3001}}));
    CHECK(acked.delivered.sacked == 2000);
    CHECK(acked.has_reneged);  // the ACK contradicts it
    CHECK(w.flight.sacked_bytes() == 0);
}

TEST_CASE("a repeated ACK is one whether or not data is outstanding [R8985-17]") {
    World w;
    CHECK(w.digest(w.ack(1)).is_repetition);
    CHECK_FALSE(w.digest(w.ack(4001)).is_repetition);
    w.context.una = 4001;
    const Acked again = w.digest(w.ack(4001));
    CHECK(again.is_repetition);
    CHECK_FALSE(again.is_duplicate);
    w.context.window_changed = true;
    CHECK_FALSE(w.digest(w.ack(4001)).is_repetition);
}

}  // namespace
}  // namespace sluice::tcp
