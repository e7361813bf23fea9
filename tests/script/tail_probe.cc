// Tail loss probes. RFC 8985 7 and 8.
#include "support/recovery.h"

using namespace sluice;
using namespace sluice::test;

SCRIPT_TEST(
    "the probe comes after two round trips; a single segment is given the delay of an ACK [R8985-12] "
    "[R8985-15]",
    Worlds::all) {
    for (const std::uint32_t segments : {1U, 2U, 5U}) {
        Script t(with_sack());
        established_in(t, 100ms);
        sends_flight(t, segments * 1000, segments);
        t.stack_sends_after(segments == 1 ? 400ms : 200ms, data(1 + (segments - 1) * 1000, 1000))
            .stack_is_silent();
        CHECK(t.info().timeouts == 0);
    }
}

SCRIPT_TEST("without a sample the probe comes after one second [R8985-12]", Worlds::numbers) {
    Script t(with_sack());
    t.in(State::syn_received).stack_sends_after(1s, syn_ack()).peer_sends(ack(1));
    t.app().accepts();
    sends_flight(t, 1000, 1);
    t.stack_sends_after(1s, data(1, 1000)).stack_is_silent();
    CHECK(t.info().timeouts == 0);
}

SCRIPT_TEST("the probe is never later than the timer would be [R8985-12]", Worlds::all) {
    Script t(with_sack(10, [](tcp::Settings& s) { s.rto_min = 1ms; }));
    established_in(t, 100ms);  // SRTT 100, RTTVAR 50: RTO 300 ms, PTO 400 ms
    sends_flight(t, 1000, 1);
    t.stack_sends_after(300ms, data(1, 1000)).stack_is_silent();
    CHECK(t.info().timeouts == 0);
}

SCRIPT_TEST("an ACK that advances begins the two round trips anew [R8985-13]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 3000, 3);
    t.after(100ms).peer_sends(ack(1001)).stack_is_silent();
    t.stack_sends_after(200ms, data(2001, 1000)).stack_is_silent();
}

SCRIPT_TEST("no probe while anything is reported [R8985-13]", Worlds::all) {
    Script t(with_sack(10, [](tcp::Settings& s) { s.rack = false; }));
    established_in(t, 100ms);
    sends_flight(t, 2000, 2);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 2001}})).stack_is_silent();
    t.stack_sends_after(900ms, data(1, 1000)).stack_is_silent();
    CHECK(t.info().timeouts == 1);
}

SCRIPT_TEST("no probe in recovery [R8985-13] [R8985-18]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000)).stack_is_silent();
    t.after(50ms).peer_sends(ack(4001)).stack_is_silent();
    t.stack_sends_after(1s, data(4001, 1000)).stack_is_silent();
    CHECK(t.info().timeouts == 1);
}

SCRIPT_TEST("a probe that is lost leaves the rest to the timer, one RTO after it [R8985-16] [R8985-14]",
            Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 3000, 3);
    t.stack_sends_after(200ms, data(2001, 1000)).stack_is_silent();
    t.stack_sends_after(1s, data(1, 1000)).stack_is_silent();
    CHECK(t.info().timeouts == 1);
}

SCRIPT_TEST("no second probe without an RTT sample since the first [R8985-14]", Worlds::numbers) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 1000, 1);
    t.stack_sends_after(400ms, data(1, 1000));
    t.after(100ms)
        .peer_sends(ack(1001).sack({{1, 1001}}))
        .stack_is_silent();  // both arrived, and neither is a sample
    sends_flight(t, 1000, 1, 1001);
    t.stack_sends_after(1s, data(1001, 1000)).stack_is_silent();
    CHECK(t.info().timeouts == 1);
    t.peer_sends(ack(2001)).stack_is_silent();
    sends_flight(t, 1000, 1, 2001);
    t.after(100ms).peer_sends(ack(3001)).stack_is_silent();  // a sample
    sends_flight(t, 1000, 1, 3001);
    t.stack_sends_after(400ms, data(3001, 1000)).stack_is_silent();
    CHECK(t.info().timeouts == 1);
}

SCRIPT_TEST("no second probe while one is out [R8985-14]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 2000, 2);
    t.stack_sends_after(200ms, data(1001, 1000));
    t.after(50ms).peer_sends(ack(1001)).stack_is_silent();  // a sample, but the probe is not acknowledged
    t.stack_sends_after(1s, data(1001, 1000)).stack_is_silent();
    CHECK(t.info().timeouts == 1);
}

SCRIPT_TEST("new data is the better probe, also beyond the congestion window [R8985-15]", Worlds::all) {
    Script t(with_sack(2));
    established_in(t, 100ms);
    sends_flight(t, 3000, 2);
    t.stack_sends_after(200ms, data(2001, 1000)).stack_is_silent();
    CHECK(t.info().retransmitted == 0);
}

SCRIPT_TEST("where the peer's window allows no new data the highest segment is the probe [R8985-15]",
            Worlds::all) {
    ScriptOptions options = with_sack();
    options.window = 2000;
    Script t(options);
    established_in(t, 100ms);
    sends_flight(t, 3000, 2);
    t.stack_sends_after(200ms, data(1001, 1000)).stack_is_silent();
}

