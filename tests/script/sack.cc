// Selective acknowledgments: what we report (RFC 2018, RFC 2883) and what we make of reports (RFC 6675).
#include "support/recovery.h"

using namespace sluice;
using namespace sluice::test;

SCRIPT_TEST("SACK is agreed when both SYNs permit it, and only then used [R2018-1] [R2018-2]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.app().listens();
    t.peer_sends(syn()).stack_sends(syn_ack().sack_permitted(false)).peer_sends(ack(1));
    t.peer_sends(data(101, 100)).stack_sends(ack(1).no_sack());
    Script u(with_sack());
    u.app().listens();
    u.peer_sends(syn()).stack_sends(syn_ack().sack_permitted()).peer_sends(ack(1));
    u.peer_sends(data(101, 100)).stack_sends(ack(1).sack({{101, 201}}));
    Script v(with_sack());
    v.app().connects();
    v.stack_sends(syn().sack_permitted());
}

SCRIPT_TEST(
    "the newest range stands first, with its whole island, and older ones follow [R2018-4] [R2018-6] "
    "[R2018-8]",
    Worlds::all) {
    Script t(with_sack());
    t.established();
    t.peer_sends(data(1001, 1000)).stack_sends(ack(1).sack({{1001, 2001}}));
    t.peer_sends(data(3001, 1000)).stack_sends(ack(1).sack({{3001, 4001}, {1001, 2001}}));
    t.peer_sends(data(5001, 1000)).stack_sends(ack(1).sack({{5001, 6001}, {3001, 4001}, {1001, 2001}}));
    t.peer_sends(data(2001, 1000)).stack_sends(ack(1).sack({{1001, 4001}, {5001, 6001}}));
    t.peer_sends(data(1, 1000)).stack_sends(ack(4001).sack({{5001, 6001}}));
    t.peer_sends(data(4001, 1000)).stack_sends(ack(6001).no_sack());
}

SCRIPT_TEST(
    "holes are resent in the recovery, one after the other, and what is reported is not [R2018-9] [R6675-2]",
    Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    t.app().writes(10000);
    t.takes_all();
    t.after(100ms);
    t.peer_sends(ack(1).sack({{1001, 2001}})).stack_is_silent();
    t.peer_sends(ack(1).sack({{1001, 2001}, {3001, 4001}})).stack_is_silent();
    t.peer_sends(ack(1).sack({{1001, 2001}, {3001, 5001}})).stack_sends(data(1, 1000));
    t.peer_sends(ack(1).sack({{1001, 2001}, {3001, 6001}})).stack_is_silent();  // PRR: every second one
    t.peer_sends(ack(1).sack({{1001, 2001}, {3001, 10001}})).stack_sends(data(2001, 1000));
    t.after(100ms).peer_sends(ack(10001)).stack_is_silent();
    CHECK(t.info().phase == Phase::avoidance);
}

// --- what we report

SCRIPT_TEST("SACK-permitted outside a SYN is ignored [R2018-1]", Worlds::numbers) {
    Script t{{.mss = 1000}};
    t.established();
    t.peer_sends(data(101, 100).option(4)).stack_sends(ack(1).no_sack());
    t.peer_sends(data(301, 100)).stack_sends(ack(1).no_sack());
}

SCRIPT_TEST("a window update tells of what is held too [R2018-3]", Worlds::all) {
    Script t(with_sack(10, [](tcp::Settings& s) { s.receive_buffer = 8000; }));
    t.established();
    for (Pos at = 1; at <= 5001; at += 1000) t.peer_sends(data(at, 1000)).takes_all();
    t.after(100ms).takes_all();
    t.peer_sends(data(7001, 500)).stack_sends(ack(6001).sack({{7001, 7501}}));
    t.app().reads(6000);
    t.stack_sends(ack(6001).sack({{7001, 7501}}));
}

SCRIPT_TEST("data that leaves while a hole is open tells of what is held too [R2018-3]", Worlds::all) {
    Script t(with_sack());
    t.established();
    t.peer_sends(data(1001, 1000)).stack_sends(ack(1).sack({{1001, 2001}}));
    t.app().writes(100);
    t.stack_sends(data(1, 100).ack(1).sack({{1001, 2001}}));
}

