// Congestion control, fast retransmit, NewReno, limited transmit, initial window. RFC 5681, 6582, 3042, 6928.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Windows that can be worked out by hand: Reno, a segment per ACK in slow start, which ends at ssthresh only.
void by_hand(tcp::Settings& settings) {
    settings.congestion = tcp::Congestion::reno;
    settings.slow_start_segments = 1;
    settings.hystart = false;
}

// A connection whose congestion window is at least `segments` of 1000, ssthresh not yet set, nothing outstanding.
// Answers the position of the next octet.
Pos grown_to(Script& t, std::uint32_t segments) {
    t.established();
    const Pos end = 1 + Pos{segments} * 3000;
    t.app().writes(static_cast<std::uint32_t>(end - 1));
    t.takes_all();
    for (Pos at = 1; at < end; at += 1000) {
        t.after(1ms).peer_sends(ack(at + 1000));
        t.takes_all();
    }
    CHECK(t.info().cwnd >= segments * 1000);
    return end;
}

// `count` full segments in flight from `at` on.
void send_flight(Script& t, Pos at, std::uint32_t count) {
    t.app().writes(count * 1000);
    for (std::uint32_t i = 0; i < count; ++i) t.stack_sends(data(at + Pos{i} * 1000, 1000));
    t.stack_is_silent();
}

ScriptOptions plain() {
    return {.mss = 1000, .settings = [](tcp::Settings& s) {
                by_hand(s);
                s.limited_transmit = false;
            }};
}

}  // namespace

SCRIPT_TEST("the third duplicate ACK resends the first unacknowledged segment [R5681-14] [RFC 5681 3.2]",
            Worlds::all) {
    Script t{{.mss = 1000, .sack = false, .settings = by_hand}};
    t.established().app().writes(4000);
    t.stack_sends(data(1, 1000)).stack_sends(data(1001, 1000));
    t.stack_sends(data(2001, 1000)).stack_sends(data(3001, 1000));

    t.after(50ms).peer_sends(ack(1)).peer_sends(ack(1)).stack_is_silent();  // two are not enough
    t.peer_sends(ack(1)).stack_sends(data(1, 1000)).stack_is_silent();      // the third is
    t.peer_sends(ack(4001)).stack_is_silent_for(10s);
}

SCRIPT_TEST("the initial window is ten segments and no more than 14600 octets [R3390-3] [R5681-5]",
            Worlds::all) {
    {
        Script t{{.mss = 1000, .settings = by_hand}};
        t.established().app().writes(20000);
        CHECK(t.takes_all().size() == 10);
    }
    Script t{{.mss = 1460, .timestamps = false}};
    t.established().app().writes(30000);
    CHECK(t.takes_all().size() == 10);
    CHECK(t.info().cwnd == 14600);
}

SCRIPT_TEST(
    "more than one lost SYN makes the initial window one segment, one does not [R5681-6] [R3390-2] [R3390-4]",
    Worlds::numbers) {
    for (const int losses : {1, 2}) {
        Script t{{.mss = 1000, .settings = by_hand}};
        t.app().connects();
        t.stack_sends(syn()).stack_sends_after(1s, syn());
        if (losses == 2) t.stack_sends_after(2s, syn());
        t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
        t.app().writes(20000);
        CHECK(t.takes_all().size() == (losses == 1 ? 10 : 1));
    }
}

SCRIPT_TEST("a lost SYN,ACK counts like a lost SYN [R5681-6] [R3390-4]", Worlds::numbers) {
    for (const int losses : {1, 2}) {
        Script t{{.mss = 1000, .settings = by_hand}};
        t.in(State::syn_received).stack_sends_after(1s, syn_ack());
        if (losses == 2) t.stack_sends_after(2s, syn_ack());
        t.peer_sends(ack(1));
        t.app().accepts().writes(20000);
        CHECK(t.takes_all().size() == (losses == 1 ? 10 : 1));
    }
}

SCRIPT_TEST("slow start adds what is acknowledged, at most a segment per ACK [R5681-8] [R5681-4] [MUST-19]",
            Worlds::numbers) {
    Script t{{.mss = 1000, .settings = by_hand}};
    t.established().app().writes(30000);
    t.takes_all();
    const std::uint32_t before = t.info().cwnd;
    CHECK(before == 10000);
    t.peer_sends(ack(4001)).takes_all();
    CHECK(t.info().cwnd == before + 1000);
    for (Pos i = 1; i <= 10; ++i) t.peer_sends(ack(4001 + i * 100)).takes_all();
    CHECK(t.info().cwnd == before + 2000);
    CHECK(t.info().ssthresh >= 64000);
}

