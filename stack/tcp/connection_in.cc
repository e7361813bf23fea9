// The way in: a segment. Reads like the event list of RFC 9293 3.10.7.
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
    note_segment_in(seg, now);
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
            answer_unacceptable(seg, now);
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

// Choice (docs/decisions/0023): without text as rarely as a challenge, or two ends out of step answer each other for ever.
void Connection::answer_unacceptable(const Segment& seg, Instant now) {
    if (!seg.text.empty() || challenges_.may_send(environment_.settings, now))
        receiver_.acks.owe(Cause::ack);
    else
        environment_.counters.drop(Reason::tcp_challenge_throttled);
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
    note_segment_in(seg, now);
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

}  // namespace sluice::tcp
