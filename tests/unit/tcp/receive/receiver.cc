#include "tcp/receive/receiver.h"

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

using Octets = std::vector<std::uint8_t>;

// A buffer of 10000 octets, announced in full; MSS 1000. Octet n of the stream has the value n.
struct World {
    Settings settings;
    ChunkPool pool;
    Receiver receiver;

    World() { receiver.start(settings, 10000, 10000, 1000); }
    Segment segment(Pos seq, std::size_t text, std::uint8_t flags = flag::ack) {
        Segment seg;
        seg.seq = seq;
        seg.flags = flags;
        Octets octets(text);
        std::iota(octets.begin(), octets.end(), static_cast<std::uint8_t>(seq));
        if (text > 0) seg.text = pool.copy(octets);
        return seg;
    }
    Receiver::Text text(Pos seq, std::size_t octets) {
        return receiver.take_text(segment(seq, octets), settings.reassembly_pieces, pool);
    }
    bool fin(Pos seq, std::size_t octets = 0) {
        const Segment seg = segment(seq, octets, flag::ack | flag::fin);
        receiver.take_text(seg, settings.reassembly_pieces, pool);
        return receiver.take_fin(seg);
    }
    Octets read(std::size_t room) {
        Octets octets(room);
        octets.resize(receiver.read(octets));
        return octets;
    }
};

TEST_CASE(
    "the first octet expected has position 1, and the window reaches what was announced [RFC 9293 "
    "3.10.7.2]") {
    World w;
    CHECK(w.receiver.nxt() == 1);
    CHECK(w.receiver.span().edge == 10001);
    CHECK(w.receiver.free() == 10000);
    CHECK(w.receiver.last_ack_sent() == 1);
}

TEST_CASE("text in order moves RCV.NXT and waits for its reader [RFC 9293 3.10.7.4 seventh]") {
    World w;
    const auto got = w.text(1, 100);
    CHECK(got.in_order == 100);
    CHECK_FALSE(got.filled_hole);
    CHECK_FALSE(got.is_duplicate);
    CHECK(w.receiver.nxt() == 101);
    CHECK(w.receiver.consumed() == 1);
    CHECK(w.read(60).size() == 60);
    CHECK(w.receiver.consumed() == 61);
}

TEST_CASE(
    "text above a hole is kept and delivered when the hole is filled [SHLD-31] [R5681-13] [RFC 9293 "
    "3.10.7.4]") {
    World w;
    const auto held = w.text(11, 10);
    CHECK(held.in_order == 0);
    CHECK(held.held == 10);
    CHECK(w.receiver.has_hole());
    CHECK(w.receiver.nxt() == 1);
    const auto part = w.text(1, 5);
    CHECK(part.in_order == 5);
    CHECK(part.filled_hole);  // in part: acknowledged at once all the same
    CHECK(w.receiver.has_hole());
    const auto rest = w.text(6, 5);
    CHECK(rest.in_order == 15);
    CHECK(rest.filled_hole);
    CHECK_FALSE(w.receiver.has_hole());
    Octets expected(20);
    std::iota(expected.begin(), expected.end(), std::uint8_t{1});
    CHECK(w.read(100) == expected);
}

TEST_CASE("text that is held already is a duplicate, and refused text is not [R5681-13]") {
    World w;
    w.text(11, 10);
    CHECK(w.text(12, 5).is_duplicate);
    CHECK(w.text(11, 20).held == 10);
    w.settings.reassembly_pieces = 2;
    const auto refused = w.text(100, 10);
    CHECK(refused.is_full);
    CHECK_FALSE(refused.is_duplicate);
}

TEST_CASE("a FIN counts when everything before it is here [RFC 9293 3.10.7.4 eighth]") {
    World w;
    CHECK(w.fin(1, 10));
    CHECK(w.receiver.nxt() == 12);
    CHECK(w.receiver.is_finished());
    CHECK(w.receiver.consumed() == 1);
    CHECK(w.read(100).size() == 10);
    CHECK(w.receiver.consumed() == 11);  // the FIN is no octet to read
    CHECK_FALSE(w.fin(1, 10));           // once
}

TEST_CASE("a FIN above a hole waits for the hole [D-17] [RFC 9293 3.10.7.4]") {
    World w;
    CHECK_FALSE(w.fin(11, 10));
    CHECK(w.receiver.has_fin());
    CHECK_FALSE(w.receiver.is_finished());
    const Segment filler = w.segment(1, 10);
    CHECK(w.receiver.take_text(filler, 100, w.pool).in_order == 20);
    CHECK(w.receiver.take_fin(filler));
    CHECK(w.receiver.nxt() == 22);
}

TEST_CASE("octets and FINs beyond the peer's FIN are its mistake [D-18] [RFC 9293 3.10.7.4]") {
    World w;
    w.fin(11, 10);  // stands at 21
    CHECK(w.text(21, 5).is_duplicate);
    CHECK(w.text(15, 30).held == 0);
    CHECK_FALSE(w.fin(31, 0));
    const Segment filler = w.segment(1, 10);
    w.receiver.take_text(filler, 100, w.pool);
    CHECK(w.receiver.take_fin(filler));
    CHECK(w.receiver.nxt() == 22);
    CHECK(w.read(100).size() == 20);
}

