// Losses that were none: Eifel (RFC 3522, RFC 4015), F-RTO (RFC 5682), D-SACK (RFC 2883 5).
#include "support/recovery.h"

using namespace sluice;
using namespace sluice::test;

namespace {

ScriptOptions timed(ScriptOptions options, bool timestamps) {
    options.timestamps = timestamps;
    return options;
}

void no_probe(tcp::Settings& s) { s.tail_probe = false; }

void was_undone(Script& t, std::uint32_t cwnd) {
    CHECK(t.stack().counters().tcp_undone == 1);
    CHECK(t.info().cwnd >= cwnd);
    CHECK(t.info().ssthresh > 1000000);
    CHECK(t.info().phase == Phase::slow_start);
}

void was_believed(Script& t, std::uint32_t ssthresh) {
    CHECK(t.stack().counters().tcp_undone == 0);
    CHECK(t.info().ssthresh == ssthresh);
}

}  // namespace

SCRIPT_TEST(
    "an ACK that echoes the original after a fast retransmit: it was not lost [RFC 3522 3.2] [RFC 4015 3.2]",
    Worlds::numbers) {
    for (const bool sack : {true, false}) {
        Script t(timed(sack ? with_sack() : without_sack(), true));
        established_in(t, 100ms);
        sends_flight(t, 10000, 10);
        const std::uint32_t original = *t.flow().last_ts_value;
        t.after(100ms);
        for (Pos end = 2001; end <= 4001; end += 1000)
            t.peer_sends(sack ? ack(1).sack({{1001, end}}) : ack(1)),
                end == 4001 ? t.stack_sends(data(1, 1000)) : t;
        CHECK(t.info().ssthresh == 5000);
        t.after(10ms).peer_sends(ack(4001).ts_echo(original)).stack_is_silent();
        was_undone(t, 10000);
    }
}

SCRIPT_TEST("an ACK that echoes the resend: it was lost [RFC 3522 3.2 (5)]", Worlds::numbers) {
    Script t(timed(with_sack(), true));
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000));
    t.after(100ms).peer_sends(ack(10001)).stack_is_silent();
    was_believed(t, 5000);
}

SCRIPT_TEST(
    "an ACK that echoes the original after a timeout: it was false, and nothing else is resent [RFC 3522 "
    "3.2]",
    Worlds::numbers) {
    for (const bool sack : {true, false}) {
        Script t(timed(sack ? with_sack(10, no_probe) : without_sack(10, no_probe), true));
        established_in(t, 100ms);
        sends_flight(t, 5000, 5);
        const std::uint32_t original = *t.flow().last_ts_value;
        t.stack_sends_after(1s, data(1, 1000)).stack_is_silent();
        CHECK(t.info().cwnd == 1000);
        t.after(10ms).peer_sends(ack(1001).ts_echo(original)).stack_is_silent();
        was_undone(t, 10000);
        t.after(10ms).peer_sends(ack(5001).ts_echo(original)).stack_is_silent();
        CHECK(t.info().retransmitted == 1);
    }
}

SCRIPT_TEST(
    "F-RTO: two ACKs in a row for what was not resent: the timeout was false [RFC 5682 2.1] [RFC 5682 3.1]",
    Worlds::numbers) {
    for (const bool sack : {true, false}) {
        Script t(timed(sack ? with_sack(4, no_probe) : without_sack(4, no_probe), false));
        established_in(t, 100ms);
        sends_flight(t, 8000, 4);
        t.stack_sends_after(1s, data(1, 1000)).stack_is_silent();
        t.after(10ms).peer_sends(ack(1001));
        t.stack_sends(data(4001, 1000)).stack_sends(data(5001, 1000)).stack_is_silent();  // new data, not old
        t.after(10ms).peer_sends(ack(2001)).stack_is_silent();
        was_undone(t, 4000);
        t.after(10ms).peer_sends(ack(4001)).takes_all();
        t.after(90ms).peer_sends(ack(8001)).stack_is_silent();
        CHECK(t.info().retransmitted == 1);
    }
}

SCRIPT_TEST("F-RTO: the second ACK may cover everything that was out at the timeout [RFC 5682 2.1 (3b)]",
            Worlds::numbers) {
    Script t(timed(without_sack(4, no_probe), false));
    established_in(t, 100ms);
    sends_flight(t, 6000, 4);
    t.stack_sends_after(1s, data(1, 1000));
    t.peer_sends(ack(1001)).stack_sends(data(4001, 1000)).stack_sends(data(5001, 1000));
    t.peer_sends(ack(4001)).stack_is_silent();
    was_undone(t, 4000);
}

