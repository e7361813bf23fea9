// The visit that lessons take apart segment by segment: 77 octets asked, 1280 and 1501 answered, and a segment that comes again
// after our FIN. Our side plays the client; the peer sends what was captured.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// The server's SYN+ACK as it was: mss 1350, sackOK, eleven nops, wscale 5, no timestamps.
Segment captured_syn_ack() {
    Octets options{2, 4, 0x05, 0x46, 4, 2};
    options.insert(options.end(), 11, 1);
    options.insert(options.end(), {3, 3, 5});
    return syn_ack().ack(1).win_field(14600).option_octets(options);
}

ScriptOptions captured_peer() {
    ScriptOptions options{.mss = 1350, .sack = true, .timestamps = false, .window_scaling = true};
    options.peer_shift = 5;
    return options;
}

// Until both sides have said everything; our FIN is next.
void visit(Script& t) {
    t.app().connects();
    t.stack_sends(syn().mss(1460).sack_permitted().has_ts());
    t.peer_sends(captured_syn_ack()).stack_sends(ack(1).no_ts());
    t.app().writes(77);
    t.stack_sends(data(1, 77).psh().no_ts());
    t.peer_sends(ack(78)).stack_is_silent();
    t.peer_sends(data(1, 1280)).stack_sends_within(0ms, 40ms, ack(1281));
    // The capture shows 1501 octets at once, as the kernel joined them.
    t.peer_sends_at_once({data(1281, 1280), data(2561, 221).psh()}).stack_sends_within(0ms, 40ms, ack(2782));
    t.app().reads_all(2781);
}

}  // namespace

SCRIPT_TEST("a request of 77 octets and its answer of 1280 and 1501: the ACKs are 78, 1281, 2782 [T24]",
            Worlds::numbers) {
    Script t(captured_peer());
    visit(t);
    CHECK(t.info().mss_send == 1350);
    CHECK(t.info().peer_window_shift == 5);
    CHECK_FALSE(t.info().timestamps);
    t.takes_all();
}

SCRIPT_TEST(
    "2561:2782 again after our FIN is answered by its ACK with sack 1 {2561:2782}, in FIN-WAIT-1 [T25] "
    "[R2883-1]",
    Worlds::numbers) {
    Script t(captured_peer());
    visit(t);
    t.app().closes();
    t.stack_sends(fin(78).ack(2782));
    t.state_is(State::fin_wait_1);
    t.peer_sends(data(2561, 221).psh().ack(78)).stack_sends(ack(2782).sack({{2561, 2782}}));
    t.state_is(State::fin_wait_1);
    t.peer_sends(ack(79)).state_is(State::fin_wait_2).stack_is_silent();
    t.peer_sends(fin(2782).ack(79)).stack_sends(ack(2783));
    t.state_is(State::time_wait);
}