TEST_CASE("a FIN below octets that are already held is not believed [RFC 9293 3.10.7.4]") {
    World w;
    w.text(20, 10);
    CHECK_FALSE(w.fin(5, 5));  // it would stand at 10
    CHECK_FALSE(w.receiver.has_fin());
    CHECK_FALSE(w.fin(25, 5));  // at 30, just behind them
    CHECK(w.receiver.has_fin());
}

TEST_CASE("after shutdown for reading octets are acknowledged and thrown away") {
    World w;
    w.text(1, 10);
    w.receiver.discard_from_now();
    CHECK(w.receiver.queue().empty());
    CHECK(w.text(11, 100).in_order == 100);
    CHECK(w.receiver.queue().empty());
    CHECK(w.receiver.nxt() == 111);
    CHECK(w.receiver.free() == 10000);
}

TEST_CASE("what is not read yet takes room from the window [RFC 9293 3.8.6]") {
    World w;
    w.text(1, 100);
    CHECK(w.receiver.free() == 10000 - 100);
    w.read(60);
    CHECK(w.receiver.free() == 10000 - 40);
}

TEST_CASE("what is held above a hole has its place in the window already [RFC 9293 3.8.6]") {
    World w;
    w.text(1, 1000);
    w.text(2001, 1000);
    w.read(1000);
    CHECK(w.receiver.free() == 10000);
    w.receiver.announce(0);
    CHECK(w.receiver.span().edge == 11001);
    // All that fits: from the first missing octet to the edge, and no more than the buffer.
    w.text(3001, 8000);
    w.text(1001, 1000);
    CHECK(w.receiver.queue().octets() == 10000);
    CHECK(w.receiver.free() == 0);
}

TEST_CASE("octets above a hole have arrived, those that wait for the reader do not count") {
    World w;
    w.text(1, 100);
    CHECK(w.receiver.arrived_for_reader() == 1);
    w.text(1001, 1000);
    CHECK(w.receiver.arrived_for_reader() == 1001);
    w.read(100);
    CHECK(w.receiver.arrived_for_reader() == 1101);
    w.text(101, 900);
    CHECK(w.receiver.arrived_for_reader() == 101);
    w.read(2000);
    CHECK(w.receiver.arrived_for_reader() == 2001);
}

TEST_CASE("a full window pins a few times its octets at most, however small the segments [architecture 3]") {
    for (const std::size_t size : {1U, 10U, 100U, 129U, 1000U}) {
        CAPTURE(size);
        World w;
        while (w.receiver.free() > 0) {
            const auto octets = std::min(size, static_cast<std::size_t>(w.receiver.free()));
            const Slice frame = w.pool.copy(Octets(2048));
            Segment seg = w.segment(w.receiver.nxt(), 0);
            seg.text = frame.sub(100, static_cast<std::uint32_t>(octets));
            w.receiver.take_text(seg, 10, w.pool);
        }
        CHECK(w.receiver.queue().octets() == 10000);
        CHECK(w.pool.bytes_in_use() <= 30000);
    }
}

TEST_CASE("announcing remembers the ACK that left with it [R7323-13] [RFC 7323 4.3]") {
    World w;
    w.text(1, 100);
    CHECK(w.receiver.last_ack_sent() == 1);
    w.receiver.announce(0);
    CHECK(w.receiver.last_ack_sent() == 101);
}

TEST_CASE("dropping everything lets the memory and the debts go") {
    World w;
    w.text(1, 100);
    w.text(500, 100);
    w.receiver.acks.owe(Cause::ack);
    w.receiver.drop_everything();
    CHECK(w.pool.chunks_in_use() == 0);
    CHECK_FALSE(w.receiver.acks.is_owed());
    CHECK_FALSE(w.receiver.has_hole());
}

TEST_CASE("any arrival of a stream, cut, doubled and shuffled, is read as it was written [U-22] [U-27]") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        World w;
        const Pos length = draw.between(0, 3000);
        const Pos fin_at = length + 1;
        Octets got;
        bool finished = false;
        for (int step = 0; step < 20000 && !finished; ++step) {
            const Pos near = std::max<Pos>(1, w.receiver.nxt() - 50);
            const Pos begin = std::min(fin_at, draw.between(near, near + 300));
            const Pos end = std::min(fin_at, begin + draw.between(0, 200));
            Segment seg = w.segment(begin, static_cast<std::size_t>(end - begin));
            if (end == fin_at) seg.flags |= flag::fin;
            if (seg.len() == 0 || !is_acceptable(seg, w.receiver.span())) continue;
            trim(seg, w.receiver.span());
            const Pos before = w.receiver.nxt();
            const auto text = w.receiver.take_text(seg, 50, w.pool);
            CHECK(w.receiver.nxt() == before + text.in_order);
            finished = w.receiver.take_fin(seg);
            const Octets read = w.read(draw.below(400));
            got.insert(got.end(), read.begin(), read.end());
            const Pos edge = w.receiver.span().edge;
            w.receiver.announce(2);
            CHECK(w.receiver.span().edge >= edge);
        }
        CHECK(finished);
        const Octets rest = w.read(10000);
        got.insert(got.end(), rest.begin(), rest.end());
        Octets written(static_cast<std::size_t>(length));
        std::iota(written.begin(), written.end(), std::uint8_t{1});
        CHECK(got == written);
        CHECK(w.receiver.nxt() == fin_at + 1);
        CHECK(w.pool.chunks_in_use() == 0);
    }
}

}  // namespace
}  // namespace sluice::tcp
