// Time and failures: RFC 9293 3.10.8, 3.9.2.2; RFC 6298 5; RFC 8985 8. What falls due, and what the layer below reports.
#include "tcp/connection.h"

namespace sluice::tcp {

void Connection::on_time(Instant now) {  // RFC 9293 3.10.8
    const Settings& settings = environment_.settings;
    receiver_.acks.on_time(now);
    if (opening_ && opening_->handshake.is_over(now))
        return end(Event::user_timeout, Reason::end_syn_timeout, Rule::r9293_3_8_3, now);
    if (opening_ && opening_->handshake.on_time(settings, now)) {
        note_deadline(DeadlineKind::handshake, opening_->handshake.timeout(), Rule::r6298_5_5, now);
        if (opening_->handshake.resent() + 1U >= settings.retries_before_advice)
            soft_error(Reason::end_syn_timeout);
    }
    if (defer_until_ <= now) defer_until_ = never;
    if (patience_.is_over(user_timeout(), now)) {
        note_deadline(DeadlineKind::user_timeout, user_timeout(), Rule::r9293_3_10_8, now);
        return end(Event::user_timeout, Reason::end_user_timeout, Rule::r9293_3_10_8, now);
    }
    on_recovery_deadlines(now);
    pacer_.on_time(now);
    if (sender_.persist.on_time(settings.rto_max, now))
        note_deadline(DeadlineKind::persist, sender_.persist.interval(), Rule::r9293_3_8_6_1, now);
    on_deadlines_of_closing(now);
}

// One of three: segments that may have been reordered, the tail probe, the retransmission (RFC 8985 8).
void Connection::on_recovery_deadlines(Instant now) {
    if (recovery_.reordering_deadline() <= now) {
        const Pos flight_size = recovery_.flight_size(flight_);
        const Found found = recovery_.on_reordering_due(recovery_context(now), flight_);
        take_losses(now);
        respond(found, nullptr, flight_size, now);
        timer_.restart(rto(), environment_.settings, now);
        note_deadline(DeadlineKind::reordering, recovery_.rack()->rtt(), Rule::r8985_6_2, now);
        note_phase(now, Rule::r8985_6_2);
    } else if (timer_.is_probe_due(now)) {
        timer_.stop_probe();
        recovery_.probe.owe();
        note_deadline(DeadlineKind::tail_probe,
                      TailProbe::timeout(environment_.settings, rtt_.smoothed(), flight_.bytes(), mss()),
                      Rule::r8985_7_3, now);
    } else if (timer_.is_due(now)) {
        on_retransmission_timeout(now);
    }
}

void Connection::on_retransmission_timeout(Instant now) {  // RFC 6298 5.4 to 5.6, RFC 5681 3.1
    const Settings& settings = environment_.settings;
    const std::uint16_t transmissions = flight_[0].transmissions;
    ++timeouts_;
    ++environment_.counters.tcp_timeouts;
    if (path_.on_timeout(settings, now)) has_path_news_ = true;
    // Each R1 timeouts anew: a path that is down for a while is no reason for tiny segments. Timeouts in a row, not
    // transmissions: a path that loses single retransmissions carries the others.
    if ((timer_.timeouts() + 1U) % settings.retries_before_advice == 0) on_full_stop(now);
    if (path_.is_probe(sender_.una())) path_.on_probe_lost(settings, rto(), now);
    controller_.on_timeout({now, recovery_.flight_size(flight_), flight_.pipe(), mss()}, transmissions == 1);
    recovery_.on_timeout(recovery_context(now), flight_);
    take_losses(now);
    ecn_.on_reduced(sender_.nxt());
    timer_.on_expired(rto(), settings, now);
    note_deadline(DeadlineKind::retransmission, timer_.backed_off(rto(), settings), Rule::r6298_5_5, now);
    if (transmissions >= settings.retries_before_advice)
        soft_error(Reason::end_user_timeout);  // R1 [SHLD-9, SHLD-10]
    note_phase(now, Rule::r5681_3_1);
}

void Connection::on_deadlines_of_closing(Instant now) {
    if (fin_wait_2_at_ <= now)
        return end(Event::fin_wait_2_idle, Reason::end_fin_wait_2_idle, Rule::project, now);
    switch (keepalive_.on_time(keepalive_plan(), sender_.has_work() || opening_, now)) {
        case Keepalive::Due::nothing: break;
        case Keepalive::Due::probe:
            note_deadline(DeadlineKind::keepalive, keepalive_plan().interval, Rule::r9293_3_8_4, now);
            break;
        case Keepalive::Due::give_up:
            end(Event::keepalive_failed, Reason::end_keepalive, Rule::r9293_3_8_4, now);
            break;
    }
}

// Which of the retransmission and the persist timer runs follows from the window and the flight.
void Connection::settle(Instant now) {
    if (!is_synchronized(state_) || opening_) return;
    if (sender_.is_window_shut()) {
        timer_.stop();
        if (!sender_.persist.is_running()) sender_.persist.start(rto(), now);
    } else {
        if (sender_.persist.is_running()) sender_.persist.stop();
        if (flight_.empty())
            timer_.stop();
        else if (!timer_.is_running())
            timer_.on_sent(rto(), environment_.settings, now);
    }
    note_phase(now, Rule::r9293_3_8_6_1);
}

void Connection::soft_error(Reason reason) {  // RFC 9293 3.9.1.8 [MUST-47]
    if (reason == Reason::end_user_timeout || reason == Reason::end_syn_timeout) {
        if (std::exchange(was_advised_, true)) return;
        doubts_ = true;
    } else {
        path_error_ = reason;  // names the cause if time runs out (RFC 5461 2.2)
    }
    if (!options_->report_soft_errors) return;  // [SHLD-20]
    soft_error_ = reason;
    has_news_ = true;
}

// RFC 9293 3.9.2.2, RFC 5927 4.1 and 5.2.
void Connection::on_failure(const wire::DeliveryFailed& failed, Instant now) {
    using wire::DeliveryError;
    Reader quoted(failed.transport.view());
    quoted.skip(4);
    const Pos at = snd_space_.unwrap({quoted.u32()}, sender_.una());
    const bool is_own =
        failed.error == DeliveryError::neighbor_failed || failed.error == DeliveryError::no_route;
    if (!quoted.ok() || (!is_own && (at < sender_.una() || at >= std::max(sender_.max(), Pos{1})))) {
        environment_.counters.drop(Reason::icmp_out_of_window);
        return;
    }
    const bool is_hard = failed.error == DeliveryError::protocol_unreachable ||
                         failed.error == DeliveryError::port_unreachable;
    // Hard errors, and a link of ours that finds nobody, end a connection that is being opened [SHLD-26]; in
    // synchronized states nothing does (RFC 5927 5.2) and soft errors never do [MUST-56].
    if ((is_hard || is_own) && opening_) {
        error_ = is_hard ? Reason::end_refused : Reason::end_unreachable;
        return end(Event::unreachable, error_, Rule::r9293_3_9_2_2, now);
    }
    if (failed.error == DeliveryError::packet_too_big) {
        if (!opening_ && path_.on_too_big(failed.mtu, environment_.settings, now))
            shrink_segments(Rule::r1191_3, now);
        return;
    }
    soft_error(is_hard ? Reason::end_refused : Reason::end_unreachable);
}

// RFC 1191 6.4: what is in flight is too big for the path; it leaves again in smaller pieces. The congestion window stays,
// and the flight grows again from one segment [R1191-10].
void Connection::shrink_segments(Rule rule, Instant now) {
    has_path_news_ = true;
    if (flight_.empty()) return;
    restart_window_ = mss();
    recovery_.on_path_shrunk(recovery_context(now), flight_);
    note_phase(now, rule);
}

// RFC 4821 7.7: R1 was reached, and no message said why: a path that swallows large packets looks like this.
void Connection::on_full_stop(Instant now) {
    const Settings& settings = environment_.settings;
    if (!settings.path_black_holes || !path_.on_full_stop(settings, now)) return;
    has_path_news_ = true;
    note_phase(now, Rule::r4821_7_7);
}

}  // namespace sluice::tcp
