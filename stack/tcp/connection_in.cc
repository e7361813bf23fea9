// The way in: a segment, a failure, time. Reads like the event list of RFC 9293 3.10.7 and 3.10.8.
#include "tcp/connection.h"
#include "tcp/opening/judge_syn_sent.h"

namespace sluice::tcp {

using What = Verdict::What;

void Connection::on_segment(const Arrived& arrived, Instant now) {  // RFC 9293 3.10.7
    ++segments_in_;
    keepalive_.on_heard(keepalive_plan(), now);
    if (state_ == State::syn_sent) return on_segment_in_syn_sent(arrived, now);
    Segment seg = enter(arrived);
    const Range text_as_sent{seg.text_begin(), seg.text_begin() + seg.text.size()};
    const Pos seq_as_sent = seg.seq;
    note_segment_in(seg, arrived, now);
    note_duplicate(text_as_sent);
    const Verdict verdict = judge(seg, judge_context(seg, now));  // first to fifth
    if (!carry_out(verdict, seg, arrived, now)) return settle(now);
    if (seg.timestamps && agreed_.timestamps)
        receiver_.paws.on_segment(seg.timestamps->value, seq_as_sent, receiver_.last_ack_sent(), now);
    take_ecn_mark(seg, arrived.traffic_class);
    if (take_ack(seg, now)) {     // fifth
        take_urgent(seg, now);    // sixth
        if (take_text(seg, now))  // seventh
            take_fin(seg, now);   // eighth
    }
    settle(now);
}

// The first door: raw numbers become positions.
Segment Connection::enter(const Arrived& arrived) const {
    const wire::TcpHeader& header = arrived.header;
    Segment seg;
    seg.seq = rcv_space_.unwrap({header.sequence}, receiver_.nxt());
    seg.ack = snd_space_.unwrap({header.acknowledgment}, sender_.una());
    seg.flags = header.flags;
    seg.wnd = std::uint32_t{header.window} << (seg.has(flag::syn) ? 0U : agreed_.snd_shift);  // RFC 7323 2.2
    seg.up = header.urgent_pointer;
    if (agreed_.timestamps) seg.timestamps = header.options.timestamps;  // RFC 7323 3.2: not agreed, ignored
    if (agreed_.sack) seg.sack_count = header.options.sack_count;
    for (std::size_t i = 0; i < seg.sack_count; ++i)
        seg.sack[i] = {snd_space_.unwrap({header.options.sack[i].begin}, sender_.una()),
                       snd_space_.unwrap({header.options.sack[i].end}, sender_.una())};
    seg.ace = ace::of(header);
    seg.accurate_ecn = header.options.accurate_ecn;
    seg.text = arrived.text;
    seg.segment_bytes = arrived.segment_bytes;
    return seg;
}

// What the network marked on the way here.
void Connection::take_ecn_mark(const Segment& seg, std::uint8_t traffic_class) {
    if (!seg.text.empty()) ecn_.on_text(traffic_class, seg.has(flag::cwr));
    AccurateEcn* accurate = ecn_.accurate();
    if (!accurate || seg.has(flag::syn)) return;
    accurate->on_packets(traffic_class, seg.count(), seg.text.size());
    if (!seg.text.empty() && accurate->is_ack_due()) receiver_.acks.owe(Cause::ack);  // RFC 9768 3.2.2.5
}

// RFC 2883 4: octets that are here already are reported once, also when the segment is refused (4.3).
void Connection::note_duplicate(Range text) {
    if (!agreed_.sack || !environment_.settings.dsack || text.empty()) return;
    const Pos end = std::min(text.end, receiver_.nxt());
    if (text.begin < end) receiver_.on_duplicate({text.begin, end});
}

JudgeContext Connection::judge_context(const Segment& seg, Instant now) const {
    JudgeContext context;
    context.state = state_;
    context.is_passive = !is_active_;
    context.span = receiver_.span();
    context.una = sender_.una();
    context.snd_max = sender_.max();
    context.largest_window = sender_.window.largest();
    context.timestamps = agreed_.timestamps;
    context.is_old_timestamp =
        agreed_.timestamps && seg.timestamps &&
        receiver_.paws.is_old(seg.timestamps->value, now, environment_.settings.paws_idle);
    context.check_old_acks = environment_.settings.check_old_acks;
    return context;
}

// True: go on with the fifth step.
bool Connection::carry_out(const Verdict& verdict, const Segment& seg, const Arrived& arrived, Instant now) {
    if (verdict.what != What::accept) note_drop(seg, verdict.reason, now);
    switch (verdict.what) {
        case What::accept:
            if (verdict.owes_ack) receiver_.acks.owe(Cause::ack);
            return true;
        case What::ignore: return false;
        case What::acknowledge:
            receiver_.acks.owe(Cause::ack);
            if (sender_.persist.is_running() && seg.has(flag::ack)) patience_.on_answered(false, now);
            return false;
        case What::challenge: challenge(now); return false;
        case What::resend_syn_ack:
            if (opening_) opening_->handshake.owe();
            return false;
        case What::refuse:
            owe_reset(arrived.header.acknowledgment, Cause::reset, Rule::r9293_3_5_2);
            return false;
        case What::reset:
        case What::forget:
            // RFC 9293 3.10.7.4, second step: refused while opening, reset later, silence when both sides were closing.
            if (opening_ && opening_->early_place)
                opening_->early_place->hold(later(now, environment_.settings.half_open_lifetime));
            end(Event::reset_arrives,
                state_ == State::syn_received && is_active_ ? Reason::end_refused : Reason::end_reset_by_peer,
                Rule::r9293_3_10_7_4, now);
            return false;
    }
    return false;
}

void Connection::challenge(Instant now) {
    if (challenges_.may_send(environment_.settings, now)) {
        ++environment_.counters.tcp_challenge_acks;
        receiver_.acks.owe(Cause::challenge);
    } else {
        environment_.counters.drop(Reason::tcp_challenge_throttled);
    }
}

void Connection::on_segment_in_syn_sent(const Arrived& arrived, Instant now) {  // RFC 9293 3.10.7.3
    using Opened = SynSentVerdict::What;
    Segment seg = enter(arrived);
    seg.seq = 0;  // the peer's numbers are not known yet; its SYN will be 0
    note_segment_in(seg, arrived, now);
    const SynSentVerdict verdict =
        judge_in_syn_sent(arrived.header, snd_space_.initial().raw, opening_->fast_open.end());
    switch (verdict.what) {
        case Opened::ignore: note_drop(seg, verdict.reason, now); break;
        case Opened::refuse:
            note_drop(seg, verdict.reason, now);
            owe_reset(arrived.header.acknowledgment, Cause::reset, Rule::r9293_3_10_7_3);
            break;
        case Opened::refused: end(Event::refused, Reason::end_refused, Rule::r9293_3_10_7_3, now); break;
        case Opened::established:
            take_syn(arrived, now);
            if (const auto news = opening_->fast_open.on_syn_ack(arrived.header.options, seg.ack))
                fast_open_news_ = std::make_unique<FastOpenNews>(*news);
            establish(seg, now);
            take_acknowledged_syn_text(seg.ack);
            receiver_.acks.owe(Cause::handshake_ack);
            if (seg.len() > 1 ||
                seg.has(flag::urg)) {  // text, URG or FIN on the SYN,ACK: continue at the sixth step
                trim(seg, receiver_.span());
                take_urgent(seg, now);
                if (take_text(seg, now)) take_fin(seg, now);
            }
            break;
        case Opened::crossing:
            take_syn(arrived, now);
            sender_.window.start(0, 0, arrived.header.window);
            opening_->handshake.owe();
            opening_->has_peer = true;
            opening_->peer = arrived.header.options;
            move(Event::syn_arrives, now, Rule::r9293_3_10_7_3);
            break;
    }
    settle(now);
}

// RFC 7413 4.2.1: what the SYN,ACK acknowledges beside the SYN is delivered; the rest leaves like anything else [R7413-10].
void Connection::take_acknowledged_syn_text(Pos acked) {
    if (acked <= 1) return;
    was_fast_ = true;
    sender_.on_sent(acked);
    sender_.on_acknowledged(acked);
    bytes_acked_ += static_cast<std::uint64_t>(acked - 1);
}

// The peer's SYN: its numbers and options. RCV.NXT <- SEG.SEQ+1, IRS <- SEG.SEQ.
void Connection::take_syn(const Arrived& arrived, Instant now) {
    const wire::TcpHeader& header = arrived.header;
    rcv_space_ = SeqSpace({header.sequence});
    const std::uint16_t mss_bound = options_->mss;
    Agreed agreed = agree(opening_->offer, header.options, environment_.settings, opening_->path, mss_bound);
    if ((header.flags & flag::ack) != 0) agreed.ecn = ecn_agreed(opening_->offer, header);
    opening_->offer.ecn = EcnMode::none;
    synchronize(agreed, opening_->announced, opening_->offer.mss, opening_->handshake.resent());
    if (AccurateEcn* accurate = ecn_.accurate()) accurate->on_syn_ack(arrived.traffic_class);
    if (agreed.timestamps) receiver_.paws.start(header.options.timestamps->value, now);
    tell_facts();
}

// Both sides' numbers are known: the parts begin.
void Connection::synchronize(const Agreed& agreed, std::uint32_t announced, std::uint16_t mss_announced,
                             std::uint32_t syns_resent) {
    const Settings& settings = environment_.settings;
    agreed_ = agreed;
    receiver_.start(settings, limits_.buffer, announced, mss_announced);
    controller_.start(options_->congestion.value_or(settings.congestion), settings, mss(), syns_resent,
                      snd_space_.initial().raw);
    receiver_.acks.set_quick(options_->quick_ack);
    recovery_.start(agreed.sack);
    ecn_.start(agreed.ecn);
    if (syns_resent > 0) rtt_.raise_initial(settings.rto_after_syn_loss);  // RFC 6298 5.7
}

// Our SYN is acknowledged. [U-6]: the send window is taken from this segment, in both branches.
void Connection::establish(const Segment& seg, Instant now) {
    const std::optional<Instant> syn_sent_at = opening_ ? opening_->handshake.sample_sent_at() : std::nullopt;
    take_handshake_rtt(syn_sent_at, now);
    opening_.reset();
    sender_.start();
    tuning_.start(limits_.buffer, rtt_.smoothed(), now);
    sender_.window.start(seg.seq, seg.ack, seg.wnd);
    patience_.on_answered(false, now);
    established_ = true;
    has_news_ = true;
    soft_error_ = Reason::none;
    ++environment_.counters.tcp_established;
    const bool was_syn_sent = state_ == State::syn_sent;
    move(was_syn_sent ? Event::syn_acked : Event::ack_of_syn, now,
         was_syn_sent ? Rule::r9293_3_10_7_3 : Rule::r9293_3_10_7_4,
         static_cast<std::uint32_t>(in_us(rtt_.smoothed())));
    if (options_->keep_alive) keepalive_.switch_on(keepalive_plan(), now);
    if (parent_ && options_->defer_accept > Duration(0)) defer_until_ = later(now, options_->defer_accept);
    if (sender_.is_fin_queued())
        move(Event::close_call, now, Rule::r9293_3_10_4);  // a CLOSE that waited for this
}

// The round trip of a SYN that was sent once (RFC 6298 3).
void Connection::take_handshake_rtt(std::optional<Instant> sent_at, Instant now) {
    if (!sent_at) return;
    rtt_.on_sample(now - *sent_at, 1);
    rtt_.on_exact_sample(now - *sent_at, now, environment_.settings);
}

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

void Connection::take_urgent(const Segment& seg, Instant now) {  // RFC 9293 3.10.7.4, sixth step
    if (!seg.has(flag::urg) || !takes_text(state_)) return;
    if (!receiver_.urgent.on_pointer(seg.seq + seg.up, receiver_.consumed())) return;
    has_news_ = true;
    if (!environment_.trace.wants(Kind::note)) return;
    TraceRecord urgent = record(Kind::note, now);
    urgent.rule = Rule::r9293_3_8_5;
    urgent.position = seg.seq + seg.up;
    note(urgent);
}

// False: the connection is over.
bool Connection::take_text(const Segment& seg, Instant now) {  // seventh step
    if (seg.text.empty()) return true;
    if (!takes_text(state_)) {
        note_drop(seg, Reason::tcp_text_in_closing, now);
        return true;
    }
    if (is_closed_by_application_) {  // D-16, RFC 9293 3.6.1 [SHLD-3]
        note_drop(seg, Reason::tcp_data_after_close, now);
        owe_reset(snd_space_.wrap(seg.ack).raw, Cause::reset, Rule::r9293_3_6_1);  // RST-A
        end(Event::data_after_close, Reason::tcp_data_after_close, Rule::r9293_3_6_1, now);
        return false;
    }
    if (seg.text_begin() > receiver_.nxt() &&
        environment_.is_memory_full()) {  // nothing above a hole is kept
        note_drop(seg, Reason::tcp_memory_full, now);
        receiver_.acks.on_out_of_order(environment_.settings);
        return true;
    }
    const Receiver::Text text =
        receiver_.take_text(seg, environment_.settings.reassembly_pieces, environment_.pool);
    acknowledge_text(seg, text, now);
    return true;
}

void Connection::acknowledge_text(const Segment& seg, const Receiver::Text& text, Instant now) {
    bytes_received_ += static_cast<std::uint64_t>(text.in_order);
    if (text.duplicate && agreed_.sack && environment_.settings.dsack)
        receiver_.on_duplicate(*text.duplicate);
    if (text.is_full) note_drop(seg, Reason::tcp_reassembly_full, now);
    if (text.is_duplicate) note_drop(seg, Reason::tcp_already_received, now);
    if (text.in_order == 0) {  // RFC 5681 4.2: above a hole, or seen before
        receiver_.acks.on_out_of_order(environment_.settings);
        if (text.held == 0) return;
        environment_.counters.tcp_out_of_order += seg.count();
        if (!environment_.trace.wants(Kind::segment_held)) return;
        TraceRecord held = record(Kind::segment_held, now);
        held.position = seg.seq;
        held.length = seg.text.size();
        held.rule = Rule::r9293_3_10_7_4;
        return note(held);
    }
    has_news_ = true;
    if (const auto age = seg.echo_age(timestamp_now(now))) tuning_.on_echo(std::chrono::milliseconds(*age));
    const std::uint32_t largest = seg.segment_bytes ? seg.segment_bytes : seg.text.size();
    receiver_.acks.on_in_order(environment_.settings, static_cast<std::uint32_t>(text.in_order), largest,
                               receiver_.mss_announced(), now);
    if (text.filled_hole)
        receiver_.acks.owe(Cause::ack);  // RFC 5681 4.2: at once when a hole is filled, in part or whole
}

void Connection::take_fin(const Segment& seg, Instant now) {  // eighth step
    if (!takes_text(state_) || !receiver_.take_fin(seg)) {
        if (seg.has(flag::fin) && seg.text.empty() && takes_text(state_))
            receiver_.acks.on_out_of_order(environment_.settings);  // above a hole
        return;
    }
    has_news_ = true;
    receiver_.acks.owe(Cause::ack_of_fin);
    move(
        Event::fin_arrives, now, Rule::r9293_3_10_7_4,
        state_ == State::fin_wait_2 ? static_cast<std::uint32_t>(in_us(environment_.settings.time_wait)) : 0);
}

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
    // Each R1 timeouts anew: a path that is down for a while is no reason for tiny segments.
    if (transmissions % settings.retries_before_advice == 0) on_full_stop(now);
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
        else
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

// RFC 4821 7.6.2 [R4821-3]: a probe that is lost alone says something about the path, not about congestion.
bool Connection::is_only_the_probe_lost(const Found& found) const {
    const auto lost = flight_.next_lost(std::max(found.lost, Pos{1}));
    return lost && path_.is_probe(lost->begin) &&
           path_.is_probe(lost->begin + std::max(found.lost, Pos{1}) - 1);
}

}  // namespace sluice::tcp