SCRIPT_TEST("of five ranges four are told, three beside timestamps, the newest first [R2018-5] [R2018-6]",
            Worlds::numbers) {
    for (const bool timestamps : {false, true}) {
        ScriptOptions options = with_sack();
        options.timestamps = timestamps;
        Script t(options);
        t.established();
        std::vector<SackEdges> told;
        for (Pos at = 1001; at <= 9001; at += 2000) {
            told.insert(told.begin(), SackEdges{at, at + 1000});
            if (told.size() > (timestamps ? 3U : 4U)) told.pop_back();
            t.peer_sends(data(at, 1000)).stack_sends(ack(1).sack(told));
        }
    }
}

SCRIPT_TEST("each segment above a hole is acknowledged [R2018-7]", Worlds::all) {
    Script t(with_sack());
    t.established();
    t.peer_sends_at_once(
        {data(1001, 100), data(1101, 100), data(1201, 100), data(1301, 100), data(1401, 100)});
    for (int i = 0; i < 5; ++i) t.stack_sends(ack(1).sack({{1001, 1501}}));
    t.stack_is_silent();
}

SCRIPT_TEST("octets that come again are told once, exactly, in the first block [R2883-1] [R2883-2] [R2883-3]",
            Worlds::all) {
    Script t(with_sack());
    t.established();
    t.peer_sends(data(1, 1000)).after(100ms).takes_all();
    t.peer_sends(data(1, 1000)).stack_sends(ack(1001).sack({{1, 1001}}));
    t.peer_sends(data(2001, 100)).stack_sends(ack(1001).sack({{2001, 2101}}));
    t.peer_sends(data(501, 1000)).stack_sends(ack(1501).sack({{501, 1001}, {2001, 2101}}));
    t.peer_sends(data(3001, 100)).stack_sends(ack(1501).sack({{3001, 3101}, {2001, 2101}}));
}

SCRIPT_TEST("above the ACK the second block is the range the duplicate lies in [R2883-4]", Worlds::all) {
    Script t(with_sack());
    t.established();
    t.peer_sends(data(2001, 1000)).stack_sends(ack(1).sack({{2001, 3001}}));
    t.peer_sends(data(3001, 1000)).stack_sends(ack(1).sack({{2001, 4001}}));
    t.peer_sends(data(3001, 1000)).stack_sends(ack(1).sack({{3001, 4001}, {2001, 4001}}));
    t.peer_sends(data(5001, 100)).stack_sends(ack(1).sack({{5001, 5101}, {2001, 4001}}));
}

SCRIPT_TEST("of several duplicates in one segment the first is told [R2883-5]", Worlds::all) {
    Script t(with_sack());
    t.established();
    t.peer_sends(data(501, 300)).stack_sends(ack(1).sack({{501, 801}}));
    t.peer_sends(data(1001, 300)).stack_sends(ack(1).sack({{1001, 1301}, {501, 801}}));
    t.peer_sends(data(401, 1000)).stack_sends(ack(1).sack({{501, 801}, {401, 1401}}));
}

SCRIPT_TEST("the duplicate part of a segment that fills the hole is told too [R2883-3] [R2883-5]",
            Worlds::all) {
    Script t(with_sack());
    t.established();
    t.peer_sends(data(501, 300)).stack_sends(ack(1).sack({{501, 801}}));
    t.peer_sends(data(2001, 300)).stack_sends(ack(1).sack({{2001, 2301}, {501, 801}}));
    t.peer_sends(data(1, 1000)).stack_sends(ack(1001).sack({{501, 801}, {2001, 2301}}));
}

SCRIPT_TEST("a duplicate that PAWS refuses is acknowledged and told [R2883-6]", Worlds::numbers) {
    ScriptOptions options = with_sack();
    options.timestamps = true;
    Script t(options);
    t.established();
    t.peer_sends(data(1, 100)).after(100ms).takes_all();
    t.peer_sends(data(1, 100).ts_value(t.flow().ts_base - 1000)).stack_sends(ack(101).sack({{1, 101}}));
}

SCRIPT_TEST("duplicates are not told where that is switched off [R2883-1]", Worlds::numbers) {
    Script t(with_sack(10, [](tcp::Settings& s) { s.dsack = false; }));
    t.established();
    t.peer_sends(data(1, 1000)).after(100ms).takes_all();
    t.peer_sends(data(1, 1000)).stack_sends(ack(1001).no_sack());
}

// --- what we make of reports

