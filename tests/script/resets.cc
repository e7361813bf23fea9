// Resets and challenge ACKs in the synchronized states. RFC 9293 3.5.2-3, 3.10.7.4; RFC 5961; states.md scenarios 16-18, 22.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::array later_states{State::syn_received, State::established, State::fin_wait_1,
                                  State::fin_wait_2,   State::close_wait,  State::closing,
                                  State::last_ack,     State::time_wait};

Pos rcv_nxt(State state) { return state == State::close_wait || state >= State::closing ? 2 : 1; }

}  // namespace

SCRIPT_TEST(
    "a reset inside the window but not at rcv.nxt draws a challenge ACK in every later state [scenario 16] "
    "[U-13] [R5961-1] [R5961-2]",
    Worlds::all) {
    for (const State state : later_states) {
        Script t;
        t.in(state);
        const Pos rcv = rcv_nxt(state), nxt = t.flow().highest_sent;
        t.peer_sends(rst(rcv + 1)).stack_sends(ack(rcv).seq(nxt)).state_is(state);
        t.peer_sends(rst(t.edge() - 1)).stack_sends(ack(rcv).seq(nxt)).state_is(state);
        t.peer_sends(rst(rcv - 1)).stack_is_silent().state_is(state);
        t.peer_sends(rst(t.edge())).stack_is_silent().state_is(state);
        t.peer_sends(rst(rcv).ack(nxt + 77777)).stack_is_silent().state_is(State::closed);
    }
}

SCRIPT_TEST("a challenge ACK of a half-open connection announces no more than its SYN,ACK did [R7323-5]",
            Worlds::all) {
    Script t;
    t.in(State::syn_received);
    const Pos edge = t.edge();
    t.peer_sends(rst(2)).stack_sends(ack(1).seq(1));
    CHECK(t.edge() - edge < 128);  // Rounding only.
}

SCRIPT_TEST("the application learns of a reset, and what it read before stays [U-12] [MUST-12] [T28]",
            Worlds::all) {
    Script t;
    t.established();
    t.app().writes(10);
    t.stack_sends(data(1, 10));
    t.peer_sends(rst(1)).stack_is_silent().state_is(State::closed);
    t.app().is_ready(&Readiness::error).is_ready(&Readiness::readable).is_ready(&Readiness::writable);
    t.app().read_fails(Error::reset).reads_end();
    t.stack_is_silent_for(10min);
}

SCRIPT_TEST("a FIN ends the stream without an error [MUST-12]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(fin(1)).stack_sends(ack(2));
    t.app().reads_end().error_is(Error::none).reads_end();
}

SCRIPT_TEST("a reset in CLOSING, LAST-ACK and TIME-WAIT ends the connection silently [T51] [T55] [T59]",
            Worlds::all) {
    for (const State state : {State::closing, State::last_ack, State::time_wait}) {
        Script t;
        t.in(state).peer_sends(rst(2)).stack_is_silent().state_is(State::closed);
        t.app().error_is(state == State::time_wait ? Error::none : t.app().socket().take_error());
    }
}

SCRIPT_TEST("a reset with text is a reset, and the text is not delivered [SHLD-2]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(rst(1).len(20)).stack_is_silent().state_is(State::closed);
    t.app().read_fails(Error::reset).reads_end();
}

SCRIPT_TEST("a SYN in a synchronized state is challenged wherever it lies [scenario 17] [U-14] [R5961-3]",
            Worlds::all) {
    for (const State state : later_states) {
        if (state == State::syn_received || state == State::time_wait) continue;
        Script t;
        t.in(state);
        const Pos rcv = rcv_nxt(state), nxt = t.flow().highest_sent;
        for (const Pos at : {rcv, rcv + 1, rcv - 1, rcv - 0x7fffffff})
            t.peer_sends(syn().seq(at)).stack_sends(ack(rcv).seq(nxt)).state_is(state);
        t.peer_sends(syn().seq(rcv).ack(nxt).fin().len(10)).stack_sends(ack(rcv).seq(nxt)).state_is(state);
    }
}

