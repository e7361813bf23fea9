#include "tcp/recover/sack_recovery.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "tcp/recover/ack_digest.h"
#include "unit/draw.h"

namespace sluice::tcp {
namespace {

using What = Found::What;
using Ranges = std::vector<Range>;

constexpr Pos mss = 1000;

// A sender with its flight table; SRTT and min_RTT are 100 ms. Segments of 1000 octets; ssthresh is half the flight.
struct Sender {
    Settings settings;
    Flight flight;
    SackRecovery recovery;
    Instant now{1s};
    Pos una = 1;
    Pos nxt = 1;
    Pos threshold = 0;
    Pos highest_resent = 0;

    static Sender classic() {  // RFC 6675 alone
        Sender sender;
        sender.settings.rack = sender.settings.prr = false;
        return sender;
    }
    RecoveryContext context() const { return {settings, 1000, nxt, now, 100ms, 100ms}; }
    void send(int segments) {
        for (; segments > 0; --segments, nxt += mss) {
            flight.on_sent({nxt, nxt + mss}, now);
            recovery.on_new_data_sent(mss);
        }
    }
    Found ack(Pos at, const Ranges& reports = {}) {
        Segment seg;
        seg.flags = flag::ack;
        seg.ack = at;
        for (const Range& block : reports) seg.sack[seg.sack_count++] = block;
        AckContext ack_context;
        ack_context.una = una;
        ack_context.now = now;
        ack_context.least_rtt = 100ms;
        ack_context.mss = 1000;
        const Acked acked = digest_ack(seg, ack_context, flight);
        una = std::max(una, at);
        const Pos flight_size = flight.bytes();
        recovery.on_delivered(acked, context());
        const Found found = recovery.on_ack(acked, context(), flight);
        respond(found, flight_size, acked.delivered.octets, acked.is_new && found.lost == 0);
        return found;
    }
    Found reordering_due() {
        const Pos flight_size = flight.bytes();
        const Found found = recovery.on_reordering_due(context(), flight);
        respond(found, flight_size, 0, false);
        return found;
    }
    void respond(const Found& found, Pos flight_size, Pos delivered, bool is_safe) {
        if (found.what != What::entered && found.what != What::lost_again) return;
        threshold = std::max(flight_size / 2, 2 * mss);
        recovery.begin(threshold, delivered, is_safe, context(), flight);
    }
    // Resends what may leave.
    Ranges resends() {
        Ranges out;
        while (auto lost = flight.next_lost(mss)) {
            if (!recovery.is_forced() && flight.pipe() + lost->size() > recovery.window()) break;
            flight.on_resent(*lost, now);
            recovery.on_resent(*lost);
            highest_resent = std::max(highest_resent, lost->end);
            out.push_back(*lost);
        }
        return out;
    }
    // And what RFC 6675 4, NextSeg (3) and (4) find.
    Ranges rescues() {
        Ranges out;
        while (auto range = recovery.rescue(context(), flight)) {
            if (flight.pipe() + range->size() > recovery.window()) break;
            if (range->end <= flight.highest_sacked()) highest_resent = std::max(highest_resent, range->end);
            flight.on_resent(*range, now);
            recovery.on_rescued(*range, flight);
            out.push_back(*range);
        }
        return out;
    }
};

// --- RFC 6675

TEST_CASE("three reports, or one of more than two segments, begin recovery [R6675-8] [R6675-3]") {
    Sender slow = Sender::classic();
    slow.send(10);
    CHECK(slow.ack(1, {{1001, 2001}}).what == What::nothing);
    CHECK(slow.ack(1, {{1001, 3001}}).what == What::nothing);
    CHECK(slow.ack(1, {{1001, 4001}}).what == What::entered);
    Sender quick = Sender::classic();
    quick.send(10);
    CHECK(quick.ack(1, {{1001, 4001}}).what == What::entered);
    Sender islands = Sender::classic();
    islands.send(10);
    CHECK(islands.ack(1, {{1001, 1002}, {2001, 2002}, {3001, 3002}}).what == What::entered);
    Sender none = Sender::classic();
    none.send(10);
    CHECK(none.ack(1, {{1001, 3001}}).what == What::nothing);
}

TEST_CASE("three small reports in three ACKs begin recovery too [R6675-8]") {
    Sender sender = Sender::classic();
    sender.send(10);
    sender.ack(1, {{1001, 1101}});
    sender.ack(1, {{1001, 1201}});
    CHECK(sender.ack(1, {{1001, 1301}}).what == What::entered);
    CHECK(sender.resends() == Ranges{{1, 1001}});
}

TEST_CASE("a cumulative ACK begins the count again [R6675-7]") {
    Sender sender = Sender::classic();
    sender.send(10);
    sender.ack(1, {{2001, 2101}});
    sender.ack(1, {{2001, 2201}});
    sender.ack(1001, {});
    CHECK(sender.ack(1001, {{2001, 2301}}).what == What::nothing);
    CHECK(sender.ack(1001, {{2001, 2401}}).what == What::nothing);
    CHECK(sender.ack(1001, {{2001, 2501}}).what == What::entered);
}

TEST_CASE("an ACK that reports something new is a duplicate, also when it moves the window [R6675-1]") {
    Sender sender = Sender::classic();
    sender.send(10);
    sender.ack(1001, {{2001, 2101}});  // the first
    CHECK(sender.ack(1001, {{2001, 2201}}).what == What::nothing);
    CHECK(sender.ack(1001, {{2001, 2301}}).what == What::entered);
}

TEST_CASE("a repeated report is no duplicate [R6675-1] [R3042-3]") {
    Sender sender = Sender::classic();
    sender.send(10);
    for (int i = 0; i < 10; ++i) CHECK(sender.ack(1, {{1001, 1101}}).what == What::nothing);
    for (int i = 0; i < 10; ++i) CHECK(sender.ack(1).what == What::nothing);
}

TEST_CASE("recovery begins with half the flight as window, and resends the first [R6675-9]") {
    Sender sender = Sender::classic();
    sender.send(20);
    sender.ack(1, {{1001, 4001}});
    CHECK(sender.recovery.is_active());
    CHECK(sender.recovery.window() == 10000);
    CHECK(sender.recovery.slow_start_threshold() == 10000);
    CHECK(sender.recovery.is_forced());
    CHECK(sender.resends() == Ranges{{1, 1001}});  // the pipe is above the window
    CHECK_FALSE(sender.recovery.is_forced());
}

TEST_CASE(
    "recovery ends when all that was out at its beginning is acknowledged, and keeps what is reported above "
    "[R6675-10]") {
    Sender sender = Sender::classic();
    sender.send(10);
    sender.ack(1, {{1001, 4001}});
    sender.resends();
    sender.send(4);  // 10001 to 14001
    sender.ack(1, {{1001, 9001}});
    CHECK(sender.ack(10000, {}).what == What::partial);
    CHECK(sender.ack(10001, {{12001, 13001}}).what == What::recovered);
    CHECK(sender.recovery.is_open());
    CHECK(sender.flight.sacked_bytes() == 1000);
    CHECK(sender.ack(10001, {{12001, 14001}}).what == What::nothing);
    CHECK(sender.flight.sacked_bytes() == 2000);  // the old report is still honoured
    CHECK(sender.flight.pipe() == 2000);
}

TEST_CASE("the ACK that ends one recovery may begin the next [R6675-10]") {
    Sender sender = Sender::classic();
    sender.send(10);
    sender.ack(1, {{1001, 4001}});
    sender.resends();
    sender.send(5);
    const Found found = sender.ack(10001, {{11001, 15001}});
    CHECK(found.what == What::entered);
    CHECK(found.has_recovered);
}

TEST_CASE("what is reported leaves the pipe, what is lost too until it is resent [R6675-4] [R6675-11]") {
    Sender sender = Sender::classic();
    sender.send(10);
    sender.ack(1, {{1001, 2001}});
    CHECK(sender.flight.pipe() == 9000);
    sender.ack(1, {{1001, 2001}, {3001, 4001}});
    CHECK(sender.flight.pipe() == 8000);
    sender.ack(1, {{1001, 2001}, {3001, 5001}});  // the first is lost, the third not yet
    CHECK(sender.flight.pipe() == 10000 - 3000 - 1000);
    CHECK(sender.resends() == Ranges{{1, 1001}});
    CHECK(sender.flight.pipe() == 7000);
    sender.ack(1, {{1001, 2001}, {3001, 6001}});  // now it is: more than two segments above
    CHECK(sender.flight.pipe() == 5000);
    CHECK(sender.resends().empty());  // window 5000
    sender.ack(1, {{1001, 2001}, {3001, 7001}});
    CHECK(sender.flight.pipe() == 4000);
    CHECK(sender.resends() == Ranges{{2001, 3001}});
    CHECK(sender.flight.pipe() == 5000);
}

TEST_CASE(
    "what is resent without being lost is in the pipe twice, until the first copy is lost [R6675-4] "
    "[R6675-5]") {
    Sender sender = Sender::classic();
    sender.send(10);
    sender.ack(1, {{1001, 4001}});
    sender.resends();
    sender.ack(1, {{1001, 8001}, {9001, 9501}});  // 8001 to 9001 has 500 above it only
    CHECK(sender.flight.pipe() == 1000 + 1000 + 500);
    CHECK(sender.rescues() == Ranges{{8001, 9001}, {9001 + 500, 10001}});
    CHECK(sender.flight.pipe() == 1000 + 2000 + 500);
    sender.send(3);
    sender.ack(1, {{1001, 8001}, {10001, 13001}});
    CHECK(sender.flight.pipe() ==
          1000 + 1000 + 500);  // the resend itself; the rest is reported or the rescue
}

TEST_CASE("one rescue for the tail in a recovery, and it does not count as highest resent [R6675-6]") {
    Sender sender = Sender::classic();
    sender.send(10);
    sender.ack(1, {{1001, 5001}});
    CHECK(sender.resends() == Ranges{{1, 1001}});
    sender.ack(1, {{1001, 6001}});
    CHECK(sender.rescues().empty());  // no room
    CHECK(sender.flight.pipe() == 5000);
    sender.ack(1, {{1001, 7001}});
    CHECK(sender.rescues() == Ranges{{9001, 10001}});
    sender.ack(7001, {{8001, 9001}});  // a hole below the highest report, above the highest resend
    CHECK(sender.rescues() == Ranges{{7001, 8001}});
    sender.ack(8001, {});
    CHECK(sender.rescues().empty());  // never two
}

TEST_CASE("a timeout ends recovery, and no new one begins before all of it is acknowledged [R6675-13]") {
    Sender sender = Sender::classic();
    sender.send(10);
    sender.ack(1, {{1001, 4001}});
    sender.resends();
    sender.now += 1s;
    sender.recovery.on_timeout(sender.context(), sender.flight);
    CHECK_FALSE(sender.recovery.is_active());
    CHECK_FALSE(sender.recovery.is_open());
    CHECK(sender.recovery.is_forced());
    CHECK(sender.flight.next_lost(mss) == Range{1, 1001});
    CHECK(sender.flight.lost_bytes() == 7000);
    CHECK(sender.flight.sacked_bytes() == 3000);
    for (Pos at = 5001; at <= 10001; at += 1000) CHECK(sender.ack(1, {{1001, at}}).what != What::entered);
    CHECK(sender.ack(9001).what != What::entered);
    CHECK_FALSE(sender.recovery.is_open());
    sender.ack(10001);
    CHECK(sender.recovery.is_open());
}

TEST_CASE("at a timeout reports are kept, unless the left edge itself was reported [R2018-10] [R2018-11]") {
    Sender sender;
    sender.send(5);
    sender.now += 100ms;
    sender.ack(1, {{1001, 5001}});
    sender.recovery.on_timeout(sender.context(), sender.flight);
    CHECK(sender.flight.sacked_bytes() == 4000);
    CHECK(sender.flight.next_lost(9000) == Range{1, 1001});
    // The peer acknowledges the first one only: it gave up the others.
    sender.ack(1001);
    CHECK(sender.flight.sacked_bytes() == 0);
    CHECK(sender.flight.next_lost(9000) == Range{1001, 5001});
}

// Piece by piece and word for word RFC 6675 4, SetPipe. Reports come in pieces of 250 octets.
struct Scoreboard {
    std::vector<bool> sacked = std::vector<bool>(400);
    Pos high_rxt = 0;

