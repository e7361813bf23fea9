// One test for each arrow a connection may walk: states.md section 8. The trace checker of every script refuses all
// others; here each one is walked, alone, by the shortest script.
#include "support/script.h"

namespace sluice::test {  // inside, so that `listen` is the state
using enum State;

namespace {

void no_cookies(tcp::Settings& s) { s.syn_cookies = false; }

// The last arrow walked by the newest connection.
void last_arrow(Script& t, State from, State to, Where where = Where::current()) {
    t.state_is(to == listen ? closed : to, where);
    t.walked_last(from, to, where);
}

}  // namespace

SCRIPT_TEST("the table holds the 27 pairs [section 8]", Worlds::plain) { CHECK(legal_pairs().size() == 27); }

SCRIPT_TEST("CLOSED > LISTEN: passive OPEN [T01]", Worlds::numbers) {
    Script t;
    t.in(listen).state_is(listen);
}

SCRIPT_TEST("CLOSED > SYN-SENT: active OPEN [T02]", Worlds::all) {
    Script t;
    t.in(syn_sent);
    last_arrow(t, closed, syn_sent);
}

SCRIPT_TEST("CLOSED > SYN-RECEIVED: a listener admits a SYN [T03] [T05]", Worlds::all) {
    Script t;
    t.in(syn_received);
    last_arrow(t, closed, syn_received);
}

SCRIPT_TEST("CLOSED > ESTABLISHED: a valid SYN cookie comes back [T04]", Worlds::numbers) {
    Script t;
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack());
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack().new_iss()).peer_sends(ack(1));
    last_arrow(t, closed, established);
}

SCRIPT_TEST("LISTEN > CLOSED: CLOSE [T07]", Worlds::numbers) {
    Script t;
    t.in(listen).app().closes_listener();
    t.stack_is_silent().peer_sends(syn()).stack_sends(rst(0).seq_raw(0).ack(1));
}

SCRIPT_TEST("SYN-SENT > ESTABLISHED: SYN,ACK [T08]", Worlds::all) {
    Script t;
    t.in(syn_sent).peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    last_arrow(t, syn_sent, established);
}

SCRIPT_TEST("SYN-SENT > SYN-RECEIVED: SYN without ACK [T09]", Worlds::all) {
    Script t;
    t.in(syn_sent).peer_sends(syn()).stack_sends(syn_ack().ack(1));
    last_arrow(t, syn_sent, syn_received);
}

SCRIPT_TEST("SYN-SENT > CLOSED: CLOSE, ABORT, reset, time, ICMP [T10] [T11] [T12] [T13] [T14]", Worlds::all) {
    for (int way = 0; way < 5; ++way) {
        Script t;
        t.in(syn_sent);
        if (way == 0) t.app().closes();
        if (way == 1) t.app().aborts();
        if (way == 2) t.peer_sends(rst(0).ack(1));
        if (way == 3) t.after(180s).takes_all();
        if (way == 4) t.icmp_arrives(3, 3, 0);
        t.stack_is_silent();
        last_arrow(t, syn_sent, closed);
    }
}

SCRIPT_TEST("SYN-RECEIVED > ESTABLISHED: ACK of our SYN [T15]", Worlds::all) {
    Script t;
    t.in(syn_received).peer_sends(ack(1));
    last_arrow(t, syn_received, established);
}

SCRIPT_TEST(
    "SYN-RECEIVED > CLOSED, passive: reset, SYN in window, time, ICMP, listener closed [T16] [T17] [T18] "
    "[T21] "
    "[T22]",
    Worlds::all) {
    for (int way = 0; way < 5; ++way) {
        Script t;
        t.in(syn_received);
        if (way == 0) t.peer_sends(rst(1));
        if (way == 1) t.peer_sends(syn().seq(100));
        if (way == 2) t.after(180s).takes_all();
        if (way == 3) t.icmp_arrives(3, 3, 0);
        if (way == 4) t.app().closes_listener();
        t.stack_is_silent();
        last_arrow(t, syn_received, closed);
    }
}

SCRIPT_TEST("SYN-RECEIVED > CLOSED, active: reset, ABORT, time [T19] [T20] [T21]", Worlds::all) {
    for (int way = 0; way < 3; ++way) {
        Script t;
        t.simultaneous_open();
        if (way == 0) t.peer_sends(rst(1));
        if (way == 1) t.app().aborts(), t.stack_sends(rst(1));
        if (way == 2) t.after(300s).takes_all();
        t.stack_is_silent();
        last_arrow(t, syn_received, closed);
    }
}