SCRIPT_TEST("challenge ACKs are throttled: ten in five seconds, per connection [R5961-7] [R5961-8] [D-11]",
            Worlds::all) {
    Script t;
    t.established();
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack().ack(1)).peer_sends(ack(1));
    t.on_flow(0);
    for (int i = 0; i < 100; ++i) {
        t.peer_sends(rst(2 + i));
        if (i < 10) t.stack_sends(ack(1).seq(1));
        t.stack_is_silent();
    }
    t.on_flow(1).peer_sends(rst(2)).stack_sends(ack(1).seq(1));
    t.on_flow(0).after(5s);
    for (int i = 0; i < 20; ++i) {
        t.peer_sends(syn());
        if (i < 10) t.stack_sends(ack(1).seq(1));
        t.stack_is_silent();
    }
    t.state_is(State::established);
}

SCRIPT_TEST(
    "data whose ACK was never sent or is far too old is refused [scenario 18] [U-18] [U-21] [R5961-5]",
    Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(1, 10).ack(2)).stack_sends(ack(1).seq(1));
    t.peer_sends(data(1, 10).ack(1 - 64001)).stack_sends(ack(1).seq(1));
    t.app().reads_nothing();
    t.peer_sends(data(1, 10).ack(1 - 64000)).stack_sends_after(40ms, ack(11));
    t.app().reads_all(10);
}

SCRIPT_TEST("the largest window ever seen bounds old ACKs, not the window now [R5961-6]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(ack(1).win(100));
    t.peer_sends(data(1, 10).ack(1 - 64001)).stack_sends(ack(1).seq(1));
    t.peer_sends(data(1, 10).ack(1 - 64000)).stack_sends_after(40ms, ack(11));
}

SCRIPT_TEST("without the check of old ACKs any old ACK is taken [MAY-12]", Worlds::all) {
    Script t{{.settings = [](tcp::Settings& s) { s.check_old_acks = false; }}};
    t.established();
    t.peer_sends(data(1, 10).ack(1 - 100000)).stack_sends_after(40ms, ack(11));
}

SCRIPT_TEST("a reset is believed while our window is zero, and only at rcv.nxt [scenario 22] [MUST-66]",
            Worlds::all) {
    for (const Pos beyond : {0, 1}) {
        Script t{{.socket = [](TcpOptions& o) { o.receive_buffer = 1000; }}};
        t.established();
        t.peer_sends(data(1, 1000));
        t.stack_sends_within(0ms, 499ms, ack(1001).win(0));
        t.peer_sends(rst(1001 + beyond)).stack_is_silent();
        t.state_is(beyond == 0 ? State::closed : State::established);
        t.app().aborts();
        t.takes_all();
    }
}

SCRIPT_TEST("a SYN with good data delivers nothing: the order of the steps [5.2]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(syn().seq(1).ack(1).len(10)).stack_sends(ack(1).seq(1));
    t.app().reads_nothing();
}

SCRIPT_TEST("ABORT in the states that have sent: one reset at snd.nxt [U-15] [T20] [T29] [T37] [T42] [T47]",
            Worlds::all) {
    for (const State state :
         {State::syn_received, State::established, State::fin_wait_1, State::fin_wait_2, State::close_wait}) {
        Script t{{.active = state == State::syn_received}};
        t.in(state);
        const Pos nxt = t.flow().highest_sent;
        t.app().aborts();
        t.stack_sends(rst(nxt)).stack_is_silent().state_is(State::closed);
        t.peer_sends(ack(nxt).seq(1)).stack_sends(rst(nxt));
    }
}

SCRIPT_TEST("ABORT in the other states: nothing is sent [3.6] [T07] [T11] [T52] [T56] [T60]", Worlds::all) {
    for (const State state : {State::syn_sent, State::closing, State::last_ack, State::time_wait}) {
        Script t;
        t.in(state).app().aborts();
        t.stack_is_silent().state_is(State::closed).stack_is_silent_for(5min);
    }
    Script t;
    t.in(State::listen).app().closes_listener();
    t.stack_is_silent().state_is(State::closed);
    t.peer_sends(syn()).stack_sends(rst(0).seq_raw(0).ack(1));
}