SCRIPT_TEST("the window doubles in a round trip of prompt ACKs [R5681-4] [MUST-19] [R5681-7]",
            Worlds::numbers) {
    Script t{{.mss = 1000, .settings = by_hand}};
    t.established().app().writes(200000);
    std::size_t flight = t.takes_all().size();
    CHECK(flight == 10);
    Pos at = 1;
    for (int round = 0; round < 2; ++round) {
        t.after(100ms);
        std::size_t next = 0;
        for (std::size_t i = 0; i < flight; ++i, at += 1000)
            next += t.peer_sends(ack(at + 1000)).takes_all().size();
        CHECK(next == 2 * flight);
        flight = next;
    }
}

SCRIPT_TEST(
    "a timeout: ssthresh is half the flight, the window one segment, then slow start [R5681-10] [R5681-11] "
    "[R5681-12] [R3390-5]",
    Worlds::numbers) {
    Script t(plain());
    const Pos at = grown_to(t, 20);
    send_flight(t, at, 10);
    t.after(1s);
    CHECK(t.takes_all().size() == 1);
    CHECK(t.info().ssthresh == 5000);
    CHECK(t.info().cwnd == 1000);
    t.after(2s);
    CHECK(t.takes_all().size() == 1);
    CHECK(t.info().ssthresh == 5000);
    t.app().writes(10000);
    t.stack_is_silent().peer_sends(ack(at + 10000));
    CHECK(t.takes_all().size() == 2);
    CHECK(t.info().cwnd == 2000);
}

SCRIPT_TEST("ssthresh is never below two segments [R5681-10]", Worlds::numbers) {
    Script t(plain());
    const Pos at = grown_to(t, 12);
    send_flight(t, at, 1);
    t.after(1s).takes_all();
    CHECK(t.info().ssthresh == 2000);
}

SCRIPT_TEST("congestion avoidance adds about a segment per round trip [R5681-9] [MUST-19]", Worlds::numbers) {
    Script t(plain());
    Pos at = grown_to(t, 20);
    send_flight(t, at, 10);
    t.after(1s).takes_all();
    CHECK(t.info().ssthresh == 5000);
    t.peer_sends(ack(at + 10000)).stack_is_silent();
    at += 10000;
    t.app().writes(900000);
    t.takes_all();
    std::uint32_t first_avoiding = 0;
    for (int round = 0; round < 36; ++round) {
        t.after(100ms);
        const std::uint32_t before = t.info().cwnd;
        for (const Pos end = t.flow().received.next(); at < end; at += 1000) {
            t.peer_sends(ack(at + 1000));
            t.takes_all();
        }
        if (before < 6000) continue;  // Slow start up to ssthresh.
        if (first_avoiding == 0) first_avoiding = before;
        CHECK(t.info().cwnd - before <= 1000);
    }
    CHECK(t.info().cwnd >= first_avoiding + 25 * 1000);
}

SCRIPT_TEST(
    "fast retransmit and fast recovery step by step [R5681-14] [R5681-16] [R5681-17] [R6582-3] [R6582-7]",
    Worlds::numbers) {
    Script t(plain());
    const Pos at = grown_to(t, 20);
    send_flight(t, at, 10);
    for (int i = 0; i < 2; ++i) t.peer_sends(ack(at)).stack_is_silent();
    t.peer_sends(ack(at)).stack_sends(data(at, 1000)).stack_is_silent();
    CHECK(t.info().ssthresh == 5000);
    CHECK(t.info().cwnd == 8000);
    t.peer_sends(ack(at));
    CHECK(t.info().cwnd == 9000);
    t.peer_sends(ack(at));
    CHECK(t.info().cwnd == 10000);
    CHECK(t.info().phase == Phase::recovery);
    t.peer_sends(ack(at + 10000)).stack_is_silent();
    CHECK(t.info().phase != Phase::recovery);
    CHECK(t.info().cwnd <= 5000);
    CHECK(t.info().cwnd >= 2000);
}

