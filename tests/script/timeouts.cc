// What time does to each state: retransmission, user timeout, R1 and R2, half-open and idle limits. RFC 9293 3.8.3,
// 3.10.8; states.md section 4.
#include <array>

#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::array waiting_states{State::syn_sent,   State::syn_received, State::established,
                                    State::fin_wait_1, State::close_wait,   State::closing,
                                    State::last_ack};

// `state` with something of ours unacknowledged: the SYN, ten octets, or the FIN.
Segment outstanding(Script& t, State state) {
    t.in(state);
    switch (state) {
        case State::syn_sent: return syn();
        case State::syn_received: return syn_ack().ack(1);
        case State::established:
        case State::close_wait:
            t.app().writes(10);
            t.stack_sends(data(1, 10));
            return data(1, 10);
        default: return fin(1);
    }
}

ScriptOptions with_timeout(Duration timeout) {
    return {.active = true, .socket = [timeout](TcpOptions& o) { o.user_timeout = timeout; }};
}

}  // namespace

SCRIPT_TEST(
    "a retransmission timeout resends the first segment and doubles, in every state [4.1] [U-26] [R6298-15]",
    Worlds::all) {
    for (const State state : waiting_states) {
        Script t{{.active = true}};
        const Segment first = outstanding(t, state);
        t.stack_sends_after(1s, first).stack_sends_after(2s, first).stack_sends_after(4s, first).state_is(
            state);
        t.stack_sends_after(8s, first);
    }
}

SCRIPT_TEST("nothing is resent where nothing is outstanding [4.1]", Worlds::all) {
    for (const State state : {State::listen, State::established, State::fin_wait_2, State::close_wait}) {
        Script t;
        t.in(state).stack_is_silent_for(1h).state_is(state == State::listen ? State::listen : state);
    }
}

SCRIPT_TEST(
    "the user timeout ends the connection in every state, with an error [scenario 23] [U-25] [MUST-21] "
    "[T13] [T21] [T30] [T38] [T48] [T53] [T57]",
    Worlds::all) {
    for (const State state : waiting_states) {
        Script t(with_timeout(10s));
        outstanding(t, state);
        t.after(10s - 1ms).takes_all();
        t.state_is(state).after(1ms).takes_all();
        t.state_is(State::closed);
        t.app().is_ready(&Readiness::error).error_is(Error::timed_out).error_is(Error::none);
        t.stack_is_silent_for(10min);
    }
}

SCRIPT_TEST("without an own value the user timeout is five minutes [U-25] [SHLD-11]", Worlds::numbers) {
    Script t;
    t.established();
    t.app().writes(10);
    t.stack_sends(data(1, 10)).after(99900ms).takes_all();
    t.state_is(State::established).after(300s - 99900ms - 1ms).takes_all();
    t.state_is(State::established).after(1ms).takes_all();
    t.state_is(State::closed);
    t.app().read_fails(Error::timed_out).reads_end();
}

SCRIPT_TEST("a user timeout without end never gives up, and a sibling keeps its own [MUST-21]",
            Worlds::numbers) {
    Script t;
    t.established();
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1));
    t.app(1).accepts();
    t.on_flow(0).app().sets([](TcpOptions& o) { o.user_timeout = Duration::max(); });
    t.app(0).writes(10);
    t.stack_sends(data(1, 10));
    t.on_flow(1).app(1).writes(10);
    t.stack_sends(data(1, 10));
    t.after(24h).takes_all();
    t.on_flow(0).state_is(State::established).on_flow(1).state_is(State::closed);
}

SCRIPT_TEST("any progress begins the user timeout anew [MUST-21]", Worlds::numbers) {
    Script t(with_timeout(10s));
    t.established();
    t.app().writes(2920);
    t.stack_sends(data(1, 1460)).stack_sends(data(1461, 1460)).after(9s).takes_all();
    t.peer_sends(ack(1461)).takes_all();
    t.after(9s).takes_all();
    t.state_is(State::established).after(1s).takes_all();
    t.state_is(State::closed);
}

SCRIPT_TEST("a SYN is tried for three minutes by default [MUST-22] [MUST-23]", Worlds::numbers) {
    Script t;
    t.in(State::syn_sent);
    t.after(179900ms).takes_all();
    t.state_is(State::syn_sent).after(100ms).takes_all();
    t.state_is(State::closed);
    t.app().error_is(Error::timed_out);
    t.stack_is_silent_for(10min);
}

SCRIPT_TEST("the application may shorten the attempt to open [MUST-23]", Worlds::numbers) {
    Script t(with_timeout(20s));
    t.in(State::syn_sent).after(20s).takes_all();
    t.state_is(State::closed);
}

SCRIPT_TEST(
    "R1: the third retransmission is told once, the connection goes on [MUST-20] [SHLD-9] [SHLD-10] "
    "[MUST-47]",
    Worlds::numbers) {
    Script t;
    t.established();
    t.app().writes(10).forget_told();
    t.stack_sends(data(1, 10)).stack_sends_after(1s, data(1, 10)).stack_sends_after(2s, data(1, 10));
    t.app().was_told(0).error_is(Error::none);
    t.stack_sends_after(4s, data(1, 10)).app().was_told(1);
    CHECK(t.app().socket().take_error() != Error::none);
    t.stack_sends_after(8s, data(1, 10))
        .stack_sends_after(16s, data(1, 10))
        .app()
        .was_told(0)
        .error_is(Error::none);
    t.state_is(State::established).peer_sends(ack(11)).stack_is_silent();
}

SCRIPT_TEST("R1 is told while opening too [MUST-22]", Worlds::numbers) {
    Script t;
    t.in(State::syn_sent).app().forget_told();
    t.after(31s).takes_all();
    t.app().was_told(1);
    t.state_is(State::syn_sent);
}

SCRIPT_TEST("reports of soft errors can be switched off [SHLD-9] [SHLD-20]", Worlds::numbers) {
    Script t{{.socket = [](TcpOptions& o) { o.report_soft_errors = false; }}};
    t.established();
    t.app().writes(10).forget_told();
    t.stack_sends(data(1, 10)).after(31s).takes_all();
    t.app().was_told(0).error_is(Error::none);
    t.state_is(State::established);
}

SCRIPT_TEST("a passive child that is never acknowledged dies silently [4.1 SRC]", Worlds::numbers) {
    Script t{{.settings = [](tcp::Settings& s) { s.half_open_lifetime = 30s; }}};
    t.in(State::syn_received).after(30s - 1ms).takes_all();
    t.state_is(State::syn_received).after(1ms).takes_all();
    t.state_is(State::closed);
    t.app().accept_finds_nothing();
}

SCRIPT_TEST("data goes on being delivered after close() until the user timeout [U-27] [T38]",
            Worlds::numbers) {
    Script t(with_timeout(20s));
    t.established();
    t.app().writes(10);
    t.takes_all();
    t.app().closes();
    t.takes_all();
    t.after(19s).takes_all();
    t.state_is(State::fin_wait_1).after(1s).takes_all();
    t.state_is(State::closed);
}
