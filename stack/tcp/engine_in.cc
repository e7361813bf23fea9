// The way in: from packets to records. RFC 9293 3.10.7.1 (CLOSED) and 3.10.7.2 (LISTEN); half-open children and TIME-WAIT
// are judged by their own parts and carried out here.
#include "tcp/engine.h"
#include "tcp/opening/cookie.h"
#include "tcp/receive/judge.h"
#include "wire/pseudo_header.h"

namespace sluice::tcp {
namespace {

bool has(const Arrived& arrived, std::uint8_t wanted) { return (arrived.header.flags & wanted) != 0; }

// A half-open child sees positions too: its SYN is 0 and the peer's is 0.
Segment in_positions(const HalfOpen& child, const Arrived& arrived) {
    Segment seg;
    seg.seq = SeqSpace({child.irs}).unwrap({arrived.header.sequence}, 1);
    seg.ack = SeqSpace({child.iss}).unwrap({arrived.header.acknowledgment}, 0);
    seg.flags = arrived.header.flags;
    seg.text = arrived.text;
    if (child.agreed.timestamps) seg.timestamps = arrived.header.options.timestamps;
    return seg;
}

// The window of an ACK: scaled from here on (RFC 7323 2.3), rounded up, so that nothing promised is taken back.
std::uint16_t window_field(const HalfOpen& child) {
    const std::uint32_t shift = child.agreed.rcv_shift;
    return static_cast<std::uint16_t>((child.announced + (1U << shift) - 1) >> shift);
}

JudgeContext context_of(const HalfOpen& child, const Segment& seg) {
    JudgeContext context;
    context.state = State::syn_received;
    context.is_passive = true;
    const Pos window =
        child.told_scaled ? Pos{window_field(child)} << child.agreed.rcv_shift : Pos{child.announced};
    context.span = {1, 1 + window};
    context.una = 0;
    context.snd_max = 1;
    context.timestamps = child.agreed.timestamps;
    context.is_old_timestamp =
        seg.timestamps && static_cast<std::int32_t>(seg.timestamps->value - child.ts_recent) < 0;
    return context;
}

}  // namespace

// States.md 5.0: what must be right before any record is looked at. Nothing here is ever answered.
std::optional<Arrived> Engine::enter(const wire::PacketIn& packet) {
    const auto refuse = [&](Reason reason) {
        Arrived nothing;
        Reader ports(packet.payload.view());
        nothing.tuple.remote = {packet.source, ports.u16()};
        nothing.tuple.local = {packet.destination, ports.u16()};
        nothing.text = packet.payload;
        drop(reason, nothing, 0, now_);
        return std::nullopt;
    };
    ++counters_.tcp_segments_in;
    if (packet.to_group) return refuse(Reason::tcp_to_group);  // RFC 9293 3.9.2.3 [MUST-57]
    if (paths_.is_group(packet.source) || packet.source.is_unspecified())
        return refuse(Reason::tcp_bad_source);  // [MUST-63]
    // RFC 9293 3.1 [MUST-3].
    if (!packet.checksum_good && wire::transport_checksum(packet.source, packet.destination,
                                                          wire::protocol::tcp, packet.payload.view()) != 0)
        return refuse(Reason::tcp_bad_checksum);
    auto header = wire::parse_tcp(packet.payload.view());
    if (!header) return refuse(header.error());
    if (header->source_port == 0 || header->destination_port == 0) return refuse(Reason::tcp_port_zero);
    Arrived arrived;
    arrived.tuple = {{packet.destination, header->destination_port}, {packet.source, header->source_port}};
    arrived.header = *header;
    arrived.text = packet.payload.from(header->header_length);
    arrived.segment_bytes = packet.segment_bytes;
    arrived.traffic_class = packet.traffic_class;
    arrived.is_looped = packet.is_looped;
    return arrived;
}

void Engine::on_packet(const wire::PacketIn& packet, Instant now) {
    now_ = now;
    if (take_predicted(packet, now)) return;
    if (const auto arrived = enter(packet)) dispatch(*arrived, now);
}

// Of a connection that is open all that enter() refuses is ruled out: its ends are no groups and its ports are not zero.
bool Engine::take_predicted(const wire::PacketIn& packet, Instant now) {
    wire::UsualTcpHeader header;
    if (packet.to_group || !wire::parse_usual_tcp(packet.payload.view(), header)) return false;
    Record* record =
        demux_.find({{packet.destination, header.destination_port}, {packet.source, header.source_port}});
    if (!record || record->record_kind != RecordKind::connection) return false;
    if (!packet.checksum_good && wire::transport_checksum(packet.source, packet.destination,
                                                          wire::protocol::tcp, packet.payload.view()) != 0)
        return false;
    auto& connection = static_cast<Connection&>(*record);
    const Connection::Predicted predicted = connection.take_predicted(header, packet, now);
    if (predicted == Connection::Predicted::no) return false;
    ++counters_.tcp_segments_in;
    const bool is_drained = !connection.ReadyHook::is_linked() && !connection.has_errand();
    if (predicted == Connection::Predicted::yes || !is_drained) {
        touched(connection, now);
        return true;
    }
    if (!connection.is_armed() || connection.ack_deadline() < connection.due())
        arm(connection, connection.ack_deadline());
    announce(connection);
    return true;
}

void Engine::dispatch(const Arrived& arrived, Instant now) {
    if (Record* record = demux_.find(arrived.tuple)) {
        switch (record->record_kind) {
            case RecordKind::connection: {
                auto& connection = static_cast<Connection&>(*record);
                connection.on_segment(arrived, now);
                return touched(connection, now);
            }
            case RecordKind::half_open:
                return on_segment_half_open(static_cast<HalfOpen&>(*record), arrived, now);
            case RecordKind::time_wait:
                return on_segment_in_time_wait(static_cast<TimeWait&>(*record), arrived, now);
        }
    }
    if (Listener* listener = demux_.listener_for(arrived.tuple))
        return on_segment_in_listen(*listener, arrived, now);
    on_segment_in_closed(arrived, now);
}

void Engine::on_segment_in_closed(const Arrived& arrived, Instant now) {  // RFC 9293 3.10.7.1
    if (has(arrived, flag::rst)) return drop(Reason::tcp_reset_to_closed, arrived, 0, now);
    drop(Reason::tcp_no_connection, arrived, 0, now);
    owe_refusal(arrived, Rule::r9293_3_10_7_1);
}

void Engine::on_segment_in_listen(Listener& listener, const Arrived& arrived,
                                  Instant now) {  // RFC 9293 3.10.7.2
    if (has(arrived, flag::rst))
        return drop(Reason::tcp_reset_to_listener, arrived, listener.number, now);  // first
    if (has(arrived, flag::ack)) {                                                  // second
        if (take_cookie(listener, arrived, now)) return;
        drop(Reason::tcp_ack_to_listener, arrived, listener.number, now);
        return owe_refusal(arrived, Rule::r9293_3_10_7_2);
    }
    if (!has(arrived, flag::syn))
        return drop(Reason::tcp_nothing_for_listener, arrived, listener.number, now);  // fourth
    HalfOpen* child = admit(listener, arrived, std::nullopt, now);                     // third
    if (child && !open_early(*child, arrived, now)) owe_syn_ack(*child, false, now);
}

// RFC 7413 4.2.2: does the SYN come with a good cookie, and is there room? Then it is a connection already. If not, the
// child gives out a cookie when its SYN asked for one.
bool Engine::open_early(HalfOpen& child, const Arrived& arrived, Instant now) {
    Listener& listener = *child.listener;
    const auto& cookie = arrived.header.options.fast_open;
    if (!cookie || listener.options.fast_open == 0) return false;
    const Duration lifetime = settings_.fast_open_cookie_lifetime;
    const CookieAge age = check_fast_open_cookie(isn_, arrived.tuple, *cookie, lifetime, now);
    child.gives_cookie = age != CookieAge::current;
    if (age == CookieAge::refused) {
        if (!cookie->empty()) ++counters_.tcp_fast_open_cookies_refused;
        return false;
    }
    // [R7413-5]: too many unproven ones: an ordinary handshake.
    if (!listener.early_opens->has_room(listener.options.fast_open, now)) return false;
    ++counters_.tcp_fast_opens_accepted;
    auto* connection = new Connection(environment_, child.tuple, child.number, listener.options);
    connection->grow_early(
        child, isn_.timestamp_offset(child.tuple), arrived, EarlyOpens::Place(listener.early_opens),
        child.gives_cookie ? std::optional(make_fast_open_cookie(isn_, arrived.tuple, lifetime, now))
                           : std::nullopt,
        now);
    touched(take_place_of(child, *connection, now), now);
    return true;
}

// States.md 6: rules 2 and 3. nullptr: not admitted.
HalfOpen* Engine::admit(Listener& listener, const Arrived& arrived, std::optional<std::uint32_t> least_iss,
                        Instant now) {
    const bool is_table_full = demux_.size() >= settings_.connections_max || environment_.is_memory_full();
    if (!listener.backlog.has_room() || half_open_ >= settings_.half_open_max || is_table_full) {
        if (settings_.syn_cookies && listener.backlog.has_cookie_room() && !is_table_full && !least_iss) {
            owe_cookie(listener, arrived, now);
            return nullptr;
        }
        drop(is_table_full                 ? Reason::tcp_memory_full
             : listener.backlog.has_room() ? Reason::tcp_half_open_full
                                           : Reason::tcp_backlog_full,
             arrived, listener.number, now);
        return nullptr;
    }
    auto child = std::make_unique<HalfOpen>(arrived.tuple, ++number_);
    if (!fill_child(*child, listener, arrived)) {
        drop(Reason::ip_no_route, arrived, listener.number, now);
        return nullptr;
    }
    child->iss = least_iss.value_or(isn_.initial(arrived.tuple, now).raw);
    // States.md 6.7: at least three minutes; less while half of the backlog is half-open.
    const Duration lifetime =
        listener.backlog.is_pressed() ? settings_.half_open_lifetime / 4 : settings_.half_open_lifetime;
    child->handshake.start(settings_, now, lifetime);
    ++listener.backlog.half_open;
    ++half_open_;
    ++counters_.tcp_passive_opens;
    HalfOpen& admitted = *child.release();
    demux_.insert(admitted);
    if (trace_.mode() != TraceMode::off) {
        ConnectionFacts facts;
        facts.connection = admitted.number;
        facts.local = wire::to_text(admitted.tuple.local);
        facts.remote = wire::to_text(admitted.tuple.remote);
        facts.iss = admitted.iss;
        facts.irs = admitted.irs;
        facts.mss = admitted.offer.mss;
        facts.peer_mss = admitted.agreed.mss;
        facts.timestamps = admitted.agreed.timestamps;
        facts.sack = admitted.agreed.sack;
        if (admitted.agreed.window_scaling) {
            facts.window_shift = static_cast<std::int8_t>(admitted.agreed.rcv_shift);
            facts.peer_window_shift = static_cast<std::int8_t>(admitted.agreed.snd_shift);
        }
        trace_.tell(std::move(facts));
    }
    note_in(arrived, admitted.number, least_iss ? State::time_wait : State::closed, 0, 0, now);
    if (least_iss)
        note(admitted, State::time_wait, State::syn_received, Event::syn_reuses, Rule::r6191_2, Reason::none,
             now, admitted.iss);
    else
        note(admitted, State::closed, State::syn_received, Event::syn_admitted, Rule::r9293_3_10_7_2,
             Reason::none, now, admitted.iss);
    return &admitted;
}

// What the SYN told, and the way back. False: there is no way back.
bool Engine::fill_child(HalfOpen& child, Listener& listener, const Arrived& arrived) {
    const auto path = paths_.path_to(arrived.tuple.remote.address, arrived.tuple.local.address);
    if (!path) return false;
    const Options& options = listener.options;
    child.limits = receive_limits(settings_, options, *path);
    child.listener = &listener;
    child.path_mtu = path->mtu;
    child.known_mtu = path->known_mtu;
    child.path_segment_bytes = path->send_segment_bytes;
    child.irs = arrived.header.sequence;
    child.snd_wnd = arrived.header.window;
    child.offer = offer_for(settings_, *path, child.limits.most, options.mss);
    child.agreed = agree(child.offer, arrived.header.options, settings_, *path, options.mss);
    child.agreed.ecn = ecn_accepted(settings_, arrived.header, arrived.traffic_class);
    child.announced = static_cast<std::uint16_t>(std::min(child.limits.buffer, 65535U));
    child.syn_code_point = arrived.traffic_class & ecn::mask;
    if (arrived.header.options.timestamps) child.ts_recent = arrived.header.options.timestamps->value;
    return true;
}

void Engine::on_segment_half_open(HalfOpen& child, const Arrived& arrived,
                                  Instant now) {  // RFC 9293 3.10.7.4
    Segment seg = in_positions(child, arrived);
    const Verdict verdict = judge(seg, context_of(child, seg));
    if (verdict.what != Verdict::What::accept) {
        note_in(arrived, child.number, State::syn_received, seg.seq, seg.ack, now);
        drop(verdict.reason, arrived, child.number, now);
    }
    Reply ack;
    ack.tuple = child.tuple;
    ack.connection = child.number;
    ack.seq = child.iss + 1;
    ack.ack = child.irs + 1;
    ack.flags = flag::ack;
    ack.window = window_field(child);
    ack.window_bytes = std::uint32_t{ack.window} << child.agreed.rcv_shift;
    ack.state = State::syn_received;
    ack.position = ack.ack_position = 1;
    if (child.agreed.timestamps)
        ack.options.timestamps = wire::Timestamps{isn_.timestamp_offset(child.tuple), child.ts_recent};
    switch (verdict.what) {
        case Verdict::What::accept: {
            Connection& connection = promote(child, now);
            connection.on_segment(arrived, now);
            return touched(connection, now);
        }
        case Verdict::What::ignore: return;
        case Verdict::What::challenge:
            if (!child.challenges.may_send(settings_, now))
                return counters_.drop(Reason::tcp_challenge_throttled);
            ++counters_.tcp_challenge_acks;
            ack.cause = Cause::challenge;
            ack.rule = Rule::r5961_3_2;
            child.told_scaled = true;
            return owe(ack);
        case Verdict::What::acknowledge:  // docs/decisions/0023
            if (seg.text.empty() && !child.challenges.may_send(settings_, now))
                return counters_.drop(Reason::tcp_challenge_throttled);
            ack.cause = Cause::ack;
            child.told_scaled = true;
            return owe(ack);
        case Verdict::What::resend_syn_ack: return owe_syn_ack(child, true, now);
        case Verdict::What::refuse: return owe_refusal(arrived, Rule::r9293_3_10_7_4);
        case Verdict::What::reset:
        case Verdict::What::forget:
            return forget(child, Event::old_duplicate, Reason::end_half_open_dropped, now);
    }
}

// The third segment is here: the child becomes a connection under the same number.
Connection& Engine::promote(HalfOpen& child, Instant now) {
    auto* connection = new Connection(environment_, child.tuple, child.number, child.listener->options);
    connection->grow_from(child, isn_.timestamp_offset(child.tuple), now);
    return take_place_of(child, *connection, now);
}

Connection& Engine::take_place_of(HalfOpen& child, Connection& connection, Instant now) {
    Listener& listener = *child.listener;
    connection.set_parent(&listener);
    --listener.backlog.half_open;
    --half_open_;
    wheel_.disarm(child);
    demux_.erase(child);
    if (child.old)
        finish(*child.old, Event::time_wait_over, Reason::end_time_wait_reused, now);  // the new one is real
    delete &child;
    demux_.insert(connection);
    return connection;
}

// Or among those that wait for their first data.
void Engine::queue_for_accept(Connection& connection) {
    Listener& listener = *connection.parent();
    const bool was_deferred = connection.NewsHook::is_linked();
    if (was_deferred && (!connection.is_parked() || connection.is_deferred())) return;
    if (was_deferred) leave_accept_queue(connection);
    ++listener.backlog.waiting;
    connection.set_parked(connection.is_deferred());
    if (connection.is_parked()) return listener.deferred.push_back(connection);
    listener.accept_queue.push_back(connection);
    if (!listener.has_news && listener.watcher) {
        listener.has_news = true;
        listener_news_.push_back(&listener);
    }
}

void Engine::leave_accept_queue(Connection& connection) {
    Listener& listener = *connection.parent();
    NewsList& queue = connection.is_parked() ? listener.deferred : listener.accept_queue;
    queue.erase(queue.iterator_to(connection));
    --listener.backlog.waiting;
}

// The child goes, nobody is told; a TIME-WAIT it stood for comes back (states.md 5.4).
void Engine::forget(HalfOpen& child, Event event, Reason reason, Instant now) {
    note(child, State::syn_received, State::closed, event, Rule::r9293_3_10_7_4, reason, now);
    --child.listener->backlog.half_open;
    --half_open_;
    ++counters_.tcp_failed_opens;
    wheel_.disarm(child);
    demux_.erase(child);
    if (TimeWait* old = child.old) {
        demux_.insert(*old);
        time_wait_wheel_.arm(*old, std::max(old->due(), later(now, 1ms)));
    }
    delete &child;
}

bool Engine::take_cookie(Listener& listener, const Arrived& arrived, Instant now) {  // RFC 4987 appendix A
    if (!listener.sent_cookies || now - listener.last_cookie_at > 128s) return false;
    if (has(arrived, flag::syn)) return false;
    const std::uint32_t peer_initial = arrived.header.sequence - 1;
    const std::uint32_t cookie = arrived.header.acknowledgment - 1;
    const auto& timestamps = arrived.header.options.timestamps;
    const bool has_timestamps = settings_.timestamps && timestamps;
    const CookieOptions kept = has_timestamps ? cookie_options_in(timestamps->echo) : CookieOptions{};
    const auto mss = check_cookie(isn_, arrived.tuple, peer_initial, cookie, kept, now);
    if (!mss) return false;
    if (!listener.backlog.has_cookie_room()) {  // states.md 6.3: dropped, the client's data will ask again
        drop(Reason::tcp_backlog_full, arrived, listener.number, now);
        return true;
    }
    Arrived syn = arrived;  // what the SYN must have said
    syn.header.sequence = peer_initial;
    syn.header.options = {};
    syn.header.options.mss = *mss;
    if (has_timestamps) syn.header.options.timestamps = timestamps;
    if (kept.window_shift != CookieOptions::no_shift) syn.header.options.window_shift = kept.window_shift;
    syn.header.options.sack_permitted = kept.sack;
    HalfOpen child(arrived.tuple, ++number_);
    if (!fill_child(child, listener, syn)) return false;
    child.agreed.ecn = EcnMode::none;  // a cookie does not remember it
    child.iss = cookie;
    auto* connection = new Connection(environment_, child.tuple, child.number, listener.options);
    connection->grow_from_cookie(child, isn_.timestamp_offset(child.tuple), now);
    connection->set_parent(&listener);
    ++counters_.tcp_cookies_accepted;
    demux_.insert(*connection);
    connection->on_segment(arrived, now);
    touched(*connection, now);
    return true;
}

void Engine::on_segment_in_time_wait(TimeWait& record, const Arrived& arrived,
                                     Instant now) {  // RFC 9293 3.10.7.4
    note_in(arrived, record.number, State::time_wait,
            told_position(record.number, arrived.header.sequence, false),
            told_position(record.number, arrived.header.acknowledgment, true), now);
    const auto answer = judge_in_time_wait(record.facts, arrived.header, arrived.text.size(),
                                           settings_.timestamps, settings_.time_wait_ignores_resets);
    switch (answer.verdict) {
        case TimeWaitVerdict::ignore: return drop(answer.reason, arrived, record.number, now);
        case TimeWaitVerdict::acknowledge:  // docs/decisions/0023
            drop(answer.reason, arrived, record.number, now);
            if (arrived.text.size() == 0 && !record.facts.challenges.may_send(settings_, now))
                return counters_.drop(Reason::tcp_challenge_throttled);
            return owe_ack(record, Cause::ack, now);
        case TimeWaitVerdict::challenge:
            drop(answer.reason, arrived, record.number, now);
            if (!record.facts.challenges.may_send(settings_, now))
                return counters_.drop(Reason::tcp_challenge_throttled);
            ++counters_.tcp_challenge_acks;
            return owe_ack(record, Cause::challenge, now);
        case TimeWaitVerdict::restart:  // D-3
            drop(answer.reason, arrived, record.number, now);
            time_wait_wheel_.arm(record, later(now, settings_.time_wait));
            return owe_ack(record, Cause::ack_of_fin, now);
        case TimeWaitVerdict::close:
            return end_time_wait(record, Event::reset_arrives, Reason::end_reset_by_peer, now);
        case TimeWaitVerdict::reuse: return reuse(record, arrived, now);
    }
}

// RFC 6191: a new SYN replaces the old connection, if a listener admits it. The old record is kept until the
// handshake completes.
void Engine::reuse(TimeWait& record, const Arrived& arrived, Instant now) {
    Listener* listener = demux_.listener_for(arrived.tuple);
    if (!listener || !listener->backlog.has_room()) {
        drop(Reason::tcp_syn_in_sync, arrived, record.number, now);
        return owe_ack(record, Cause::challenge, now);
    }
    const Instant due = record.due();
    time_wait_wheel_.disarm(record);
    demux_.erase(record);
    // The new ISS lies above everything the old connection used [MAY-2].
    const std::uint32_t generated = isn_.initial(arrived.tuple, now).raw;
    const bool is_above = static_cast<std::int32_t>(generated - record.facts.snd_nxt) > 0;
    HalfOpen* child = admit(*listener, arrived, is_above ? generated : record.facts.snd_nxt + 64000, now);
    if (!child) {
        demux_.insert(record);
        return time_wait_wheel_.arm(record, due);
    }
    ++counters_.tcp_time_wait_reused;
    child->old = &record;
    owe_syn_ack(*child, false, now);
}

void Engine::on_failure(const wire::DeliveryFailed& failed, Instant now) {  // RFC 9293 3.9.2.2 [MUST-54]
    now_ = now;
    if (failed.error == wire::DeliveryError::source_quench)
        return counters_.drop(Reason::icmp_source_quench);  // [MUST-55]
    Reader quoted(failed.transport.view());
    const Tuple tuple{{failed.source, quoted.u16()}, {failed.destination, quoted.u16()}};
    const std::uint32_t sequence = quoted.u32();
    Record* record = quoted.ok() ? demux_.find(tuple) : nullptr;
    if (!record) return counters_.drop(Reason::icmp_no_connection);
    if (record->record_kind == RecordKind::connection) {
        auto& connection = static_cast<Connection&>(*record);
        connection.on_failure(failed, now);
        return touched(connection, now);
    }
    if (record->record_kind != RecordKind::half_open) return counters_.drop(Reason::icmp_out_of_window);
    auto& child = static_cast<HalfOpen&>(*record);
    if (sequence != child.iss) return counters_.drop(Reason::icmp_out_of_window);  // RFC 5927 4.1
    fail(child, failed, now);
}

// Hard errors end a half-open child [SHLD-26]; soft ones do not [MUST-56].
void Engine::fail(HalfOpen& child, const wire::DeliveryFailed& failed, Instant now) {
    using wire::DeliveryError;
    const bool is_hard = failed.error == DeliveryError::protocol_unreachable ||
                         failed.error == DeliveryError::port_unreachable;
    if (is_hard) forget(child, Event::unreachable, Reason::end_unreachable, now);
}

void Engine::on_time(Instant now) {
    now_ = now;
    while (DeadlineNode* node = wheel_.take_due(now)) on_time_of(static_cast<Record&>(*node), now);
    while (DeadlineNode* node = time_wait_wheel_.take_due(now))
        end_time_wait(static_cast<TimeWait&>(static_cast<Record&>(*node)), Event::time_wait_over,
                      Reason::end_time_wait_over, now);
}

void Engine::on_time_of(Record& record, Instant now) {
    if (record.record_kind == RecordKind::connection) {
        auto& connection = static_cast<Connection&>(record);
        connection.on_time(now);
        return touched(connection, now);
    }
    auto& child = static_cast<HalfOpen&>(record);
    if (child.handshake.is_over(now))
        return forget(child, Event::half_open_expired, Reason::end_syn_timeout, now);
    if (child.handshake.on_time(settings_, now)) owe_syn_ack(child, false, now);
}

}  // namespace sluice::tcp