SCRIPT_TEST("ABORT throws away what is queued [U-15]", Worlds::all) {
    Script t{{.mss = 500, .window = 1000}};
    t.established();
    t.app().writes(3000);
    t.stack_sends(data(1, 500)).stack_sends(data(501, 500));
    t.app().aborts();
    t.stack_sends(rst(1001)).stack_is_silent_for(10min);
}

SCRIPT_TEST("linger of zero makes close() an abort", Worlds::all) {
    Script t{{.socket = [](TcpOptions& o) { o.linger = 0s; }}};
    t.established();
    t.app().closes();
    t.stack_sends(rst(1)).state_is(State::closed);
}

SCRIPT_TEST("resets for segments of no connection are limited in number", Worlds::numbers) {
    Script t{{.settings = [](tcp::Settings& s) { s.resets_per_second = 20; }}};
    std::size_t resets = 0;
    for (int i = 0; i < 100; ++i) {
        t.peer_sends(ack().ack_raw(77));
        resets += t.takes_all().size();
    }
    CHECK(resets >= 1);
    CHECK(resets <= 40);
    CHECK(t.stack().counters().drops(Reason::tcp_reset_rate_limited) == 100 - resets);
}

SCRIPT_TEST("SYNs are throttled wherever they lie, also beyond the window [R5961-3] [R5961-7]", Worlds::all) {
    Script t;
    t.established();
    for (int i = 0; i < 30; ++i) {
        t.peer_sends(syn().seq(t.edge() + 1000 + i));
        if (i < 10) t.stack_sends(ack(1).seq(1));
        t.stack_is_silent();
    }
    t.state_is(State::established);
}

SCRIPT_TEST("the throttle opens again after its period in SYN-RECEIVED and TIME-WAIT too [R5961-7] [D-11]",
            Worlds::numbers) {
    for (const State state : {State::syn_received, State::time_wait}) {
        Script t{{.settings = [](tcp::Settings& s) { s.challenge_period = 100ms; }}};
        t.in(state);
        for (int period = 0; period < 3; ++period) {
            std::size_t answers = 0;
            for (int i = 0; i < 20; ++i) answers += t.peer_sends(rst(rcv_nxt(state) + 1)).takes_all().size();
            CHECK(answers == 10);
            t.after(100ms).stack_is_silent();
        }
    }
}

// docs/decisions/0023: each would find the other's answer unacceptable.
SCRIPT_TEST(
    "two ends out of step do not answer each other's ACKs for ever: ten in a period "
    "[R5961-7]",
    Worlds::all) {
    for (const State state :
         {State::syn_received, State::established, State::fin_wait_2, State::last_ack, State::time_wait}) {
        Script t{{.settings = [](tcp::Settings& s) { s.challenge_period = 1s; }}};
        t.in(state);
        const Pos rcv = rcv_nxt(state);
        std::size_t answers = 0;
        for (int i = 0; i < 100; ++i) answers += t.peer_sends(ack(1).seq(rcv - 1000)).takes_all().size();
        CHECK(answers == 10);
        t.state_is(state).after(1s).takes_all();
        CHECK(t.peer_sends(ack(1).seq(rcv - 1000)).takes_all().size() == 1);
    }
}

SCRIPT_TEST("what carries text is answered every time: it ends by itself [R5961-7]", Worlds::all) {
    Script t;
    t.established();
    for (int i = 0; i < 30; ++i) t.peer_sends(data(-999, 10)).stack_sends(ack(1).seq(1));
}

// Found by the simulator: the application saw an end, and not what had come before it.
SCRIPT_TEST("what came before the peer's FIN can be read after a reset in LAST-ACK or CLOSING [3.10.7.4]",
            Worlds::all) {
    for (const bool peer_first : {true, false}) {
        Script t;
        t.established();
        if (peer_first) t.peer_sends(data(1, 10).fin()).stack_sends(ack(12));
        t.app().shuts_down();
        t.stack_sends(fin(1));
        if (!peer_first) t.peer_sends(data(1, 10).ack(1).fin()).stack_sends(ack(12));
        t.state_is(peer_first ? State::last_ack : State::closing);
        t.peer_sends(rst(12)).stack_is_silent().state_is(State::closed);
        t.app().reads(10).reads_end();
    }
}
