// Losses found by time. RFC 8985 4 to 6.
#include "support/recovery.h"

using namespace sluice;
using namespace sluice::test;

namespace {

void no_probe(tcp::Settings& s) { s.tail_probe = false; }

}  // namespace

SCRIPT_TEST("without SACK neither RACK nor tail probes: duplicates and the timer find losses [R8985-1]",
            Worlds::all) {
    Script t(without_sack());
    established_in(t, 100ms);
    sends_flight(t, 4000, 4);
    t.after(100ms).peer_sends(ack(1)).peer_sends(ack(1)).stack_is_silent();
    t.stack_is_silent_for(800ms);  // neither a quarter of min_RTT nor two SRTT
    t.peer_sends(ack(1)).stack_sends(data(1, 1000)).stack_is_silent();
}

SCRIPT_TEST("the third report makes the loss certain at once [R8985-6]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms);
    t.peer_sends(ack(1).sack({{1001, 2001}})).stack_is_silent();
    t.peer_sends(ack(1).sack({{1001, 3001}})).stack_is_silent();
    t.peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000)).stack_is_silent();
    CHECK(t.info().phase == Phase::recovery);
}

SCRIPT_TEST(
    "before that it is one a quarter of min_RTT later, by a timer of its own [R8985-6] [R8985-8] [R8985-9]",
    Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 2001}})).stack_is_silent();
    CHECK(t.info().deadline == DeadlineKind::reordering);
    t.stack_sends_after(25ms, data(1, 1000)).stack_is_silent();
    CHECK(t.info().phase == Phase::recovery);
    CHECK(t.info().timeouts == 0);
}

SCRIPT_TEST("a segment that was only late in its turn is not resent [R8985-6] [R8985-9]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 3001}})).stack_is_silent();
    t.after(24ms).peer_sends(ack(3001)).stack_is_silent();
    t.after(100ms).peer_sends(ack(10001)).stack_is_silent();
    CHECK(t.info().retransmitted == 0);
}

SCRIPT_TEST("once reordering was seen also the third report waits [R8985-5] [R8985-6]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 2001}})).stack_is_silent();
    t.after(10ms).peer_sends(ack(2001)).stack_is_silent();
    t.peer_sends(ack(2001).sack({{3001, 7001}})).stack_is_silent();
    t.stack_sends_after(25ms, data(2001, 1000)).stack_is_silent();
}

SCRIPT_TEST("a resend that arrives below others is no reordering [R8985-5]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000));
    t.after(100ms).peer_sends(ack(10001)).stack_is_silent();
    sends_flight(t, 5000, 5, 10001);
    t.after(100ms).peer_sends(ack(10001).sack({{11001, 14001}})).stack_sends(data(10001, 1000));
}

SCRIPT_TEST("a D-SACK makes the window of reordering a quarter of min_RTT wider [R8985-7]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1001).sack({{1, 1001}})).stack_is_silent();
    t.peer_sends(ack(1001).sack({{2001, 3001}})).stack_is_silent();
    t.stack_sends_after(50ms, data(1001, 1000)).stack_is_silent();
}

SCRIPT_TEST("an ACK too early for the resend says nothing of it [R8985-4]", Worlds::numbers) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000));
    // 1 ms later the original arrives. Were it taken for the resend, all sent before it would be lost.
    t.after(1ms).peer_sends(ack(4001)).stack_is_silent();
    t.after(50ms).stack_is_silent();
    CHECK(t.info().retransmitted == 1);
    t.peer_sends(ack(10001)).stack_is_silent();
}

SCRIPT_TEST("a lost resend is found by what was sent after it [R8985-10]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 10001}})).stack_sends(data(1, 1000)).stack_is_silent();
    t.after(10ms).app().writes(1000);
    t.stack_sends(data(10001, 1000)).stack_is_silent();
    t.after(100ms).peer_sends(ack(1).sack({{1001, 11001}})).stack_sends(data(1, 1000)).stack_is_silent();
    CHECK(t.info().timeouts == 0);
    t.after(100ms).peer_sends(ack(11001)).stack_is_silent();
}

SCRIPT_TEST("at a timeout only what could have been delivered by then is lost [R8985-11]", Worlds::all) {
    for (const bool is_young : {true, false}) {
        Script t(with_sack(10, no_probe));
        established_in(t, 100ms);
        sends_flight(t, 1000, 1);
        t.after(100ms).peer_sends(ack(1001)).stack_is_silent();
        sends_flight(t, 1000, 1, 1001);
        t.after(is_young ? 950ms : 500ms);
        sends_flight(t, 1000, 1, 2001);
        t.stack_sends_after(is_young ? 50ms : 500ms, data(1001, 1000)).stack_is_silent();
        t.after(10ms).peer_sends(ack(2001));
        if (!is_young) t.stack_sends(data(2001, 1000));
        t.stack_is_silent();
        t.after(10ms).peer_sends(ack(3001)).stack_is_silent();
    }
}

SCRIPT_TEST("segments sent apart are lost each at its own time [R8985-8]", Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 1000, 1).after(10ms);
    sends_flight(t, 1000, 1, 1001).after(20ms);
    sends_flight(t, 1000, 1, 2001);
    // The third one after 100 ms: the first is due 125 ms after it left, which is now past; the second in recovery, where
    // there is no patience any more, at once.
    t.after(100ms).peer_sends(ack(1).sack({{2001, 3001}})).stack_sends(data(1, 1000));
    t.stack_sends_after(5ms, data(1001, 1000)).stack_is_silent();
}
