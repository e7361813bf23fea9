// Birth, state changes, end, and what a connection tells of itself.
#include "tcp/connection.h"

#include <algorithm>

#include "tcp/usual_rule.h"
#include "wire/address.h"

namespace sluice::tcp {
namespace {

// The blocks of a segment, above its ACK field, as many as a record holds.
void tell_sack(TraceRecord& record, const wire::TcpHeader& header) {
    const wire::TcpOptions& options = header.options;
    record.sack_count = std::min(options.sack_count, static_cast<std::uint8_t>(record.sack.size()));
    for (std::size_t i = 0; i < record.sack_count; ++i)
        record.sack[i] = {options.sack[i].begin - header.acknowledgment,
                          options.sack[i].end - header.acknowledgment};
}

}  // namespace

Connection::Connection(const Environment& environment, const Tuple& tuple_given, std::uint32_t number_given,
                       const Options& options)
    : Record(RecordKind::connection, tuple_given, number_given),
      environment_(environment),
      options_(std::make_shared<const Options>(options)) {}

Connection::~Connection() = default;

void Connection::open(WireSeq iss, std::uint32_t timestamp_offset, const wire::Path& path,
                      const FastOpenMemory* memory, Instant now) {
    const Settings& settings = environment_.settings;
    is_active_ = true;
    snd_space_ = SeqSpace(iss);
    timestamp_offset_ = timestamp_offset;
    path_.start(path.mtu, path.known_mtu, settings, now);
    path_segment_bytes_ = path.send_segment_bytes;
    limits_ = receive_limits(settings, *options_, path);
    opening_ = std::make_unique<Opening>();
    opening_->offer = offer_for(settings, path, limits_.most, options_->mss);
    opening_->path = path;
    opening_->announced =
        static_cast<std::uint16_t>(std::min(limits_.buffer, 65535U));  // RFC 7323 2.2: never scaled
    opening_->handshake.start(settings, now, options_->user_timeout.value_or(settings.syn_timeout));
    if (options_->fast_open_connect) opening_->fast_open.start(memory, now);
    sender_.on_sent(1);  // ISS is SND.UNA, ISS + 1 is SND.NXT
    ++environment_.counters.tcp_active_opens;
    tell_facts();
    note_call(Call::connect, 0, now);
    move(Event::active_open, now, Rule::r9293_3_10_1, iss.raw);
}

void Connection::grow_from(const HalfOpen& child, std::uint32_t timestamp_offset, Instant now) {
    snd_space_ = SeqSpace({child.iss});
    rcv_space_ = SeqSpace({child.irs});
    timestamp_offset_ = timestamp_offset;
    path_.start(child.path_mtu, child.known_mtu, environment_.settings, now);
    path_segment_bytes_ = child.path_segment_bytes;
    limits_ = child.limits;
    synchronize(child.agreed, child.announced, child.offer.mss, child.handshake.resent());
    if (child.agreed.timestamps) receiver_.paws.start(child.ts_recent, now);
    take_handshake_rtt(child.handshake.sample_sent_at(), now);
    sender_.on_sent(1);
    sender_.window.start(0, 0, child.snd_wnd);
    state_ = State::syn_received;  // the label moved there when the SYN was admitted
}

void Connection::grow_from_cookie(const HalfOpen& child, std::uint32_t timestamp_offset, Instant now) {
    grow_from(child, timestamp_offset, now);
    state_ = State::closed;
    tell_facts();
    sender_.start();
    tuning_.start(limits_.buffer, rtt_.smoothed(), now);
    established_ = true;
    ++environment_.counters.tcp_established;
    move(Event::cookie_valid, now, Rule::r4987_3_6);
    if (options_->keep_alive) keepalive_.switch_on(keepalive_plan(), now);
}

void Connection::grow_early(const HalfOpen& child, std::uint32_t timestamp_offset, const Arrived& syn,
                            EarlyOpens::Place place, std::optional<wire::FastOpenCookie> cookie,
                            Instant now) {
    grow_from(child, timestamp_offset, now);
    opening_ = std::make_unique<Opening>();
    opening_->handshake = child.handshake;
    opening_->offer = child.offer;
    opening_->has_peer = true;
    opening_->peer = syn.header.options;
    opening_->early_place = std::move(place);
    was_fast_ = true;
    opening_->cookie = cookie;
    Segment seg = enter(syn);
    trim(seg, receiver_.span());
    if (!seg.text.empty())
        acknowledge_text(
            seg, receiver_.take_text(seg, environment_.settings.reassembly_pieces, environment_.pool), now);
    opening_->announced = static_cast<std::uint16_t>(std::min(receiver_.span().wnd(), Pos{65535}));
}

void Connection::move(Event event, Instant now, Rule rule, std::uint32_t value) {
    const State before = std::exchange(state_, after(state_, event));
    has_news_ = true;
    if (!environment_.trace.wants(Kind::state)) return;
    TraceRecord changed = record(Kind::state, now);
    changed.before = before;
    changed.detail = static_cast<std::uint16_t>(event);
    changed.rule = rule;
    changed.value = value;
    changed.reason = ended_;
    note(changed);
}

void Connection::end(Event event, Reason reason, Rule rule, Instant now) {
    const bool is_quiet = reason == Reason::end_closed || reason == Reason::end_closed_before_open ||
                          reason == Reason::end_aborted || reason == Reason::end_unread_data ||
                          reason == Reason::tcp_data_after_close || reason == Reason::end_fin_wait_2_idle;
    // While both sides were closing nobody is told (RFC 9293 3.10.7.4, second step), and what came before the FIN stays.
    // Choice: as Linux does, the same may go for who has read to the end; what he writes then fails as after a close.
    const bool was_closing = state_ == State::closing || state_ == State::last_ack ||
                             state_ == State::time_wait ||
                             (state_ == State::close_wait && environment_.settings.close_wait_reset_is_pipe);
    const bool is_late_reset = was_closing && reason == Reason::end_reset_by_peer;
    ended_ = reason;
    if (!is_quiet && !is_late_reset) error_ = reason;
    // A timeout after a soft error reports that error (RFC 5461 2.2).
    if (error_ == Reason::end_user_timeout || error_ == Reason::end_syn_timeout)
        if (path_error_ != Reason::none) error_ = path_error_;
    soft_error_ = Reason::none;
    if (!established_) ++environment_.counters.tcp_failed_opens;
    if (reason == Reason::end_reset_by_peer) ++environment_.counters.tcp_resets_in;
    if (ConnectionFacts* facts = environment_.trace.facts(number)) facts->ended = reason;
    // RFC 7413 4.1.3 [R7413-4]: no answer at all, or an error from the way, may be because of the text on the SYN.
    if (state_ == State::syn_sent && opening_->fast_open.end() > 1 &&
        (reason == Reason::end_syn_timeout || reason == Reason::end_unreachable))
        fast_open_news_ = std::make_unique<FastOpenNews>(FastOpenNews{{}, 0, true});
    stop_everything(now);
    if (reason != Reason::end_closed && !is_late_reset)
        receiver_.drop_everything();  // 3.10.5: all segment queues are flushed
    move(event, now, rule);
}

void Connection::stop_everything(Instant now) {
    opening_.reset();
    sender_.buffer.clear();
    sender_.persist.stop();
    flight_ = Flight();
    timer_.stop();
    pacer_.stop();
    keepalive_.switch_off();
    patience_.on_answered(false, now);
    silly_at_ = fin_wait_2_at_ = defer_until_ = never;
    receiver_.acks.stop();
}

void Connection::on_time_wait_over(Event event, Reason reason, Instant now) {
    ended_ = reason == Reason::end_time_wait_over ? Reason::end_closed : reason;
    move(event, now, event == Event::time_wait_over ? Rule::r9293_3_10_8 : Rule::r9293_3_10_7_4);
}

void Connection::owe_reset(std::uint32_t seq, Cause cause, Rule rule) {
    Reply reset;
    reset.tuple = tuple;
    reset.connection = number;
    reset.seq = seq;
    reset.flags = flag::rst;
    reset.cause = cause;
    reset.rule = rule;
    reset.state = state_;
    reset.traffic_class = static_cast<std::uint8_t>(options_->traffic_class & 0xfcU);
    reset.hop_limit = options_->hop_limit;
    reset.position = snd_space_.unwrap({seq}, sender_.una());
    reply_ = std::make_unique<Reply>(reset);
}

bool Connection::surrender_ack() {
    const bool was_owed = receiver_.acks.is_owed();
    receiver_.acks.stop();
    return was_owed;
}

TimeWaitFacts Connection::time_wait_facts() {
    TimeWaitFacts facts;
    facts.snd_nxt = snd_space_.wrap(sender_.nxt()).raw;
    facts.rcv_nxt = rcv_space_.wrap(receiver_.nxt()).raw;
    facts.snd_wnd_largest = sender_.window.largest();
    facts.ts_recent = receiver_.paws.recent();
    facts.ts_offset = timestamp_offset_;
    facts.window_field = receiver_.announce(agreed_.rcv_shift);
    facts.rcv_wnd = static_cast<std::uint32_t>(std::max(receiver_.span().wnd(), Pos{0}));
    facts.traffic_class = static_cast<std::uint8_t>(options_->traffic_class & 0xfcU);
    facts.hop_limit = options_->hop_limit;
    facts.timestamps = agreed_.timestamps;
    return facts;
}

Duration Connection::user_timeout() const {
    return options_->user_timeout.value_or(environment_.settings.user_timeout);
}

KeepalivePlan Connection::keepalive_plan() const {
    const Settings& settings = environment_.settings;
    KeepalivePlan plan;
    plan.idle = options_->keepalive_idle > Duration(0) ? options_->keepalive_idle : settings.keepalive_idle;
    plan.interval = options_->keepalive_interval > Duration(0) ? options_->keepalive_interval
                                                               : settings.keepalive_interval;
    plan.probes = options_->keepalive_probes ? options_->keepalive_probes : settings.keepalive_probes;
    return plan;
}

template <typename Visit>
void Connection::visit_deadlines(Visit visit) const {
    // RFC 8985 8 [R8985-18]: at most one of these three, and none beside the persist timer.
    if (recovery_.reordering_deadline() != never)
        visit(ArmedDeadline{DeadlineKind::reordering, recovery_.reordering_deadline()});
    else if (timer_.probe_deadline() != never)
        visit(ArmedDeadline{DeadlineKind::tail_probe, timer_.probe_deadline()});
    else
        visit(ArmedDeadline{DeadlineKind::retransmission, timer_.deadline()});
    visit(ArmedDeadline{DeadlineKind::persist, sender_.persist.deadline()});
    visit(ArmedDeadline{DeadlineKind::delayed_ack, receiver_.acks.deadline()});
    visit(ArmedDeadline{DeadlineKind::silly_window, silly_at_});
    visit(ArmedDeadline{DeadlineKind::pacing, pacer_.deadline()});
    visit(ArmedDeadline{DeadlineKind::keepalive, keepalive_.deadline()});
    visit(ArmedDeadline{DeadlineKind::user_timeout, patience_.deadline(user_timeout())});
    visit(ArmedDeadline{DeadlineKind::fin_wait_2, fin_wait_2_at_});
    if (opening_) visit(ArmedDeadline{DeadlineKind::handshake, opening_->handshake.deadline()});
    if (is_deferred()) visit(ArmedDeadline{DeadlineKind::handshake, defer_until_});
}

Instant Connection::deadline() const {
    Instant earliest = never;
    visit_deadlines([&](const ArmedDeadline& armed) { earliest = std::min(earliest, armed.at); });
    return earliest;
}

Phase Connection::phase() const {
    if (!is_synchronized(state_)) return Phase::none;
    if (sender_.persist.is_running()) return Phase::persist;
    if (recovery_.is_active()) return Phase::recovery;
    if (flight_.lost_bytes() > 0 || timer_.timeouts() > 0) return Phase::timeout;
    return controller_.is_slow_start() ? Phase::slow_start : Phase::avoidance;
}

void Connection::note_phase(Instant now, Rule rule) {
    const Phase current = phase();
    if (current == last_phase_) {
        last_cwnd_ = congestion_window();
        return;
    }
    const Phase old = std::exchange(last_phase_, current);
    const Pos old_cwnd = std::exchange(last_cwnd_, congestion_window());
    if (!environment_.trace.wants(Kind::congestion)) return;
    TraceRecord changed = record(Kind::congestion, now);
    changed.detail = static_cast<std::uint16_t>(old);
    changed.spare[0] = static_cast<std::uint32_t>(old_cwnd);
    changed.rule = rule;
    note(changed);
}

// The window became smaller, and the phase is what it was.
void Connection::note_reduction(Instant now, Rule rule) {
    const Pos old_cwnd = std::exchange(last_cwnd_, congestion_window());
    if (!environment_.trace.wants(Kind::congestion)) return;
    TraceRecord changed = record(Kind::congestion, now);
    changed.detail = static_cast<std::uint16_t>(last_phase_);
    changed.spare[0] = static_cast<std::uint32_t>(old_cwnd);
    changed.rule = rule;
    note(changed);
}

TraceRecord Connection::record(Kind kind, Instant now) const {
    const auto small = [](Pos octets) {
        return static_cast<std::uint32_t>(std::clamp(octets, Pos{0}, Pos{UINT32_MAX}));
    };
    TraceRecord r;
    r.time_ns = now.time_since_epoch().count();
    r.connection = number;
    r.kind = kind;
    r.before = r.after = state_;
    r.phase = phase();
    visit_deadlines([&](const ArmedDeadline& armed) {
        if (armed.at != never)
            r.deadlines |= static_cast<std::uint16_t>(1U << static_cast<unsigned>(armed.kind));
    });
    r.snd_una = sender_.una();
    r.rcv_nxt = receiver_.nxt();
    r.snd_nxt = small(sender_.nxt() - sender_.una());
    r.snd_max = small(sender_.max() - sender_.una());
    r.snd_wnd = sender_.window.wnd();
    r.cwnd = small(congestion_window());
    r.ssthresh = small(controller_.slow_start_threshold());
    r.in_flight = small(flight_.pipe());
    r.sacked = small(flight_.sacked_bytes());
    r.rcv_wnd = small(receiver_.span().wnd());
    r.srtt_us = small(in_us(rtt_.smoothed()));
    r.rttvar_us = small(in_us(rtt_.variation()));
    r.rto_us = small(in_us(timer_.backed_off(rto(), environment_.settings)));
    return r;
}

void Connection::note_call(Call call, std::size_t octets, Instant now) const {
    if (!environment_.trace.wants(Kind::call)) return;
    TraceRecord r = record(Kind::call, now);
    r.detail = static_cast<std::uint16_t>(call);
    r.value = static_cast<std::uint32_t>(octets);
    note(r);
}

void Connection::note_drop(const Segment& seg, Reason reason, Instant now) const {
    environment_.counters.drop(reason);
    if (!environment_.trace.wants(Kind::segment_dropped)) return;
    TraceRecord r = record(Kind::segment_dropped, now);
    r.reason = reason;
    r.flags = seg.flags;
    r.position = seg.seq;
    r.ack = seg.ack;
    r.length = seg.text.size();
    note(r);
}

void Connection::note_deadline(DeadlineKind kind, Duration value, Rule rule, Instant now) const {
    if (!environment_.trace.wants(Kind::deadline)) return;
    TraceRecord r = record(Kind::deadline, now);
    r.detail = static_cast<std::uint16_t>(kind);
    r.value = static_cast<std::uint32_t>(std::min<std::int64_t>(in_us(value), UINT32_MAX));
    r.attempt = timer_.timeouts();
    r.rule = rule;
    note(r);
}

void Connection::note_segment_in(const Segment& seg, Instant now) const {
    if (!environment_.trace.wants(Kind::segment_in)) return;
    TraceRecord r = record(Kind::segment_in, now);
    r.flags = seg.flags;
    r.position = seg.seq;
    r.ack = seg.has(flag::ack) ? seg.ack : 0;
    r.length = seg.text.size();
    r.window_bytes = seg.wnd;
    r.sack_count = std::min(seg.sack_count, static_cast<std::uint8_t>(r.sack.size()));
    for (std::size_t i = 0; i < r.sack_count; ++i)
        r.sack[i] = {static_cast<std::uint32_t>(seg.sack[i].begin - seg.ack),
                     static_cast<std::uint32_t>(seg.sack[i].end - seg.ack)};
    // What a closed window holds back: everything written that this segment does not acknowledge.
    if (seg.wnd == 0)
        r.value = static_cast<std::uint32_t>(
            std::max(sender_.buffer.end() - std::max(r.ack, sender_.una()), Pos{0}));
    note(r);
}

void Connection::note_departure(const Departure& departure, const wire::TcpHeader& header,
                                Instant now) const {
    if (!environment_.trace.wants(Kind::segment_out)) return;
    TraceRecord r = record(Kind::segment_out, now);
    r.flags = departure.flags;
    r.cause = departure.cause;
    r.rule = departure.rule == Rule::none ? usual_rule(departure.cause) : departure.rule;
    r.attempt = static_cast<std::uint8_t>(std::min<std::uint16_t>(departure.attempt, 255));
    r.position = departure.seq;
    r.ack = (departure.flags & flag::ack) != 0 ? receiver_.nxt() : 0;
    const bool has_fin_or_syn = (departure.flags & (flag::fin | flag::syn)) != 0 && !departure.text.empty();
    r.length = static_cast<std::uint32_t>(departure.text.size() - (has_fin_or_syn ? 1 : 0));
    r.window_bytes = std::uint32_t{header.window}
                     << ((departure.flags & flag::syn) != 0 ? 0U : agreed_.rcv_shift);
    tell_sack(r, header);
    note(r);
}

void Connection::note_losses(const Found& found, Instant now) const {
    if (!environment_.trace.wants(Kind::segment_lost)) return;
    TraceRecord lost = record(Kind::segment_lost, now);
    const auto first = flight_.next_lost(found.lost);
    lost.position = first ? first->begin : sender_.una();
    lost.length = static_cast<std::uint32_t>(std::min<Pos>(found.lost, UINT32_MAX));
    lost.rule = !recovery_.has_sack()        ? Rule::r5681_3_2
                : environment_.settings.rack ? Rule::r8985_6_2
                                             : Rule::r6675_5;
    note(lost);
}

void Connection::tell_facts() const {
    if (environment_.trace.mode() == TraceMode::off) return;
    ConnectionFacts facts;
    facts.connection = number;
    facts.local = wire::to_text(tuple.local);
    facts.remote = wire::to_text(tuple.remote);
    facts.is_active = is_active_;
    facts.iss = snd_space_.initial().raw;
    facts.irs = rcv_space_.initial().raw;
    if (opening_) {
        facts.mss = opening_->offer.mss;
        if (opening_->offer.window_scaling)
            facts.window_shift = static_cast<std::int8_t>(opening_->offer.window_shift);
        facts.timestamps = opening_->offer.timestamps;
    } else {
        facts.mss = receiver_.mss_announced();
        if (agreed_.window_scaling) facts.window_shift = static_cast<std::int8_t>(agreed_.rcv_shift);
        facts.timestamps = agreed_.timestamps;
        facts.sack = agreed_.sack;
    }
    if (agreed_.window_scaling) facts.peer_window_shift = static_cast<std::int8_t>(agreed_.snd_shift);
    facts.peer_mss = agreed_.mss;
    environment_.trace.tell(std::move(facts));
}

Info Connection::info() const {
    const TraceRecord r = record(Kind::note, Instant{});
    Info info;
    info.state = state_;
    info.connection = number;
    info.local = tuple.local;
    info.remote = tuple.remote;
    info.is_active = is_active_;
    info.timestamps = agreed_.timestamps;
    info.sack = agreed_.sack;
    if (agreed_.window_scaling) {
        info.window_shift = static_cast<std::int8_t>(agreed_.rcv_shift);
        info.peer_window_shift = static_cast<std::int8_t>(agreed_.snd_shift);
    }
    info.mss_send = mss();
    info.mss_announced = opening_ ? opening_->offer.mss : receiver_.mss_announced();
    info.receive_queue = receiver_.queue().octets();
    info.send_queue = sender_.buffer.octets();
    info.unsent = static_cast<std::uint32_t>(sender_.unsent());
    info.in_flight = r.in_flight;
    info.snd_wnd = r.snd_wnd;
    info.rcv_wnd = r.rcv_wnd;
    info.cwnd = r.cwnd;
    info.ssthresh = r.ssthresh;
    info.congestion = controller_.congestion();
    info.ecn = agreed_.ecn;
    if (const AccurateEcn* accurate = ecn_.accurate()) info.delivered_marked = accurate->delivered_marked();
    info.fast_open = was_fast_;
    info.pacing_rate = pacing_rate();
    info.delivery_rate = rate_.latest();
    info.is_application_limited = rate_.is_application_limited();
    info.phase = r.phase;
    info.srtt = rtt_.smoothed();
    info.rttvar = rtt_.variation();
    info.rto = timer_.backed_off(rto(), environment_.settings);
    info.least_rtt = rtt_.least();
    info.path_mtu = path_.mtu();
    info.sacked = r.sacked;
    info.lost = static_cast<std::uint32_t>(flight_.lost_bytes());
    info.back_off = timer_.timeouts();
    info.last_sent_at = last_sent_at_;
    info.retransmitted = retransmitted_;
    info.timeouts = timeouts_;
    info.bytes_acked = bytes_acked_;
    info.bytes_received = bytes_received_;
    info.segments_in = segments_in_;
    info.segments_out = segments_out_;
    visit_deadlines([&](const ArmedDeadline& armed) {
        if (armed.at >= info.deadline_at) return;
        info.deadline = armed.kind;
        info.deadline_at = armed.at;
    });
    info.ended = ended_;
    return info;
}

}  // namespace sluice::tcp
