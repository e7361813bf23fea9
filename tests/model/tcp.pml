/*
 * Opening and closing of a connection between two parties, as stack/tcp does it: RFC 9293 3.5, 3.6 and 3.10, without text.
 *
 * A party has a connection (st[0], st[1]) and perhaps a listener (st[2], st[3]). Numbers count what takes one up: SYN is 0,
 * FIN is 1. The network loses and doubles a bounded number of segments, and overflows; that is what "fair" means here. A
 * retransmission comes when nothing is under way, and a few times too early.
 *
 * Checked (tests/model/check): every event that is raised has an arrow in the table; when nothing can happen any more both are
 * closed; and both are closed for good in the end, whoever opens and closes when.
 *
 * The table is that of stack/tcp/state.h, row by row; tests/model/compare holds them against each other.
 */
#ifndef LOSSES
#define LOSSES 2
#endif
#ifndef DOUBLES
#define DOUBLES 1
#endif
#ifndef EARLY
#define EARLY 1
#endif

mtype:state = { closed, listen, syn_sent, syn_received, established, fin_wait_1, fin_wait_2, close_wait, closing, last_ack, time_wait };
mtype:event = {
    passive_open, active_open, syn_admitted, cookie_valid, close_call, abort_call, syn_acked, syn_arrives,
    refused, user_timeout, unreachable, ack_of_syn, old_duplicate, reset_arrives, half_open_expired,
    listener_closed, fin_arrives, keepalive_failed, unread_data, ack_of_fin, data_after_close, fin_wait_2_idle,
    fin_sent, time_wait_over, syn_reuses
};

mtype:state st[4] = closed;

#define ARROW(from, event, to) :: d_step { st[record] == from && what == event -> st[record] = to }

/* An event without an arrow from the present state is our own mistake. */
inline move(record, what) {
    if
    ARROW(closed, passive_open, listen)
    ARROW(closed, active_open, syn_sent)
    ARROW(closed, syn_admitted, syn_received)
    ARROW(closed, cookie_valid, established)
    ARROW(listen, close_call, closed)
    ARROW(listen, abort_call, closed)
    ARROW(syn_sent, syn_acked, established)
    ARROW(syn_sent, syn_arrives, syn_received)
    ARROW(syn_sent, close_call, closed)
    ARROW(syn_sent, abort_call, closed)
    ARROW(syn_sent, refused, closed)
    ARROW(syn_sent, user_timeout, closed)
    ARROW(syn_sent, unreachable, closed)
    ARROW(syn_received, ack_of_syn, established)
    ARROW(syn_received, old_duplicate, closed)
    ARROW(syn_received, reset_arrives, closed)
    ARROW(syn_received, abort_call, closed)
    ARROW(syn_received, user_timeout, closed)
    ARROW(syn_received, half_open_expired, closed)
    ARROW(syn_received, unreachable, closed)
    ARROW(syn_received, listener_closed, closed)
    ARROW(syn_received, close_call, fin_wait_1)
    ARROW(established, close_call, fin_wait_1)
    ARROW(established, fin_arrives, close_wait)
    ARROW(established, reset_arrives, closed)
    ARROW(established, abort_call, closed)
    ARROW(established, listener_closed, closed)
    ARROW(established, user_timeout, closed)
    ARROW(established, keepalive_failed, closed)
    ARROW(established, unread_data, closed)
    ARROW(fin_wait_1, ack_of_fin, fin_wait_2)
    ARROW(fin_wait_1, fin_arrives, closing)
    ARROW(fin_wait_1, reset_arrives, closed)
    ARROW(fin_wait_1, abort_call, closed)
    ARROW(fin_wait_1, user_timeout, closed)
    ARROW(fin_wait_1, data_after_close, closed)
    ARROW(fin_wait_1, unread_data, closed)
    ARROW(fin_wait_2, fin_arrives, time_wait)
    ARROW(fin_wait_2, reset_arrives, closed)
    ARROW(fin_wait_2, abort_call, closed)
    ARROW(fin_wait_2, user_timeout, closed)
    ARROW(fin_wait_2, data_after_close, closed)
    ARROW(fin_wait_2, unread_data, closed)
    ARROW(fin_wait_2, fin_wait_2_idle, closed)
    ARROW(fin_wait_2, keepalive_failed, closed)
    ARROW(close_wait, fin_sent, last_ack)
    ARROW(close_wait, reset_arrives, closed)
    ARROW(close_wait, abort_call, closed)
    ARROW(close_wait, listener_closed, closed)
    ARROW(close_wait, user_timeout, closed)
    ARROW(close_wait, unread_data, closed)
    ARROW(close_wait, keepalive_failed, closed)
    ARROW(closing, ack_of_fin, time_wait)
    ARROW(closing, reset_arrives, closed)
    ARROW(closing, abort_call, closed)
    ARROW(closing, user_timeout, closed)
    ARROW(last_ack, ack_of_fin, closed)
    ARROW(last_ack, reset_arrives, closed)
    ARROW(last_ack, abort_call, closed)
    ARROW(last_ack, user_timeout, closed)
    ARROW(time_wait, time_wait_over, closed)
    ARROW(time_wait, reset_arrives, closed)
    ARROW(time_wait, abort_call, closed)
    ARROW(time_wait, syn_reuses, syn_received)
    :: else -> assert(false)
    fi
}