SCRIPT_TEST("duplicates in recovery clock out new data [R5681-16]", Worlds::numbers) {
    Script t(plain());
    t.established();
    const Pos at = 1;
    send_flight(t, at, 10);
    t.app().writes(5000);
    t.stack_is_silent();
    for (int i = 0; i < 3; ++i) t.peer_sends(ack(at));
    t.stack_sends(data(at, 1000)).stack_is_silent();
    std::size_t sent = 0;
    for (int i = 0; i < 6; ++i) sent += t.peer_sends(ack(at)).takes_all().size();
    CHECK(sent >= 3);
    CHECK(sent <= 4);
}

SCRIPT_TEST("a partial ACK resends the next hole at once, without a timeout [R6582-4] [R6582-8]",
            Worlds::all) {
    Script t(plain());
    const Pos at = grown_to(t, 20);
    send_flight(t, at, 10);
    for (int i = 0; i < 2; ++i) t.peer_sends(ack(at));
    t.peer_sends(ack(at)).stack_sends(data(at, 1000));
    t.peer_sends(ack(at).win(60000)).stack_is_silent();  // A window update in recovery.
    t.after(50ms).peer_sends(ack(at + 4000)).stack_sends(data(at + 4000, 1000)).stack_is_silent();
    CHECK(t.info().phase == Phase::recovery);
    t.after(50ms).peer_sends(ack(at + 10000)).stack_is_silent();
    CHECK(t.info().timeouts == 0);
    CHECK(t.info().phase != Phase::recovery);
}

SCRIPT_TEST("only the first partial ACK restarts the timer [R6582-5]", Worlds::numbers) {
    Script t(plain());
    const Pos at = grown_to(t, 20);
    send_flight(t, at, 10);
    for (int i = 0; i < 2; ++i) t.peer_sends(ack(at));
    t.peer_sends(ack(at)).stack_sends(data(at, 1000)).after(100ms);
    t.peer_sends(ack(at + 2000)).stack_sends(data(at + 2000, 1000)).after(400ms);
    t.peer_sends(ack(at + 4000)).stack_sends(data(at + 4000, 1000)).after(400ms);
    t.peer_sends(ack(at + 6000)).stack_sends(data(at + 6000, 1000));
    t.stack_sends_within(0ms, 200ms, data(at + 6000, 1000));
    CHECK(t.info().timeouts == 1);
}

SCRIPT_TEST("after a timeout, duplicates of what was sent before it start no recovery [R6582-2] [R6582-6]",
            Worlds::numbers) {
    Script t(plain());
    const Pos at = grown_to(t, 20);
    send_flight(t, at, 10);
    t.after(1s).takes_all();
    const std::uint32_t threshold = t.info().ssthresh;
    t.peer_sends(ack(at + 1000)).takes_all();
    for (int i = 0; i < 5; ++i) t.peer_sends(ack(at + 1000)).takes_all();
    CHECK(t.info().ssthresh == threshold);
    CHECK(t.info().phase != Phase::recovery);
}

SCRIPT_TEST("the first flight may enter recovery [R6582-1]", Worlds::all) {
    Script t(plain());
    t.established();
    send_flight(t, 1, 5);
    for (int i = 0; i < 3; ++i) t.peer_sends(ack(1));
    t.stack_sends(data(1, 1000));
}

SCRIPT_TEST("what is no duplicate ACK is not counted [R5681-2]", Worlds::all) {
    Script t(plain());
    t.established();
    send_flight(t, 1, 5);
    t.peer_sends(ack(1)).peer_sends(ack(1)).stack_is_silent();
    t.peer_sends(ack(1).win(63000)).stack_is_silent();              // another window
    t.peer_sends(data(1, 10).ack(1).win(63000)).stack_is_silent();  // with text
    t.peer_sends(ack(1).seq(11).win(63000)).stack_sends(data(1, 1000));
    t.peer_sends(ack(5001));
    for (int i = 0; i < 5; ++i) t.peer_sends(ack(5001)).stack_is_silent();  // nothing outstanding
}

SCRIPT_TEST("new data between duplicates begins the count anew [R5681-2]", Worlds::all) {
    Script t(plain());
    t.established();
    send_flight(t, 1, 5);
    for (const Pos at : {Pos{1}, Pos{1001}, Pos{2001}}) {
        if (at > 1) t.peer_sends(ack(at));
        t.peer_sends(ack(at)).peer_sends(ack(at)).stack_is_silent();
    }
}

