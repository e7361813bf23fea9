// What an acknowledgment means: RFC 9293 3.10.7.4, fifth step, and what loss recovery and congestion control make of it.
#include "tcp/connection.h"

namespace sluice::tcp {

bool Connection::take_ack(const Segment& seg, Instant now) {
    const bool is_third = state_ == State::syn_received;
    if (is_third) {
        if (AccurateEcn* accurate = ecn_.accurate()) accurate->on_third(seg.ace);
        establish(seg, now);
    }
    const bool window_changed = sender_.window.update(seg.seq, seg.ack, seg.wnd);
    if (!is_third && is_about_nothing_of_ours(seg)) return take_acknowledged_fin(now);
    AckContext context;
    context.una = sender_.una();
    context.window_changed = window_changed;
    context.timestamps = agreed_.timestamps;
    context.timestamp_now = timestamp_now(now);
    context.now = now;
    context.least_rtt = rtt_.least();
    context.mss = mss();
    check_application_limited();
    Acked acked = digest_ack(seg, context, flight_);
    acked.has_ecn_echo = !is_third && reports_marks(seg, acked);
    if (acked.is_new) {
        bytes_acked_ += static_cast<std::uint64_t>(acked.octets);
        sender_.on_acknowledged(acked.una);
        path_.on_acknowledged(packet_bytes(acked.octets));
        path_.on_progress(acked.una, environment_.settings, now);
        if (restart_window_ >= 0) restart_window_ += 2 * acked.octets;
        if (restart_window_ > controller_.window()) restart_window_ = -1;
        flight_.release();
        was_advised_ = false;
        soft_error_ = path_error_ = Reason::none;
        has_news_ = true;
    }
    if (acked.is_new || sender_.persist.is_running()) patience_.on_answered(!flight_.empty(), now);
    take_rtt(acked, now);
    recover_from(acked, now);
    return take_acknowledged_fin(now);
}

// The other end talks and we listen: text comes, nothing of ours is in flight, and what the segment acknowledges was
// acknowledged before. Without text it could be the duplicate that tells of a needless tail probe (RFC 8985 7.4.2).
bool Connection::is_about_nothing_of_ours(const Segment& seg) const {
    return !seg.text.empty() && seg.ack == sender_.una() && flight_.empty() && seg.sack_count == 0 &&
           !recovery_.is_active() && !sender_.persist.is_running() && ecn_.mode() == EcnMode::none;
}

void Connection::take_rtt(const Acked& acked, Instant now) {
    if (!acked.rtt) return;
    const auto expected = static_cast<std::uint32_t>(acked.flight_before / (2 * Pos{mss()})) + 1;
    rtt_.on_sample(*acked.rtt, expected);
    if (acked.is_rtt_exact) rtt_.on_exact_sample(*acked.rtt, now, environment_.settings);
    timer_.end_back_off();
    recovery_.probe.on_sample();
    if (!environment_.trace.wants(Kind::rtt)) return;
    TraceRecord sample = record(Kind::rtt, now);
    sample.value = static_cast<std::uint32_t>(in_us(*acked.rtt));
    sample.rule = Rule::r6298_2;
    note(sample);
}

RecoveryContext Connection::recovery_context(Instant now) const {
    return {environment_.settings, mss(), sender_.max(), now, rtt_.smoothed(), rtt_.least()};
}

void Connection::recover_from(const Acked& acked, Instant now) {
    const Pos flight_size = recovery_.flight_size(flight_);
    const Delivered& delivered = acked.delivered;
    RateSample rate =
        rate_.on_delivered(delivered.octets, delivered.newest, delivered.newest_state, rtt_.least(), now);
    const Found found = recovery_.on_ack(acked, recovery_context(now), flight_);
    rate.lost += take_losses(now);
    respond(found, &acked, flight_size, now);
    take_ecn_echo(acked, now);
    if (acked.is_new || delivered.octets > 0) controller_.on_acked(ack_sample(acked, found, rate));
    if (controller_.is_holding_back()) rate_.on_application_limited(flight_.pipe());
    if (acked.is_new) restart_timer(found, now);
    if (acked.is_new || acked.delivered.sacked > 0) arm_tail_probe(now);
    note_phase(now, found.what == Found::What::undone ? recovery_.undo_rule() : Rule::r5681_3_2);
}

// What the controller and the window make of it.
void Connection::respond(const Found& found, const Acked* acked, Pos flight_size, Instant now) {
    if (found.lost > 0) note_losses(found, now);
    if (path_.on_loss(found.lost, environment_.settings, now)) note_phase(now, Rule::r4821_7_8);
    if (found.has_recovered) controller_.on_recovered(recovery_.window_after(flight_.bytes(), mss()));
    switch (found.what) {
        case Found::What::entered: ++environment_.counters.tcp_fast_retransmits; [[fallthrough]];
        case Found::What::lost_again: {
            Pos threshold = controller_.window();
            if (is_only_the_probe_lost(found)) {
                // As many round trips as the window has segments.
                path_.on_probe_lost(environment_.settings, rtt_.smoothed() * (threshold / Pos{mss()}), now);
            } else {
                controller_.on_loss({now, flight_size, flight_.pipe(), mss()});
                ecn_.on_reduced(sender_.nxt());
                threshold = controller_.slow_start_threshold();
            }
            recovery_.begin(threshold, acked, found, recovery_context(now), flight_);
            break;
        }
        case Found::What::recovered:
            controller_.on_recovered(recovery_.window_after(flight_.bytes(), mss()));
            break;
        case Found::What::repaired:  // RFC 8985 7.4.2 [R8985-17]
            controller_.on_loss({now, acked->flight_before, flight_.pipe(), mss()});
            controller_.on_recovered(controller_.slow_start_threshold());
            break;
        case Found::What::undone:
            controller_.undo();
            timer_.end_back_off();
            ++environment_.counters.tcp_undone;
            break;
        case Found::What::nothing:
        case Found::What::more_room:
        case Found::What::inflated:
        case Found::What::partial: break;
    }
}

bool Connection::reports_marks(const Segment& seg, const Acked& acked) const {
    AccurateEcn* accurate = ecn_.accurate();
    if (!accurate) return ecn_.mode() == EcnMode::classic && seg.has(flag::ece);
    if (!acked.is_new && acked.delivered.sacked == 0)
        return false;  // it may be older than the last (RFC 9768 A.1)
    const Pos segments = (acked.octets + mss() - 1) / mss();
    return accurate->on_feedback(seg.ace, seg.accurate_ecn, static_cast<std::uint32_t>(segments)) > 0;
}

// RFC 3168 6.1.2.
void Connection::take_ecn_echo(const Acked& acked, Instant now) {
    if (!acked.has_ecn_echo || !ecn_.on_echo(acked.una, sender_.nxt())) return;
    if (recovery_.is_active()) return;  // the window is being reduced already
    ++environment_.counters.tcp_ecn_reductions;
    const bool was_least = controller_.window() <= Pos{mss()};
    last_cwnd_ = congestion_window();
    controller_.on_ecn({now, acked.flight_before, flight_.pipe(), mss()});
    note_reduction(now, Rule::r3168_6_1_2);
    // [R3168-8] [R9438-9]: from one segment it goes down by time: nothing leaves before the timer would expire.
    if (!was_least) return;
    if (!flight_.empty()) timer_.restart(rto(), environment_.settings, now);
    pacer_.hold(later(now, rto()));
}

// The controller hears of losses wherever they are found. Answers their octets.
Pos Connection::take_losses(Instant now) {
    const Losses lost = flight_.take_losses();
    if (lost.octets > 0) controller_.on_lost(rate_.on_lost(lost.octets, lost.first, now));
    return lost.octets;
}

AckSample Connection::ack_sample(const Acked& acked, const Found& found, const RateSample& rate) const {
    AckSample sample;
    sample.now = acked.delivered.now;
    sample.una = acked.una;
    sample.nxt = sender_.nxt();
    sample.octets = acked.octets;
    sample.delivered = acked.delivered.octets;
    sample.in_flight_before = acked.pipe_before;
    sample.in_flight = flight_.pipe();
    sample.rtt = acked.rtt;
    sample.smoothed = rtt_.smoothed();
    sample.least = rtt_.least();
    sample.mss = mss();
    sample.was_limited = acked.flight_before + mss() > controller_.window();
    sample.is_recovering = recovery_.is_active() || found.what != Found::What::nothing;
    sample.has_ecn_echo = acked.has_ecn_echo;
    sample.has_sack = agreed_.sack;
    sample.is_paced = pacing_rate() > 0;
    sample.rate = rate;
    return sample;
}

// draft-ietf-ccwg-bbr-06 4.1.2.4: room is left, and nothing to fill it with.
void Connection::check_application_limited() {
    if (sender_.unsent() == 0 && flight_.lost_bytes() == 0 && flight_.pipe() < congestion_window())
        rate_.on_application_limited(flight_.pipe());
}

void Connection::restart_timer(const Found& found, Instant now) {
    if (flight_.empty())
        timer_.stop();  // RFC 6298 5.2
    else if (found.restart_timer)
        timer_.restart(rto(), environment_.settings, now);  // 5.3
}

// False: the connection is over.
bool Connection::take_acknowledged_fin(Instant now) {
    if (!sender_.is_fin_acknowledged()) return true;
    switch (state_) {
        case State::fin_wait_1:
            move(Event::ack_of_fin, now, Rule::r9293_3_10_7_4);
            if (is_closed_by_application_) fin_wait_2_at_ = later(now, environment_.settings.fin_wait_2_idle);
            return true;
        case State::closing:
            move(Event::ack_of_fin, now, Rule::r9293_3_10_7_4,
                 static_cast<std::uint32_t>(in_us(environment_.settings.time_wait)));
            return false;
        case State::last_ack:
            end(Event::ack_of_fin, Reason::end_closed, Rule::r9293_3_10_7_4, now);
            return false;
        default: return true;
    }
}

// RFC 4821 7.6.2 [R4821-3]: a probe that is lost alone says something about the path, not about congestion.
bool Connection::is_only_the_probe_lost(const Found& found) const {
    const auto lost = flight_.next_lost(std::max(found.lost, Pos{1}));
    return lost && path_.is_probe(lost->begin) &&
           path_.is_probe(lost->begin + std::max(found.lost, Pos{1}) - 1);
}

}  // namespace sluice::tcp