namespace {

// Three segments; the peer has two. The probe leaves 500 ms after them.
void probe_leaves(Script& t) {
    established_in(t, 100ms);
    sends_flight(t, 3000, 3);
    t.after(100ms).peer_sends(ack(2001)).stack_is_silent();
    t.stack_sends_after(400ms, data(2001, 1000)).stack_is_silent();
}

void later_data_is_acknowledged(Script& t) {
    sends_flight(t, 1000, 1, 3001);
    t.after(100ms).peer_sends(ack(4001)).stack_is_silent();
}

}  // namespace

SCRIPT_TEST("a probe that repaired the tail is a loss, told by the first ACK above it [R8985-17]",
            Worlds::all) {
    Script t(with_sack());
    probe_leaves(t);
    const std::uint32_t cwnd = t.info().cwnd;
    t.after(100ms).peer_sends(ack(3001)).stack_is_silent();
    CHECK(t.info().cwnd >= cwnd);
    later_data_is_acknowledged(t);
    CHECK(t.info().ssthresh == 2000);
    CHECK(t.info().cwnd == 2000);
}

SCRIPT_TEST("with a D-SACK for the probe nothing was lost [R8985-17]", Worlds::all) {
    Script t(with_sack());
    probe_leaves(t);
    t.after(50ms).peer_sends(ack(3001)).stack_is_silent();
    t.after(50ms).peer_sends(ack(3001).sack({{2001, 3001}})).stack_is_silent();
    later_data_is_acknowledged(t);
    CHECK(t.info().cwnd >= 10000);
}

SCRIPT_TEST("from a peer without D-SACK a plain duplicate says the same [R8985-17]", Worlds::all) {
    Script t(with_sack());
    probe_leaves(t);
    t.after(50ms).peer_sends(ack(3001)).stack_is_silent();
    t.after(50ms).peer_sends(ack(3001)).stack_is_silent();
    later_data_is_acknowledged(t);
    CHECK(t.info().cwnd >= 10000);
}

SCRIPT_TEST("a probe that led into recovery is not counted a second time [R8985-17]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.stack_sends_after(200ms, data(9001, 1000));
    t.after(100ms).peer_sends(ack(1).sack({{9001, 10001}}));
    t.stack_sends(data(1, 1000)).stack_is_silent();
    t.after(100ms).peer_sends(ack(10001)).stack_is_silent();
    CHECK(t.info().cwnd == 5000);
    sends_flight(t, 1000, 1, 10001);
    t.after(100ms).peer_sends(ack(11001)).stack_is_silent();
    CHECK(t.info().cwnd >= 5000);
}

SCRIPT_TEST("with nothing in flight no probe is armed [R8985-13]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 1000, 1);
    CHECK(t.info().deadline == DeadlineKind::tail_probe);
    t.after(100ms).peer_sends(ack(1001));
    CHECK_FALSE(t.info().deadline);
    t.stack_is_silent_for(10s);
}

SCRIPT_TEST("of the deadlines of reordering, probe, timer and shut window one runs [R8985-18]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    CHECK(t.info().deadline == DeadlineKind::tail_probe);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 2001}})).stack_is_silent();
    CHECK(t.info().deadline == DeadlineKind::reordering);
    t.stack_sends_after(25ms, data(1, 1000)).stack_is_silent();
    CHECK(t.info().deadline == DeadlineKind::retransmission);
    t.after(100ms).peer_sends(ack(10001).win(0)).stack_is_silent();
    t.app().writes(1000);
    t.stack_is_silent();
    CHECK(t.info().deadline == DeadlineKind::persist);
}

SCRIPT_TEST(
    "the SACK of a probe tells of the segment lost before it, whatever the echo says: that is of the last in "
    "order [R8985-17] [R8985-4]",
    Worlds::options) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 4000, 4);
    const auto echo = t.flow().last_ts_value;
    t.after(100ms).peer_sends(ack(2001)).stack_is_silent();  // the last two are lost
    t.stack_sends_within(100ms, 1s, data(3001, 1000));
    Segment told = ack(2001).sack({{3001, 4001}});
    if (echo) told = told.ts_echo(*echo);
    t.after(100ms).peer_sends(told).stack_sends(data(2001, 1000));
    t.after(100ms).peer_sends(ack(4001)).stack_is_silent();
    CHECK(t.info().timeouts == 0);
}

namespace {

// Text and FIN in one flight: a window that was shut opens. The FIN rides on the last segment.
void writes_and_ends(Script& t, std::uint32_t octets) {
    t.peer_sends(ack(1).win(0));
    t.app().writes(octets).shuts_down();
    t.peer_sends(ack(1).win(64000));
    const auto sent = t.takes_all();
    REQUIRE(sent.size() == octets / 1000);
    REQUIRE(sent.back().has(tcp_flag::fin));
}

}  // namespace

SCRIPT_TEST("a probe of a segment with a FIN carries all of its octets [R8985-15] [MUST-16]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    writes_and_ends(t, 2000);
    t.after(100ms).peer_sends(ack(1001)).stack_is_silent();
    t.stack_sends_within(100ms, 1s, data(1001, 1000).fin());
    t.after(100ms).peer_sends(ack(2002)).state_is(State::fin_wait_2);
}

SCRIPT_TEST("a lost segment with a FIN leaves whole, and none is larger than the MSS [MUST-16]",
            Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    writes_and_ends(t, 3000);
    t.after(3s);
    for (const Seen& seen : t.takes_all()) {
        CHECK(seen.length() <= 1000);
        CHECK(seen.has(tcp_flag::fin) == (t.flow().own_pos(seen.segment.seq) + seen.length() == 3001));
        CHECK(seen.length() == 1000);
    }
}