SCRIPT_TEST(
    "limited transmit: two duplicates release one new segment each, the third resends [R3042-1] [R3042-2] "
    "[R5681-15]",
    Worlds::all) {
    Script t{{.mss = 1000, .settings = by_hand}};
    t.established();
    const Pos at = 1;
    send_flight(t, at, 10);
    const std::uint32_t window = t.info().cwnd;
    t.app().writes(5000);
    t.stack_is_silent();
    t.peer_sends(ack(at)).stack_sends(data(at + 10000, 1000)).stack_is_silent();
    t.peer_sends(ack(at)).stack_sends(data(at + 11000, 1000)).stack_is_silent();
    CHECK(t.info().cwnd == window);
    t.peer_sends(ack(at)).stack_sends(data(at, 1000));
    t.takes_all();
    CHECK(t.info().ssthresh == 5000);
}

SCRIPT_TEST("limited transmit is bound by the peer's window [R3042-4]", Worlds::all) {
    Script t{{.mss = 1000, .window = 10000}};
    t.established();
    const Pos at = 1;
    send_flight(t, at, 10);
    t.app().writes(5000);
    t.peer_sends(ack(at)).peer_sends(ack(at)).stack_is_silent();
    t.peer_sends(ack(at)).stack_sends(data(at, 1000)).stack_is_silent();
}

SCRIPT_TEST("a loss in the initial window makes the window after idle time that of RFC 3390 [R3390-7]",
            Worlds::numbers) {
    for (const bool is_lost : {false, true}) {
        Script t{{.mss = 1460, .sack = true}};
        t.established().app().writes(14600);
        REQUIRE(t.takes_all().size() == 10);
        if (is_lost) {
            t.after(100ms).peer_sends(ack(1).sack({{1461, 14601}}));
            t.takes_all();
        }
        t.after(100ms).peer_sends(ack(14601));
        t.after(10s).app().writes(30000);
        CHECK(t.takes_all().size() == (is_lost ? 3 : 10));
    }
}

SCRIPT_TEST("after more than one RTO of silence sending begins with the initial window [R5681-18] [R3390-6]",
            Worlds::numbers) {
    Script t{{.mss = 1000, .settings = by_hand}};
    grown_to(t, 30);
    t.after(10s).app().writes(60000);
    CHECK(t.takes_all().size() == 10);
}

SCRIPT_TEST("losing a retransmission lowers the window twice [R5681-21]", Worlds::numbers) {
    Script t(plain());
    const Pos at = grown_to(t, 20);
    send_flight(t, at, 16);
    for (int i = 0; i < 3; ++i) t.peer_sends(ack(at));
    t.stack_sends(data(at, 1000));
    CHECK(t.info().ssthresh == 8000);
    t.after(2s).takes_all();
    CHECK(t.info().ssthresh <= 8000);
    CHECK(t.info().cwnd == 1000);
}

SCRIPT_TEST("ACKs of what was never sent do not open the window [R5681-3]", Worlds::numbers) {
    Script t{{.mss = 1000, .settings = by_hand}};
    t.established();
    send_flight(t, 1, 5);
    const std::uint32_t before = t.info().cwnd;
    for (Pos i = 0; i < 5; ++i) t.peer_sends(ack(6001 + i)).stack_sends(ack(1));
    CHECK(t.info().cwnd == before);
}

// Found by the simulator: segments that grow (RFC 4821) over a window that losses had made small.
SCRIPT_TEST("a window smaller than a segment lets one leave at a time", Worlds::numbers) {
    Script t{{.settings = [](tcp::Settings& s) { s.fixed_window_bytes = 1000; }}};
    t.established().app().writes(4000);
    t.stack_sends(data(1, 1460)).stack_is_silent();
    t.peer_sends(ack(1461)).stack_sends(data(1461, 1460)).stack_is_silent();
}

SCRIPT_TEST("a fixed window never moves", Worlds::numbers) {
    Script t{{.mss = 1000, .settings = [](tcp::Settings& s) { s.fixed_window_bytes = 4000; }}};
    t.established().app().writes(20000);
    CHECK(t.takes_all().size() == 4);
    t.peer_sends(ack(1001)).stack_sends(data(4001, 1000)).stack_is_silent();
    t.after(2s).takes_all();
    CHECK(t.info().cwnd == 4000);
}
