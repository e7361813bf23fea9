// RFC 9293 figure 5 and the prose around it, one line per arrow. States move by this table only; an event that has no
// arrow from a state is our own mistake. Numbers in comments are the rows of the project's list of legal transitions.
//
// Listeners stay in LISTEN and each SYN makes a child (D-8), so LISTEN -> SYN-RECEIVED is not here.
#pragma once

#include <optional>

#include "base/check.h"
#include "base/trace_record.h"

namespace sluice::tcp {

struct Edge {
    State from;
    Event event;
    State to;
};

inline constexpr Edge edges[]{
    Edge{State::closed, Event::passive_open, State::listen},        // T01
    Edge{State::closed, Event::active_open, State::syn_sent},       // T02
    Edge{State::closed, Event::syn_admitted, State::syn_received},  // T03
    Edge{State::closed, Event::cookie_valid, State::established},   // T04
    Edge{State::listen, Event::close_call, State::closed},          // T07
    Edge{State::listen, Event::abort_call, State::closed},          // T07

    Edge{State::syn_sent, Event::syn_acked, State::established},     // T08
    Edge{State::syn_sent, Event::syn_arrives, State::syn_received},  // T09
    Edge{State::syn_sent, Event::close_call, State::closed},         // T10
    Edge{State::syn_sent, Event::abort_call, State::closed},         // T11
    Edge{State::syn_sent, Event::refused, State::closed},            // T12
    Edge{State::syn_sent, Event::user_timeout, State::closed},       // T13
    Edge{State::syn_sent, Event::unreachable, State::closed},        // T14

    Edge{State::syn_received, Event::ack_of_syn, State::established},    // T15
    Edge{State::syn_received, Event::old_duplicate, State::closed},      // T18
    Edge{State::syn_received, Event::reset_arrives, State::closed},      // T19
    Edge{State::syn_received, Event::abort_call, State::closed},         // T20
    Edge{State::syn_received, Event::user_timeout, State::closed},       // T21
    Edge{State::syn_received, Event::half_open_expired, State::closed},  // T21
    Edge{State::syn_received, Event::unreachable, State::closed},        // T22
    Edge{State::syn_received, Event::listener_closed, State::closed},    // T22
    Edge{State::syn_received, Event::close_call, State::fin_wait_1},     // T23

    Edge{State::established, Event::close_call, State::fin_wait_1},    // T26
    Edge{State::established, Event::fin_arrives, State::close_wait},   // T27
    Edge{State::established, Event::reset_arrives, State::closed},     // T28
    Edge{State::established, Event::abort_call, State::closed},        // T29
    Edge{State::established, Event::listener_closed, State::closed},   // T29: an unaccepted child is aborted
    Edge{State::established, Event::user_timeout, State::closed},      // T30
    Edge{State::established, Event::keepalive_failed, State::closed},  // T31
    Edge{State::established, Event::unread_data, State::closed},       // T32

    Edge{State::fin_wait_1, Event::ack_of_fin, State::fin_wait_2},    // T33
    Edge{State::fin_wait_1, Event::fin_arrives, State::closing},      // T34
    Edge{State::fin_wait_1, Event::reset_arrives, State::closed},     // T36
    Edge{State::fin_wait_1, Event::abort_call, State::closed},        // T37
    Edge{State::fin_wait_1, Event::user_timeout, State::closed},      // T38
    Edge{State::fin_wait_1, Event::data_after_close, State::closed},  // T39
    Edge{State::fin_wait_1, Event::unread_data, State::closed},       // T39

    Edge{State::fin_wait_2, Event::fin_arrives, State::time_wait},    // T40
    Edge{State::fin_wait_2, Event::reset_arrives, State::closed},     // T41
    Edge{State::fin_wait_2, Event::abort_call, State::closed},        // T42
    Edge{State::fin_wait_2, Event::user_timeout, State::closed},      // T43
    Edge{State::fin_wait_2, Event::data_after_close, State::closed},  // T44
    Edge{State::fin_wait_2, Event::unread_data, State::closed},       // T44
    Edge{State::fin_wait_2, Event::fin_wait_2_idle, State::closed},   // T44
    Edge{State::fin_wait_2, Event::keepalive_failed, State::closed},  // T44

    Edge{State::close_wait, Event::fin_sent, State::last_ack},        // T45
    Edge{State::close_wait, Event::reset_arrives, State::closed},     // T46
    Edge{State::close_wait, Event::abort_call, State::closed},        // T47
    Edge{State::close_wait, Event::listener_closed, State::closed},   // T47
    Edge{State::close_wait, Event::user_timeout, State::closed},      // T48
    Edge{State::close_wait, Event::unread_data, State::closed},       // T49
    Edge{State::close_wait, Event::keepalive_failed, State::closed},  // T49

    Edge{State::closing, Event::ack_of_fin, State::time_wait},  // T50
    Edge{State::closing, Event::reset_arrives, State::closed},  // T51
    Edge{State::closing, Event::abort_call, State::closed},     // T52
    Edge{State::closing, Event::user_timeout, State::closed},   // T53

    Edge{State::last_ack, Event::ack_of_fin, State::closed},     // T54
    Edge{State::last_ack, Event::reset_arrives, State::closed},  // T55
    Edge{State::last_ack, Event::abort_call, State::closed},     // T56
    Edge{State::last_ack, Event::user_timeout, State::closed},   // T57

    Edge{State::time_wait, Event::time_wait_over, State::closed},    // T58
    Edge{State::time_wait, Event::reset_arrives, State::closed},     // T59
    Edge{State::time_wait, Event::abort_call, State::closed},        // T60
    Edge{State::time_wait, Event::syn_reuses, State::syn_received},  // T61
};

constexpr std::optional<State> arrow(State from, Event event) {
    for (const Edge& edge : edges)
        if (edge.from == from && edge.event == event) return edge.to;
    return std::nullopt;
}

// Where `event` leads. An arrow that is not in the table stops the program.
constexpr State after(State from, Event event) {
    const std::optional<State> to = arrow(from, event);
    SLUICE_CHECK(to.has_value());
    return *to;
}

// RFC 9293 3.4.1: both sides know each other's numbers.
constexpr bool is_synchronized(State state) { return state >= State::established; }

// States in which the application may still be given new octets from the peer.
constexpr bool takes_text(State state) {
    return state == State::established || state == State::fin_wait_1 || state == State::fin_wait_2;
}

// States in which data or a FIN may have to be sent.
constexpr bool may_transmit(State state) {
    return state == State::established || state == State::close_wait || state == State::fin_wait_1 ||
           state == State::closing || state == State::last_ack;
}

// Our side is closed: SEND answers "connection closing".
constexpr bool is_write_closed(State state) {
    return state == State::fin_wait_1 || state == State::fin_wait_2 || state == State::closing ||
           state == State::last_ack || state == State::time_wait;
}

}  // namespace sluice::tcp