SCRIPT_TEST("blocks without sense change nothing [R2018-12]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 20000, 10);
    t.after(100ms).peer_sends(ack(2001)).takes_all();  // slow start: three more
    const std::uint32_t in_flight = t.info().in_flight;
    for (int i = 0; i < 5; ++i) {
        t.peer_sends(ack(2001).sack({{4001, 3001}})).stack_is_silent();           // ends before it begins
        t.peer_sends(ack(2001).sack({{3001, 3001}})).stack_is_silent();           // empty
        t.peer_sends(ack(2001).sack({{3001, 50001}})).stack_is_silent();          // more than was sent
        t.peer_sends(ack(2001).sack({{40001, 41001}})).stack_is_silent();         // never sent
        t.peer_sends(ack(2001).sack({{-5000, -4000}})).stack_is_silent();         // before the beginning
        t.peer_sends(ack(2001).sack({{501, 1501}, {1, 501}})).stack_is_silent();  // acknowledged long ago
    }
    CHECK(t.info().in_flight == in_flight);
    CHECK(t.info().phase != Phase::recovery);
}

SCRIPT_TEST("plain duplicates release nothing on a connection with SACK [R3042-3]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 20000, 10);
    for (int i = 0; i < 10; ++i) t.peer_sends(ack(1)).stack_is_silent();
    CHECK(t.info().phase != Phase::recovery);
}

SCRIPT_TEST("each report lets one new segment go, and the window stands still [R6675-12] [R3042-1] [R3042-2]",
            Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 20000, 10);
    t.after(100ms);
    t.peer_sends(ack(1).sack({{1001, 2001}})).stack_sends(data(10001, 1000)).stack_is_silent();
    t.peer_sends(ack(1).sack({{1001, 3001}})).stack_sends(data(11001, 1000)).stack_is_silent();
    CHECK(t.info().cwnd == 10000);
}

SCRIPT_TEST("one ACK that reports three segments begins recovery, with half the flight [R6675-8] [R6675-9]",
            Worlds::all) {
    Script t(with_sack(20, classic));
    established_in(t, 100ms);
    sends_flight(t, 20000, 20);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000)).stack_is_silent();
    CHECK(t.info().phase == Phase::recovery);
    CHECK(t.info().cwnd == 10000);
    CHECK(t.info().ssthresh == 10000);
}

SCRIPT_TEST("what leaves in recovery: lost, new, not reported, one rescue [R6675-5] [R6675-6] [R6675-11]",
            Worlds::all) {
    Script t(with_sack(10, classic));
    established_in(t, 100ms);
    sends_flight(t, 13000, 10);
    t.after(100ms);
    t.peer_sends(ack(1).sack({{1001, 2001}})).stack_sends(data(10001, 1000)).stack_is_silent();
    t.peer_sends(ack(1).sack({{3001, 4001}, {1001, 2001}})).stack_sends(data(11001, 1000)).stack_is_silent();
    // 12 are out: the window becomes 6; in the pipe are 12 - 3 reported - 1 lost, and its resend.
    t.peer_sends(ack(1).sack({{3001, 5001}, {1001, 2001}})).stack_sends(data(1, 1000)).stack_is_silent();
    CHECK(t.info().in_flight == 9000);
    CHECK(t.info().cwnd == 6000);
    t.peer_sends(ack(1).sack({{3001, 6001}, {1001, 2001}})).stack_is_silent();  // 7: the third is lost now
    CHECK(t.info().in_flight == 7000);
    t.peer_sends(ack(1).sack({{3001, 7001}, {1001, 2001}})).stack_is_silent();
    t.peer_sends(ack(1).sack({{3001, 8001}, {1001, 2001}})).stack_sends(data(2001, 1000)).stack_is_silent();
    t.peer_sends(ack(1).sack({{3001, 9001}, {1001, 2001}})).stack_sends(data(12001, 1000)).stack_is_silent();
    // Nothing is lost, nothing is new: 9001 to 10001 has one segment above it.
    t.peer_sends(ack(1).sack({{10001, 11001}, {3001, 9001}})).stack_sends(data(9001, 1000)).stack_is_silent();
    CHECK(t.info().in_flight == 6000);  // it counts twice
    t.peer_sends(ack(1).sack({{10001, 12001}, {3001, 9001}}))
        .stack_sends(data(12001, 1000))
        .stack_is_silent();
    t.peer_sends(ack(9001).sack({{10001, 12001}})).stack_is_silent();  // no second rescue
    t.peer_sends(ack(12001)).stack_is_silent();
    t.peer_sends(ack(13001)).stack_is_silent();
    CHECK(t.info().phase == Phase::avoidance);
    CHECK(t.info().cwnd == 6000);
}

