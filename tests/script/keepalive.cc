// Keep-alive. RFC 9293 3.8.4.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

ScriptOptions every_minute() {
    return {.socket = [](TcpOptions& o) {
        o.keep_alive = true;
        o.keepalive_idle = 60s;
        o.keepalive_interval = 10s;
        o.keepalive_probes = 3;
    }};
}

Segment probe() { return ack(1).seq(0); }

}  // namespace

SCRIPT_TEST("keep-alives are off unless asked for [MUST-25] [MAY-5]", Worlds::all) {
    Script t;
    t.established().stack_is_silent_for(30 * 24h).state_is(State::established);
}

SCRIPT_TEST("one socket has them, its sibling does not; they can be switched off [MUST-24]",
            Worlds::numbers) {
    Script t;
    t.established();
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1));
    t.app(1).accepts().sets([](TcpOptions& o) { o.keep_alive = true, o.keepalive_idle = 60s; });
    t.stack_sends_after(60s, probe()).peer_sends(ack(1)).stack_sends_after(60s, probe()).peer_sends(ack(1));
    t.app(1).sets([](TcpOptions& o) { o.keep_alive = false; });
    t.stack_is_silent_for(24h);
}

SCRIPT_TEST("a probe goes out after the interval, without data, below snd.nxt [MUST-27] [SHLD-12] [MAY-6]",
            Worlds::all) {
    Script t(every_minute());
    t.established().stack_sends_after(60s, probe().len(0)).peer_sends(ack(1)).stack_sends_after(60s, probe());
}

SCRIPT_TEST("anything received begins the interval anew [MUST-26]", Worlds::all) {
    Script t(every_minute());
    t.established().after(60s - 1ms).peer_sends(data(1, 10)).stack_sends_after(40ms, ack(11));
    t.stack_is_silent_for(60s - 40ms - 1ms).stack_sends_after(1ms, ack(11).seq(0));
}

SCRIPT_TEST("with unacknowledged data there are retransmissions, no probes [MUST-26]", Worlds::numbers) {
    Script t(every_minute());
    t.established().app().writes(10);
    t.stack_sends(data(1, 10)).after(200s);
    for (const Seen& seen : t.takes_all()) CHECK(seen.length() == 10);
}

SCRIPT_TEST("the default interval is two hours [MUST-28]", Worlds::all) {
    Script t{{.socket = [](TcpOptions& o) { o.keep_alive = true; }}};
    t.established().stack_is_silent_for(7199900ms).stack_sends_after(100ms, probe());
}

SCRIPT_TEST("one answered probe keeps the connection; all unanswered end it [MUST-29] [T31]", Worlds::all) {
    Script t(every_minute());
    t.established()
        .stack_sends_after(60s, probe())
        .stack_sends_after(10s, probe())
        .stack_sends_after(10s, probe());
    t.peer_sends(ack(1)).stack_sends_after(60s, probe());
    t.stack_sends_after(10s, probe()).stack_sends_after(10s, probe()).state_is(State::established);
    t.after(10s).state_is(State::closed);
    t.takes_all();
    t.app().error_is(Error::timed_out);
}

SCRIPT_TEST("keep-alives run in FIN-WAIT-2 and CLOSE-WAIT too [4.2] [T44] [T49]", Worlds::all) {
    for (const State state : {State::fin_wait_2, State::close_wait}) {
        Script t(every_minute());
        t.in(state);
        const Segment asks = state == State::fin_wait_2 ? ack(1).seq(1) : ack(2).seq(0);
        t.stack_sends_after(60s, asks).stack_sends_after(10s, asks).stack_sends_after(10s, asks);
        t.after(10s).takes_all();
        t.state_is(State::closed);
    }
}

SCRIPT_TEST("a keep-alive of the peer is answered", Worlds::all) {
    Script t;
    t.established().peer_sends(ack(1).seq(0)).stack_sends(ack(1).seq(1));
    t.peer_sends(data(0, 1).ack(1)).stack_sends(ack(1).seq(1));
}