#define SYN 1
#define ACK 2
#define FIN 4
#define RST 8
#define has(flag) ((flags & flag) != 0)

typedef Party {
    byte una;  /* the lowest number of ours that is not acknowledged */
    byte nxt;  /* the next of ours */
    byte rcv;  /* the next of the peer's; 0: its SYN has not come */
    bool is_passive;
};
Party party[2];

chan network[2] = [2] of { byte, byte, byte };  /* flags, seq, ack: towards party 0 and 1 */
byte losses = LOSSES;
byte doubles = DOUBLES;
byte early = EARLY;

#define peer (1 - me)
#define own party[me]
#define listener (2 + me)
#define is_quiet (len(network[0]) == 0 && len(network[1]) == 0)
#define is_over (st[0] == closed && st[1] == closed)

/* A full queue drops. */
inline send(f, s, a) {
    if
    :: full(network[peer])
    :: nfull(network[peer]) -> network[peer] ! f, s, a
    fi
}
inline send_ack() { send(ACK, own.nxt, own.rcv) }
inline send_syn() {
    if
    :: own.rcv == 0 -> send(SYN, 0, 0)
    :: else -> send(SYN | ACK, 0, own.rcv)
    fi
}
inline send_fin() { send(FIN | ACK, 1, own.rcv) }
inline send_reset() { send(RST, own.nxt, 0) }

/* 3.10.7.1 */
inline refuse() {
    if
    :: has(RST)
    :: !has(RST) && has(ACK) -> send(RST, ack, 0)
    :: !has(RST) && !has(ACK) -> send(RST | ACK, 0, seq + (has(SYN) -> 1 : 0) + (has(FIN) -> 1 : 0))
    fi
}

/* 3.10.7.2: the listener stays, a child begins. */
inline on_listener() {
    if
    :: has(SYN) && !has(ACK) && !has(RST) ->
        own.una = 0;
        own.nxt = 1;
        own.rcv = 1;
        own.is_passive = true;
        move(me, syn_admitted);
        send_syn()
    :: else -> refuse()
    fi
}

/* 3.10.7.3 */
inline on_syn_sent() {
    if
    :: has(ACK) && ack != 1 -> refuse()
    :: has(RST) && has(ACK) && ack == 1 -> move(me, refused)
    :: has(SYN) && !has(RST) && has(ACK) && ack == 1 ->
        own.una = 1;
        own.rcv = 1;
        move(me, syn_acked);
        send_ack()
    :: has(SYN) && !has(RST) && !has(ACK) ->
        own.rcv = 1;
        move(me, syn_arrives);
        send_syn()
    :: else /* dropped */
    fi
}

/* 3.10.7.4, second step; RFC 5961 3.2 */
inline on_reset() {
    if
    :: seq == own.rcv && st[me] == syn_received && own.is_passive -> move(me, old_duplicate)
    :: seq == own.rcv && !(st[me] == syn_received && own.is_passive) -> move(me, reset_arrives)
    :: seq > own.rcv -> send_ack()
    :: seq < own.rcv
    fi
}

/* Fifth step: what the ACK acknowledges, and what follows from it. False in `goes_on`: the segment is finished. */
inline on_ack() {
    goes_on = true;
    if
    :: st[me] == syn_received && ack != 1 ->
        send(RST, ack, 0);
        goes_on = false
    :: st[me] == syn_received && ack == 1 ->
        own.una = 1;
        move(me, ack_of_syn)
    :: st[me] != syn_received && ack > own.nxt ->
        send_ack();
        goes_on = false
    :: st[me] != syn_received && ack <= own.nxt && ack > own.una -> own.una = ack
    :: st[me] != syn_received && ack <= own.una
    fi;
    if
    :: goes_on && own.una == 2 && (st[me] == fin_wait_1 || st[me] == closing || st[me] == last_ack) ->
        goes_on = st[me] == fin_wait_1;
        move(me, ack_of_fin)
    :: else
    fi
}

/* Eighth step. */
inline on_fin() {
    if
    :: has(FIN) && seq == own.rcv && (st[me] == established || st[me] == fin_wait_1 || st[me] == fin_wait_2) ->
        own.rcv = 2;
        move(me, fin_arrives);
        send_ack()
    :: else
    fi
}