SCRIPT_TEST("SYN-RECEIVED > FIN-WAIT-1: CLOSE with nothing queued [T23]", Worlds::all) {
    Script t;
    t.simultaneous_open().app().shuts_down();
    t.stack_sends(fin(1).ack(1));
    last_arrow(t, syn_received, fin_wait_1);
}

SCRIPT_TEST("SYN-RECEIVED > ESTABLISHED > CLOSE-WAIT: ACK and FIN in one segment [T24]", Worlds::all) {
    Script t;
    t.in(syn_received).peer_sends(fin(1).ack(1)).stack_sends(ack(2));
    t.walked({closed, syn_received, established, close_wait});
}

SCRIPT_TEST("ESTABLISHED > FIN-WAIT-1: CLOSE [T26]", Worlds::all) {
    Script t;
    t.in(fin_wait_1);
    last_arrow(t, established, fin_wait_1);
}

SCRIPT_TEST("ESTABLISHED > CLOSE-WAIT: FIN [T27]", Worlds::all) {
    Script t;
    t.in(close_wait);
    last_arrow(t, established, close_wait);
}

SCRIPT_TEST("ESTABLISHED > CLOSED: reset, ABORT, time, unread data, listener closed [T28] [T29] [T30] [T32]",
            Worlds::all) {
    for (int way = 0; way < 4; ++way) {
        Script t;
        t.established();
        if (way == 0) t.peer_sends(rst(1));
        if (way == 1) t.app().aborts(), t.stack_sends(rst(1));
        if (way == 2) t.app().writes(10), t.takes_all(), t.after(300s).takes_all();
        if (way == 3)
            t.peer_sends(data(1, 10)).after(40ms).takes_all(), t.app().closes(), t.stack_sends(rst(1));
        t.stack_is_silent();
        last_arrow(t, established, closed);
    }
    Script t;
    t.in(syn_received).peer_sends(ack(1)).app().closes_listener();
    t.stack_sends(rst(1));
    last_arrow(t, established, closed);
}

SCRIPT_TEST("ESTABLISHED > CLOSED: keep-alive gave up [T31]", Worlds::all) {
    Script t{{.socket = [](TcpOptions& o) { o.keep_alive = true; }}};
    t.established().after(3h).takes_all();
    last_arrow(t, established, closed);
}

SCRIPT_TEST("FIN-WAIT-1 > FIN-WAIT-2: ACK of our FIN [T33]", Worlds::all) {
    Script t;
    t.in(fin_wait_2);
    last_arrow(t, fin_wait_1, fin_wait_2);
}

SCRIPT_TEST("FIN-WAIT-1 > CLOSING: FIN, ours not acknowledged [T34]", Worlds::all) {
    Script t;
    t.in(closing);
    last_arrow(t, fin_wait_1, closing);
}

SCRIPT_TEST("FIN-WAIT-1 > TIME-WAIT, through FIN-WAIT-2: FIN that acknowledges ours [T35]", Worlds::all) {
    Script t;
    t.in(fin_wait_1).peer_sends(fin(1).ack(2)).stack_sends(ack(2));
    t.walked({closed, syn_received, established, fin_wait_1, fin_wait_2, time_wait});
}

SCRIPT_TEST("FIN-WAIT-1 > CLOSED: reset, ABORT, time, data after close() [T36] [T37] [T38] [T39]",
            Worlds::all) {
    for (int way = 0; way < 4; ++way) {
        Script t;
        t.established();
        if (way == 3)
            t.app().closes();
        else
            t.app().shuts_down();
        t.stack_sends(fin(1));
        if (way == 0) t.peer_sends(rst(1));
        if (way == 1) t.app().aborts(), t.stack_sends(rst(2));
        if (way == 2) t.after(300s).takes_all();
        if (way == 3) t.peer_sends(data(1, 10).ack(1)).stack_sends(rst(1));
        t.stack_is_silent();
        last_arrow(t, fin_wait_1, closed);
    }
}

SCRIPT_TEST("FIN-WAIT-2 > TIME-WAIT: FIN [T40]", Worlds::all) {
    Script t;
    t.in(time_wait);
    last_arrow(t, fin_wait_2, time_wait);
}

