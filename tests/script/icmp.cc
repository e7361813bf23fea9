// ICMP errors about segments of ours. RFC 9293 3.9.2.2; RFC 5927; RFC 5461; states.md 4.3.
#include <array>

#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

struct Kind2 {
    std::uint8_t type;
    std::uint8_t code;
};

constexpr std::array soft_errors{Kind2{3, 0},  Kind2{3, 1},  Kind2{3, 5},
                                 Kind2{11, 0}, Kind2{11, 1}, Kind2{12, 0}};
constexpr std::array hard_errors{Kind2{3, 2}, Kind2{3, 3}};
constexpr std::array states_with_flight{State::established, State::fin_wait_1, State::close_wait,
                                        State::closing, State::last_ack};

// `state` with something of ours at position 1 in flight.
void in_flight(Script& t, State state) {
    t.in(state);
    if (state == State::established || state == State::close_wait) {
        t.app().writes(10);
        t.stack_sends(data(1, 10));
    }
    t.app().forget_told();
}

}  // namespace

SCRIPT_TEST("soft errors are reported and end nothing [MUST-56] [SHLD-25] [MUST-47]", Worlds::numbers) {
    for (const State state : states_with_flight) {
        for (const Kind2 error : soft_errors) {
            Script t;
            in_flight(t, state);
            t.icmp_arrives(error.type, error.code, 1).stack_is_silent().state_is(state);
            t.app().was_told(1);
            CHECK(t.app().socket().take_error() != Error::none);
            t.stack_sends_after(
                1s, state == State::established || state == State::close_wait ? data(1, 10) : fin(1));
        }
    }
}

SCRIPT_TEST("soft errors do not stop an opening [MUST-56] [R5927-7]", Worlds::numbers) {
    for (const Kind2 error : soft_errors) {
        Script t;
        t.in(State::syn_sent)
            .icmp_arrives(error.type, error.code, 0)
            .stack_is_silent()
            .state_is(State::syn_sent);
        t.stack_sends_after(1s, syn());
        Script u;
        u.in(State::syn_received).icmp_arrives(error.type, error.code, 0).stack_is_silent();
        u.state_is(State::syn_received).stack_sends_after(1s, syn_ack());
    }
}

SCRIPT_TEST("reports can be switched off [SHLD-20]", Worlds::numbers) {
    Script t{{.socket = [](TcpOptions& o) { o.report_soft_errors = false; }}};
    in_flight(t, State::established);
    t.icmp_arrives(3, 1, 1)
        .stack_is_silent()
        .state_is(State::established)
        .app()
        .was_told(0)
        .error_is(Error::none);
}

SCRIPT_TEST("a hard error refuses an active open [SHLD-26] [T14] [4.3]", Worlds::numbers) {
    for (const Kind2 error : hard_errors) {
        Script t;
        t.in(State::syn_sent)
            .icmp_arrives(error.type, error.code, 0)
            .stack_is_silent()
            .state_is(State::closed);
        t.app().error_is(Error::refused);
        t.stack_is_silent_for(10min);
    }
}

SCRIPT_TEST("a hard error ends a simultaneous open and deletes a passive child [T22] [4.3]",
            Worlds::numbers) {
    for (const bool active : {true, false}) {
        Script t{{.active = active}};
        t.in(State::syn_received).icmp_arrives(3, 3, 0).stack_is_silent().state_is(State::closed);
        if (active) t.app().error_is(Error::refused);
        t.stack_is_silent_for(10min);
    }
}

SCRIPT_TEST("in synchronized states a hard error is a soft one [SHLD-26] [R5927-2]", Worlds::numbers) {
    for (const State state : states_with_flight) {
        for (const Kind2 error : hard_errors) {
            Script t;
            in_flight(t, state);
            t.icmp_arrives(error.type, error.code, 1).stack_is_silent().state_is(state).app().was_told(1);
        }
    }
}

SCRIPT_TEST("an error must quote what is in flight [R5927-1]", Worlds::numbers) {
    Script t;
    t.established().app().writes(10);
    t.stack_sends(data(1, 10)).peer_sends(ack(11));
    t.app().writes(10);
    t.stack_sends(data(11, 10)).app().forget_told();
    for (const Pos outside : {Pos{10}, Pos{1}, Pos{21}, Pos{1000}}) {
        t.icmp_arrives(3, 1, outside).app().was_told(0).error_is(Error::none);
    }
    CHECK(t.stack().counters().drops(Reason::icmp_out_of_window) == 4);
    for (const Pos inside : {Pos{11}, Pos{20}})
        t.icmp_arrives(3, 1, inside).app().error_is(Error::host_unreachable);
}

SCRIPT_TEST("an error about an old SYN number does not refuse an opening [R5927-1]", Worlds::numbers) {
    Script t;
    t.in(State::syn_sent);
    for (const Pos outside : {Pos{-1}, Pos{1}}) t.icmp_arrives(3, 3, outside).state_is(State::syn_sent);
    t.icmp_arrives(3, 3, 0).state_is(State::closed);
}

SCRIPT_TEST("an error reaches the connection it quotes and no other [MUST-54]", Worlds::numbers) {
    Script t;
    t.established();
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1));
    t.app(1).accepts().writes(10);
    t.stack_sends(data(1, 10));
    t.on_flow(0).app(0).writes(10);
    t.stack_sends(data(1, 10));
    t.app(0).forget_told();
    t.app(1).forget_told();
    t.on_flow(1).icmp_arrives(3, 1, 1);
    t.app(0).was_told(0).error_is(Error::none);
    t.app(1).was_told(1).error_is(Error::host_unreachable);
    t.on_flow(2).icmp_arrives(3, 1, 1);
    CHECK(t.stack().counters().drops(Reason::icmp_no_connection) == 1);
}

SCRIPT_TEST("source quench is discarded silently [MUST-55] [R5927-3]", Worlds::numbers) {
    Script t;
    in_flight(t, State::established);
    const std::uint32_t window = t.info().cwnd;
    t.icmp_arrives(4, 0, 1)
        .stack_is_silent()
        .state_is(State::established)
        .app()
        .was_told(0)
        .error_is(Error::none);
    CHECK(t.info().cwnd == window);
    CHECK(t.stack().counters().drops(Reason::icmp_source_quench) == 1);
}

SCRIPT_TEST("errors are ignored in TIME-WAIT and by listeners [4.3]", Worlds::numbers) {
    for (const State state : {State::listen, State::time_wait}) {
        Script t;
        t.in(state);
        for (const Kind2 error : {Kind2{3, 1}, Kind2{3, 3}, Kind2{11, 0}})
            t.icmp_arrives(error.type, error.code, 1);
        t.stack_is_silent().state_is(state);
    }
}

SCRIPT_TEST("a recorded soft error names the cause when time runs out [R5927-8] [SHLD-25]", Worlds::numbers) {
    Script t{{.socket = [](TcpOptions& o) { o.user_timeout = 10s; }}};
    in_flight(t, State::established);
    t.icmp_arrives(3, 1, 1);
    t.after(10s).takes_all();
    t.state_is(State::closed).app().error_is(Error::host_unreachable);
}

SCRIPT_TEST("no answer to ARP is told like an unreachable host and ends nothing that is open",
            Worlds::numbers) {
    Script t{{.answer_arp = false}};
    t.app().connects();
    t.stack_is_silent().state_is(State::syn_sent).after(30s).takes_all();
    CHECK(t.stack().counters().drops(Reason::arp_failed) > 0);
    t.after(180s).takes_all();
    t.state_is(State::closed);
    CHECK(t.app().socket().take_error() != Error::none);
}