SCRIPT_TEST("F-RTO: a report of what was not resent will do [RFC 5682 3.1 (3b)]", Worlds::numbers) {
    Script t(timed(with_sack(4, no_probe), false));
    established_in(t, 100ms);
    sends_flight(t, 6000, 4);
    t.stack_sends_after(1s, data(1, 1000));
    t.peer_sends(ack(1001)).stack_sends(data(4001, 1000)).stack_sends(data(5001, 1000));
    t.peer_sends(ack(1001).sack({{2001, 3001}})).takes_all();
    CHECK(t.stack().counters().tcp_undone == 1);
}

SCRIPT_TEST(
    "F-RTO: new data arrives and old does not: the rest is resent [RFC 5682 2.1 (3a)] [RFC 5682 3.1 (3a)]",
    Worlds::numbers) {
    for (const bool sack : {true, false}) {
        Script t(timed(sack ? with_sack(4, no_probe) : without_sack(4, no_probe), false));
        established_in(t, 100ms);
        sends_flight(t, 6000, 4);
        t.stack_sends_after(1s, data(1, 1000));
        t.peer_sends(ack(1001)).stack_sends(data(4001, 1000)).stack_sends(data(5001, 1000)).stack_is_silent();
        t.peer_sends(sack ? ack(1001).sack({{4001, 5001}}) : ack(1001));
        t.stack_sends(data(1001, 1000)).stack_is_silent();
        was_believed(t, 2000);
        t.peer_sends(ack(2001));
        CHECK(t.takes_all().size() >= 1);
        t.peer_sends(ack(6001)).stack_is_silent();
        CHECK(t.info().timeouts == 1);
    }
}

SCRIPT_TEST("F-RTO: a duplicate first, or an ACK of everything: an ordinary timeout [RFC 5682 2.1 (2a)]",
            Worlds::numbers) {
    {
        Script t(timed(without_sack(4, no_probe), false));
        established_in(t, 100ms);
        sends_flight(t, 6000, 4);
        t.stack_sends_after(1s, data(1, 1000));
        t.peer_sends(ack(1)).stack_is_silent();
        t.peer_sends(ack(1001)).stack_sends(data(1001, 1000)).stack_sends(data(2001, 1000)).stack_is_silent();
        was_believed(t, 2000);
    }
    Script t(timed(without_sack(4, no_probe), false));
    established_in(t, 100ms);
    sends_flight(t, 4000, 4);
    t.stack_sends_after(1s, data(1, 1000));
    t.peer_sends(ack(4001)).stack_is_silent();
    was_believed(t, 2000);
}

SCRIPT_TEST("F-RTO: without new data the old leaves [RFC 5682 2.1 (2b)]", Worlds::numbers) {
    Script t(timed(without_sack(4, no_probe), false));
    established_in(t, 100ms);
    sends_flight(t, 4000, 4);
    t.stack_sends_after(1s, data(1, 1000));
    t.peer_sends(ack(1001)).stack_sends(data(1001, 1000)).stack_sends(data(2001, 1000)).stack_is_silent();
    was_believed(t, 2000);
}

SCRIPT_TEST("F-RTO: of a second timeout in a row nothing is asked [RFC 5682 2.1 (1)]", Worlds::numbers) {
    Script t(timed(without_sack(4, no_probe), false));
    established_in(t, 100ms);
    sends_flight(t, 6000, 4);
    t.stack_sends_after(1s, data(1, 1000)).stack_sends_after(2s, data(1, 1000));
    t.peer_sends(ack(1001)).stack_sends(data(1001, 1000)).stack_sends(data(2001, 1000)).stack_is_silent();
}

SCRIPT_TEST("a D-SACK for all that was resent: nothing was lost [RFC 2883 5] [R2883-7]", Worlds::numbers) {
    Script t(timed(with_sack(), false));
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000));
    t.after(20ms).peer_sends(ack(4001)).stack_is_silent();
    t.after(30ms).peer_sends(ack(10001)).stack_is_silent();
    was_believed(t, 5000);
    t.after(50ms).peer_sends(ack(10001).sack({{1, 1001}})).stack_is_silent();
    was_undone(t, 10000);
}

SCRIPT_TEST("an old ACK with an ordinary report is not taken for a D-SACK [R2883-7]", Worlds::numbers) {
    Script t(timed(with_sack(), false));
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000));
    t.after(100ms).peer_sends(ack(10001)).stack_is_silent();
    t.peer_sends(ack(1).sack({{1, 1001}})).stack_is_silent();
    was_believed(t, 5000);
}

SCRIPT_TEST("with undo off a loss stays a loss", Worlds::numbers) {
    Script t(timed(with_sack(10, [](tcp::Settings& s) { s.undo = false; }), false));
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000));
    t.after(100ms).peer_sends(ack(10001).sack({{1, 1001}})).stack_is_silent();
    was_believed(t, 5000);
}