SCRIPT_TEST("a timeout in recovery ends it, and reports begin no new one [R6675-13] [R6298-14]",
            Worlds::all) {
    Script t(with_sack(10, classic));
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000));
    t.stack_sends_after(1s, data(1, 1000)).stack_is_silent();
    CHECK(t.info().cwnd == 1000);
    for (Pos end = 5001; end <= 9001; end += 1000) t.peer_sends(ack(1).sack({{1001, end}})).stack_is_silent();
    CHECK(t.info().phase != Phase::recovery);
    CHECK(t.info().timeouts == 1);
    t.peer_sends(ack(9001)).stack_sends(data(9001, 1000)).stack_is_silent();
    t.peer_sends(ack(10001)).stack_is_silent();
}

SCRIPT_TEST(
    "after a timeout the peer that gave up what it reported gets it again [R2018-10] [R2018-11] [R6675-14]",
    Worlds::all) {
    Script t(with_sack(4));
    established_in(t, 100ms);
    sends_flight(t, 4000, 4);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000));
    t.stack_sends_after(1s, data(1, 1000));
    t.peer_sends(ack(1001)).stack_sends(data(1001, 1000)).stack_sends(data(2001, 1000)).stack_is_silent();
    t.peer_sends(ack(3001)).stack_sends(data(3001, 1000));
    t.peer_sends(ack(4001)).stack_is_silent();
}

SCRIPT_TEST("the left edge is resent at a timeout even if it was reported [R2018-10]", Worlds::all) {
    Script t(with_sack(4, [](tcp::Settings& s) { s.tail_probe = false; }));
    established_in(t, 100ms);
    sends_flight(t, 2000, 2);
    t.peer_sends(ack(1).sack({{1, 1001}})).stack_is_silent();
    t.stack_sends_after(1s, data(1, 1000)).stack_is_silent();
    t.peer_sends(ack(2001)).stack_is_silent();
}

SCRIPT_TEST(
    "the timer resends the first that is not acknowledged, and then what was not reported [R6298-14] "
    "[R2018-9]",
    Worlds::numbers) {
    Script t(with_sack(4, classic));
    established_in(t, 100ms);
    sends_flight(t, 3000, 3);
    t.peer_sends(ack(1).sack({{1001, 2001}})).stack_is_silent();
    t.stack_sends_after(1s, data(1, 1000)).stack_is_silent();
    t.peer_sends(ack(2001)).stack_sends(data(2001, 1000)).stack_is_silent();
}

SCRIPT_TEST("a lost retransmission lowers the window again, without a timeout [R5681-21] [R8985-10]",
            Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000)).stack_is_silent();
    CHECK(t.info().ssthresh == 5000);
    t.after(50ms).peer_sends(ack(1).sack({{1001, 7001}})).stack_is_silent();
    t.app().writes(1000);
    t.stack_sends(data(10001, 1000)).stack_is_silent();
    // What left 50 ms after the resend arrives, and the resend does not.
    t.after(100ms).peer_sends(ack(1).sack({{1001, 11001}})).stack_sends(data(1, 1000)).stack_is_silent();
    CHECK(t.info().ssthresh == 2500);
    t.after(100ms).peer_sends(ack(11001)).stack_is_silent();
    CHECK(t.info().cwnd == 2500);
    CHECK(t.info().timeouts == 0);
}

// Found by the simulator: one octet in each segment.
SCRIPT_TEST("where segments are small, SACK leaves half of them to text [R2018-5]", Worlds::numbers) {
    Script t{{.mss = 64, .sack = true, .timestamps = false}};
    t.established();
    std::size_t blocks = 0;
    for (const Pos at : {101, 201, 301, 401})
        blocks = t.peer_sends(data(at, 10)).takes_all().back().sack.size();
    CHECK(blocks == 4);
    t.app().writes(640);
    for (const Seen& seen : t.takes_all()) {
        CHECK(seen.sack.size() == 3);
        CHECK(seen.length() == 64 - 28);
    }
}