/* 3.10.7.4, with D-1 and D-2 for what begins with the peer's SYN. */
inline on_later() {
    if
    :: has(RST) -> on_reset()
    :: !has(RST) && has(SYN) && st[me] == syn_received && !has(ACK) -> send_syn()
    :: !has(RST) && has(SYN) && st[me] == syn_received && has(ACK) && !own.is_passive && ack == 1 ->
        on_ack();
        send_ack()
    :: !has(RST) && has(SYN) && (st[me] != syn_received || (has(ACK) && (own.is_passive || ack != 1))) -> send_ack()
    :: !has(RST) && !has(SYN) && seq < own.rcv -> send_ack()
    :: !has(RST) && !has(SYN) && seq >= own.rcv && !has(ACK)
    :: !has(RST) && !has(SYN) && seq >= own.rcv && has(ACK) ->
        on_ack();
        if
        :: goes_on -> on_fin()
        :: else
        fi
    fi
}

#define owes_syn (st[me] != closed && st[me] != time_wait && own.una == 0)
#define owes_fin (st[me] != closed && st[me] != time_wait && own.una == 1 && own.nxt == 2)

proctype Stack(byte me) {
    byte flags, seq, ack;
    bool goes_on;
end:
    do
    :: atomic {
        network[me] ? flags, seq, ack ->
        if
        :: st[me] == closed && st[listener] == listen -> on_listener()
        :: st[me] == closed && st[listener] != listen -> refuse()
        :: st[me] == syn_sent -> on_syn_sent()
        :: else -> on_later()
        fi;
        flags = 0;
        seq = 0;
        ack = 0
    }
    /* 3.10.8: the retransmission timer; a few times before its answer could come. */
    :: atomic {
        (owes_syn || owes_fin) && (is_quiet || early > 0) ->
        if
        :: is_quiet
        :: !is_quiet && early > 0 -> early--
        fi;
        if
        :: owes_syn -> send_syn()
        :: owes_fin -> send_fin()
        fi
    }
    /* 2 MSL are over; the model has no clock, so this may come too early as well. */
    :: atomic { st[me] == time_wait -> move(me, time_wait_over) }
    od
}

/* Opens, and closes or aborts at any time afterwards. */
proctype Application(byte me; bool listens; bool connects) {
    if
    :: listens -> atomic { move(listener, passive_open) }
    :: else
    fi;
    if
    :: connects -> atomic {
        if
        :: st[me] == closed ->
            own.una = 0;
            own.nxt = 1;
            own.rcv = 0;
            own.is_passive = false;
            move(me, active_open);
            send_syn()
        :: else /* a child of the listener has the place */
        fi
    }
    :: else
    fi;
end:
    do
    :: atomic { st[me] == syn_sent -> move(me, close_call) }
    :: atomic {
        (st[me] == syn_received && !own.is_passive) || st[me] == established ->
        own.nxt = 2;
        move(me, close_call);
        if
        :: own.una == 1 -> send_fin()
        :: else
        fi
    }
    :: atomic {
        st[me] == close_wait ->
        own.nxt = 2;
        send_fin();
        move(me, fin_sent)
    }
#ifdef ABORTS
    :: atomic {
        st[me] != closed && !(st[me] == syn_received && own.is_passive) ->
        if
        :: st[me] == syn_received || st[me] == established || st[me] == fin_wait_1 || st[me] == fin_wait_2 ||
           st[me] == close_wait -> send_reset()
        :: else
        fi;
        move(me, abort_call)
    }
    :: atomic {
        st[listener] == listen ->
        if
        :: st[me] == syn_received && own.is_passive -> move(me, listener_closed)
        :: else
        fi;
        move(listener, close_call)
    }
#endif
    od
}

proctype Network() {
    byte flags, seq, ack;
end:
    do
    :: atomic { losses > 0 && nempty(network[0]) -> network[0] ? _, _, _; losses-- }
    :: atomic { losses > 0 && nempty(network[1]) -> network[1] ? _, _, _; losses-- }
    :: atomic { doubles > 0 && nempty(network[0]) && nfull(network[0]) ->
        network[0] ? <flags, seq, ack>; network[0] ! flags, seq, ack; doubles--; flags = 0; seq = 0; ack = 0 }
    :: atomic { doubles > 0 && nempty(network[1]) && nfull(network[1]) ->
        network[1] ? <flags, seq, ack>; network[1] ! flags, seq, ack; doubles--; flags = 0; seq = 0; ack = 0 }
    od
}

/* When nothing can happen any more, both must be closed and the cables empty. */
proctype Judge() {
end:
    timeout -> assert(is_over && is_quiet)
}

init {
    bool b_listens, b_connects;
    /* Opened by one, by both at once, or in vain. */
    if
    :: b_listens = true; b_connects = false
    :: b_listens = false; b_connects = true
    :: b_listens = true; b_connects = true
    :: b_listens = false; b_connects = false
    fi;
    atomic {
        run Stack(0);
        run Stack(1);
        run Network();
        run Judge();
        run Application(0, false, true);
        run Application(1, b_listens, b_connects)
    }
}

ltl ends { <>[] is_over }