    static std::size_t piece(Pos at) { return static_cast<std::size_t>((at - 1) / 250); }
    bool is_sacked(Pos at) const { return sacked[piece(at)]; }
    void report(Range range) {
        for (Pos at = range.begin; at < range.end; at += 250) sacked[piece(at)] = true;
    }
    bool is_lost(Pos octet, Pos nxt) const {
        Pos above = 0;
        int ranges = 0;
        for (Pos at = octet + 250; at < nxt; at += 250) {
            if (!is_sacked(at)) continue;
            above += 250;
            if (!is_sacked(at - 250)) ++ranges;
        }
        return above > 2 * mss || ranges >= 3;
    }
    Pos pipe(Pos una, Pos nxt) const {
        Pos count = 0;
        for (Pos at = una; at < nxt; at += 250) {
            if (is_sacked(at)) continue;
            if (!is_lost(at, nxt)) count += 250;
            if (at < high_rxt) count += 250;
        }
        return count;
    }
};

TEST_CASE("the pipe equals SetPipe() on a bitmap, through random recoveries [R6675-2] [R6675-4] [R6675-11]") {
    int recoveries = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        Sender sender = Sender::classic();
        Scoreboard board;
        sender.send(static_cast<int>(draw.between(8, 25)));
        for (int i = 0; i < 30 && sender.nxt < 60000; ++i) {
            sender.now += 10ms;
            const Pos from = draw.between(sender.una / 250 + 1, sender.nxt / 250 - 1) * 250 + 1;
            const Range block{from, std::min(from + draw.between(1, 12) * 250, sender.nxt)};
            // The left edge is acknowledged up to what is reported or some way into it.
            Pos at = sender.una;
            if (draw.one_in(4)) at += draw.between(1, 4) * 250;
            board.report(block);
            while (at < sender.nxt && board.is_sacked(at)) at += 250;
            at = std::min(at, sender.nxt);
            const Found found = sender.ack(at, block.end > at ? Ranges{block} : Ranges{});
            if (found.what == What::entered) {
                ++recoveries;
                // One that begins by counting ACKs presumes its first segment lost; in a second one HighRxt of the first
                // would be forgotten, and ours is not.
                if (sender.highest_resent > 0 || !board.is_lost(at, sender.nxt)) break;
            }
            board.high_rxt = sender.highest_resent;
            if (sender.recovery.is_open()) {
                if (sender.una == sender.nxt) break;
                // Lost without recovery is not possible here.
                CHECK(sender.flight.lost_bytes() == 0);
                continue;
            }
            CHECK(sender.flight.pipe() == board.pipe(sender.una, sender.nxt));
            sender.resends();
            while (sender.flight.pipe() + mss <= sender.recovery.window() && sender.nxt < 60000)
                sender.send(1);
            board.high_rxt = sender.highest_resent;
            CHECK(sender.flight.pipe() == board.pipe(sender.una, sender.nxt));
        }
    }
    CHECK(recoveries >= 30);
}

// --- RFC 8985 and 9937

// Ten segments out for one round trip.
Sender after_a_round_trip(int segments = 10) {
    Sender sender;
    sender.send(segments);
    sender.now += 100ms;
    return sender;
}

TEST_CASE(
    "a loss is certain at the third report, before it waits a quarter of min_RTT [R8985-6] [R8985-8] "
    "[R8985-9]") {
    Sender sender = after_a_round_trip();
    CHECK(sender.ack(1, {{1001, 2001}}).what == What::nothing);
    CHECK(sender.recovery.reordering_deadline() == Instant{1125ms});
    CHECK(sender.ack(1, {{1001, 3001}}).what == What::nothing);
    CHECK(sender.ack(1, {{1001, 4001}}).what == What::entered);
    CHECK(sender.recovery.reordering_deadline() == never);
    Sender waiting = after_a_round_trip();
    waiting.ack(1, {{1001, 2001}});
    waiting.now = Instant{1124ms};
    CHECK(waiting.reordering_due().what == What::nothing);
    waiting.now = Instant{1125ms};
    CHECK(waiting.reordering_due().what == What::entered);
    CHECK(waiting.recovery.window() == waiting.flight.pipe() + 1000);
    CHECK(waiting.resends() == Ranges{{1, 1001}});
}

TEST_CASE("where reordering was seen also the third report waits [R8985-6]") {
    Sender sender = after_a_round_trip();
    sender.ack(1, {{1001, 2001}});
    sender.ack(2001);  // the first one came late
    CHECK(sender.recovery.rack().is_reordering_seen());
    CHECK(sender.ack(2001, {{3001, 6001}}).what == What::nothing);
    CHECK(sender.recovery.reordering_deadline() == Instant{1125ms});
}

TEST_CASE(
    "a lost retransmission lowers the window again, once for all that left in a round [R5681-21] "
    "[R8985-10]") {
    Sender sender = after_a_round_trip(20);
    CHECK(sender.ack(1, {{1001, 2001}, {3001, 5001}}).what == What::entered);
    CHECK(sender.threshold == 10000);
    CHECK(sender.resends() == Ranges{{1, 1001}});  // at 1100 ms, the instant of the reduction
    sender.now = Instant{1120ms};
    sender.send(1);
    sender.now = Instant{1150ms};
    CHECK(sender.ack(1, {{1001, 2001}, {3001, 16001}}).what == What::partial);
    CHECK(sender.resends() == Ranges{{2001, 3001}});
    sender.now = Instant{1160ms};
    sender.send(1);
    // What was sent at 1120 ms arrives: the first resend is lost, the second may still come.
    sender.now = Instant{1220ms};
    CHECK(sender.ack(1, {{1001, 2001}, {3001, 21001}}).what == What::lost_again);
    CHECK(sender.threshold == 11000);
    CHECK(sender.resends() == Ranges{{1, 1001}});
    // The second is lost too; it had left before the second reduction.
    sender.now = Instant{1300ms};
    const Found found = sender.ack(1, {{1001, 2001}, {3001, 22001}});
    CHECK(found.what == What::partial);
    CHECK(found.lost == 1000);
}

TEST_CASE("RecoverFS is what was out, without what had been reported before [R9937-2] [R9937-5]") {
    Sender sender = after_a_round_trip(20);
    sender.ack(1, {{1001, 2001}});
    sender.ack(1, {{1001, 3001}});
    sender.ack(1, {{1001, 4001}});  // RecoverFS = 20000 - 3000 + 1000
    CHECK(sender.flight.pipe() == 16000);
    CHECK(sender.recovery.window() == 16000 + 556);
    CHECK(sender.resends() == Ranges{{1, 1001}});
    sender.ack(1, {{1001, 5001}});
    CHECK(sender.recovery.window() == 16000 + 112);
    sender.ack(1, {{1001, 6001}});
    sender.ack(1, {{1001, 7001}});
    CHECK(sender.recovery.window() == 14000 + 1223);
}

TEST_CASE("RecoverFS counts what the triggering ACK acknowledges [R9937-2]") {
    Sender sender = after_a_round_trip(20);
    sender.ack(2001, {{3001, 6001}});  // RecoverFS = 18000 - 3000 + 3000 + 2000
    CHECK(sender.threshold == 9000);
    CHECK(sender.flight.pipe() == 20000 - 2000 - 3000 - 1000);
    CHECK(sender.recovery.window() == 14000 + 2250);  // 5000 * 9000 / 20000
}

TEST_CASE("a window update in recovery allows nothing [R9937-3]") {
    Sender sender = after_a_round_trip(20);
    sender.ack(1, {{1001, 4001}});
    sender.resends();
    const Pos window = sender.recovery.window();
    CHECK(sender.ack(1, {{1001, 4001}}).what == What::nothing);
    CHECK(sender.recovery.window() == window);
}

TEST_CASE("after recovery the window is ssthresh [R9937-10]") {
    Sender sender = after_a_round_trip(20);
    sender.ack(1, {{1001, 20001}});
    sender.resends();
    sender.now += 100ms;
    CHECK(sender.ack(20001).what == What::recovered);
    CHECK(sender.recovery.slow_start_threshold() == 10000);
}

TEST_CASE("at a timeout what is younger than the newest delivery's RTT is not lost [R8985-11]") {
    Sender sender;
    sender.send(2);
    sender.now = Instant{1100ms};
    sender.ack(1001);  // RTT 100 ms
    sender.send(1);    // at 1.1 s
    sender.now = Instant{1300ms};
    sender.send(1);
    sender.now = Instant{1350ms};
    sender.recovery.on_timeout(sender.context(), sender.flight);
    CHECK(sender.flight.lost_bytes() == 2000);
    CHECK(sender.flight.next_lost(9000) == Range{1001, 3001});
    CHECK(sender.flight.pipe() == 1000);
}

TEST_CASE("before the first delivery a timeout loses everything [R8985-11]") {
    Sender sender;
    sender.send(3);
    sender.now += 1s;
    sender.send(1);
    sender.recovery.on_timeout(sender.context(), sender.flight);
    CHECK(sender.flight.lost_bytes() == 4000);
}

TEST_CASE("the first segment is lost at a timeout however young it is [R8985-11]") {
    Sender sender = after_a_round_trip(1);
    sender.ack(1001);
    sender.send(3);
    sender.now += 1ms;
    sender.recovery.on_timeout(sender.context(), sender.flight);
    CHECK(sender.flight.lost_bytes() == 1000);
    CHECK(sender.flight.next_lost(9000) == Range{1001, 2001});
}

TEST_CASE("an undone recovery is over") {
    Sender sender = after_a_round_trip();
    sender.ack(1, {{1001, 4001}});
    sender.recovery.on_undone();
    CHECK(sender.recovery.is_open());
    CHECK_FALSE(sender.recovery.is_forced());
    CHECK(sender.recovery.reordering_deadline() == never);
}

// DeliveredData and the window, ACK by ACK, from a bitmap and the RFC's pseudo code.
TEST_CASE(
    "through a recovery the window equals the pseudo code of PRR on a bitmap [R9937-3] [R9937-4] [R9937-9]") {
    int windows = 0;
    for (std::uint64_t seed = 1; seed <= 80; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        Sender sender = after_a_round_trip(static_cast<int>(draw.between(10, 40)));
        std::vector<int> state(200, 0);  // of each segment: 0 in the pipe, 1 reported, 2 lost
        Pos delivered = 0, out = 0, fs = 0;
        const auto at = [&](Pos pos) -> int& { return state[static_cast<std::size_t>(pos / mss)]; };
        for (int i = 0; i < 30; ++i) {
            sender.now += 5ms;
            const Pos una_before = sender.una;
            Pos now_delivered = 0;
            if (sender.nxt - sender.una < 2 * mss)
                break;  // nothing is left to report above the first segment
            const Pos from = 1 + draw.between(sender.una / mss + 1, sender.nxt / mss - 1) * mss;
            const Range block{from, std::min(from + draw.between(1, 3) * mss, sender.nxt)};
            for (Pos p = block.begin; p < block.end; p += mss)
                if (at(p) != 1) at(p) = 1, now_delivered += mss;
            Pos ack = sender.una;
            if (draw.one_in(5) && at(ack) != 1) at(ack) = 1, now_delivered += mss;
            while (ack < sender.nxt && at(ack) == 1) ack += mss;
            const Found found = sender.ack(ack, block.end > ack ? Ranges{block} : Ranges{});
            if (ack == sender.nxt || found.what == What::recovered || found.what == What::lost_again) break;
            for (std::uint32_t k = 0; k < sender.flight.entries(); ++k)
                if (sender.flight[k].lost)
                    for (Pos p = sender.flight[k].range.begin; p < sender.flight[k].range.end; p += mss)
                        at(p) = 2;
            Pos in_flight = 0;
            Pos reported = 0;
            for (Pos p = sender.una; p < sender.nxt; p += mss) {
                in_flight += at(p) == 0 ? mss : 0;
                reported += at(p) == 1 ? mss : 0;
            }
            if (found.what == What::entered) {
                delivered = out = 0;
                fs = sender.nxt - una_before - reported + now_delivered;
                if (ack > una_before) break;  // two ways to count what was reported before
            }
            if (!sender.recovery.is_active() || now_delivered == 0) continue;
            delivered += now_delivered;
            Pos count = 0;
            if (in_flight > sender.threshold) {
                count = (delivered * sender.threshold + fs - 1) / fs - out;
            } else {
                count = std::max(delivered - out, now_delivered);
                if (ack > una_before && found.lost == 0) count += mss;
                count = std::min(count, sender.threshold - in_flight);
            }
            count = std::max(count, Pos{0});
            if (out == 0 && count == 0) count = mss;
            CHECK(sender.recovery.window() == in_flight + count);
            ++windows;
            for (const Range& range : sender.resends()) {
                out += range.size();
                for (Pos p = range.begin; p < range.end; p += mss) at(p) = 0;
            }
            while (sender.flight.pipe() + mss <= sender.recovery.window() && sender.nxt < 180000) {
                sender.send(1);
                out += mss;
            }
        }
    }
    CHECK(windows > 200);
}

}  // namespace
}  // namespace sluice::tcp