SCRIPT_TEST("FIN-WAIT-2 > CLOSED: reset, ABORT, data after close(), idle [T41] [T42] [T44]", Worlds::all) {
    for (int way = 0; way < 4; ++way) {
        Script t;
        t.established();
        if (way >= 2)
            t.app().closes();
        else
            t.app().shuts_down();
        t.stack_sends(fin(1)).peer_sends(ack(2));
        if (way == 0) t.peer_sends(rst(1));
        if (way == 1) t.app().aborts(), t.stack_sends(rst(2));
        if (way == 2) t.peer_sends(data(1, 10).ack(2)).stack_sends(rst(2));
        if (way == 3) t.after(60s);
        t.stack_is_silent();
        last_arrow(t, fin_wait_2, closed);
    }
}

SCRIPT_TEST("CLOSE-WAIT > LAST-ACK: CLOSE, the FIN leaves [T45]", Worlds::all) {
    Script t;
    t.in(last_ack);
    last_arrow(t, close_wait, last_ack);
}

SCRIPT_TEST("CLOSE-WAIT > CLOSED: reset, ABORT, time, unread data [T46] [T47] [T48] [T49]", Worlds::all) {
    for (int way = 0; way < 4; ++way) {
        Script t;
        t.established();
        if (way == 3) t.peer_sends(data(1, 10)).after(40ms).takes_all();
        t.peer_sends(fin());
        t.takes_all();
        if (way == 0) t.peer_sends(rst(2));
        if (way == 1) t.app().aborts(), t.stack_sends(rst(1));
        if (way == 2) t.app().writes(10), t.takes_all(), t.after(300s).takes_all();
        if (way == 3) t.app().closes(), t.stack_sends(rst(1));
        t.stack_is_silent();
        last_arrow(t, close_wait, closed);
    }
}

SCRIPT_TEST("CLOSING > TIME-WAIT: ACK of our FIN [T50]", Worlds::all) {
    Script t;
    t.in(closing).peer_sends(ack(2));
    last_arrow(t, closing, time_wait);
}

SCRIPT_TEST("CLOSING > CLOSED: reset, ABORT, time [T51] [T52] [T53]", Worlds::all) {
    for (int way = 0; way < 3; ++way) {
        Script t;
        t.in(closing);
        if (way == 0) t.peer_sends(rst(2));
        if (way == 1) t.app().aborts();
        if (way == 2) t.after(300s).takes_all();
        t.stack_is_silent();
        last_arrow(t, closing, closed);
    }
}

SCRIPT_TEST("LAST-ACK > CLOSED: ACK of our FIN, reset, ABORT, time [T54] [T55] [T56] [T57]", Worlds::all) {
    for (int way = 0; way < 4; ++way) {
        Script t;
        t.in(last_ack);
        if (way == 0) t.peer_sends(ack(2));
        if (way == 1) t.peer_sends(rst(2));
        if (way == 2) t.app().aborts();
        if (way == 3) t.after(300s).takes_all();
        t.stack_is_silent();
        last_arrow(t, last_ack, closed);
    }
}

SCRIPT_TEST("TIME-WAIT > CLOSED: 2 MSL, reset, ABORT [T58] [T59] [T60]", Worlds::all) {
    for (int way = 0; way < 3; ++way) {
        Script t;
        t.in(time_wait);
        if (way == 0) t.after(60s);
        if (way == 1) t.peer_sends(rst(2));
        if (way == 2) t.app().aborts();
        t.stack_is_silent();
        last_arrow(t, time_wait, closed);
    }
}

SCRIPT_TEST("TIME-WAIT > SYN-RECEIVED: a new SYN is accepted [T25] [T61]", Worlds::all) {
    Script t{{.settings = no_cookies}};
    t.in(time_wait)
        .after(10ms)
        .peer_sends(syn().seq(1000))
        .stack_sends(syn_ack().new_iss())
        .state_is(syn_received);
    t.peer_sends(rst(1)).stack_is_silent().state_is(time_wait);
}

SCRIPT_TEST("a connection is TIME-WAIT only after both FINs: no reset of ours leads there [T62] [D-7]",
            Worlds::all) {
    for (const State state : {established, fin_wait_1, fin_wait_2, close_wait}) {
        Script t;
        t.in(state).app().aborts();
        t.takes_all();
        t.state_is(closed);
        CHECK(t.stack().tcp_open() == 0);
    }
}

}  // namespace sluice::test
