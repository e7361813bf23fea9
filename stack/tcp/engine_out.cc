// The way out: answers that need no connection first, then whoever is ready, one frame each in turn.
#include "tcp/engine.h"
#include "tcp/opening/cookie.h"

namespace sluice::tcp {
namespace {

constexpr std::uint32_t replies_max = 4096;

// RFC 3168 6.1.1 [R3168-1]; RFC 9768 3.1.1 [R9768-2].
void tell_ecn(const HalfOpen& child, Reply& reply) {
    if (child.agreed.ecn == EcnMode::none) return;
    reply.ace =
        child.agreed.ecn == EcnMode::classic ? std::uint8_t{0b001} : ace::telling(child.syn_code_point);
}

}  // namespace

bool Engine::emit(wire::PacketOut& packet, Instant now) {
    if (!replies_.empty()) {
        write_reply(replies_.pop_front(), packet, now);
        if (replies_.empty()) replies_.reset();
        return true;
    }
    while (!ready_.empty()) {
        Connection& connection = ready_.front();
        ready_.pop_front();
        if (connection.emit(packet, now)) {
            ready_.push_back(connection);
            if (connection.has_news()) announce(connection);  // CLOSE-WAIT -> LAST-ACK when the FIN leaves
            return true;
        }
        arm(connection, connection.deadline());
    }
    return false;
}

Instant Engine::next_deadline() const { return std::min(wheel_.next(), time_wait_wheel_.next()); }

void Engine::owe(Reply reply) {
    if (replies_.size() >= replies_max) return counters_.drop(Reason::reply_queue_full);
    replies_.push_back(std::move(reply));
}

void Engine::owe_syn_ack(HalfOpen& child, bool is_resent, Instant now) {
    Reply reply;
    reply.tuple = child.tuple;
    reply.connection = child.number;
    reply.seq = child.iss;
    reply.ack = child.irs + 1;
    reply.ack_position = 1;
    reply.flags = flag::syn | flag::ack;
    tell_ecn(child, reply);
    reply.window = child.announced;
    reply.window_bytes = child.announced;
    reply.cause = Cause::syn_ack;
    reply.rule = Rule::r9293_3_10_7_2;
    reply.state = State::syn_received;
    reply.traffic_class = static_cast<std::uint8_t>(child.listener->options.traffic_class & 0xfcU);
    reply.hop_limit = child.listener->options.hop_limit;
    wire::TcpOptions peer;
    if (child.agreed.window_scaling) peer.window_shift = child.agreed.snd_shift;
    if (child.agreed.timestamps) peer.timestamps = wire::Timestamps{};
    peer.sack_permitted = child.agreed.sack;
    reply.options = options_of(child.offer, &peer);
    if (reply.options.timestamps)
        reply.options.timestamps = wire::Timestamps{isn_.timestamp_offset(child.tuple), child.ts_recent};
    if (child.gives_cookie && child.handshake.transmissions() == 0)  // RFC 7413 4.2.2; not repeated [R7413-9]
        reply.options.fast_open =
            make_fast_open_cookie(isn_, child.tuple, settings_.fast_open_cookie_lifetime, now);
    reply.attempt = static_cast<std::uint8_t>(std::min(child.handshake.transmissions() + 1, 255));
    if (child.handshake.transmissions() > 0 || is_resent) ++counters_.tcp_retransmitted;
    child.handshake.on_sent(now);
    arm(child, child.handshake.deadline());
    owe(std::move(reply));
}

void Engine::owe_cookie(Listener& listener, const Arrived& arrived, Instant now) {  // RFC 4987 3.6
    const auto path = paths_.path_to(arrived.tuple.remote.address, arrived.tuple.local.address);
    if (!path) return drop(Reason::ip_no_route, arrived, listener.number, now);
    listener.sent_cookies = true;
    listener.last_cookie_at = now;
    const wire::TcpOptions& peer = arrived.header.options;
    const auto peer_mss = peer.mss.value_or(static_cast<std::uint16_t>(settings_.mss_default));
    const ReceiveLimits limits = receive_limits(settings_, listener.options, *path);
    const Offer offer = offer_for(settings_, *path, limits.most, listener.options.mss);
    Reply reply;
    reply.options.mss = offer.mss;
    CookieOptions kept;
    if (offer.timestamps && peer.timestamps) {
        reply.options = options_of(offer, &peer);
        reply.options.timestamps =
            wire::Timestamps{isn_.timestamp_offset(arrived.tuple), peer.timestamps->value};
        if (reply.options.window_shift) kept.window_shift = std::min<std::uint8_t>(*peer.window_shift, 14);
        kept.sack = reply.options.sack_permitted;
        reply.cookie_options = kept;
    }
    reply.tuple = arrived.tuple;
    reply.seq = make_cookie(isn_, arrived.tuple, arrived.header.sequence, peer_mss, kept, now);
    reply.ack = arrived.header.sequence + 1;
    reply.ack_position = 1;
    reply.flags = flag::syn | flag::ack;
    reply.window = static_cast<std::uint16_t>(std::min(limits.buffer, 65535U));
    reply.window_bytes = reply.window;
    reply.cause = Cause::syn_ack;
    reply.rule = Rule::r4987_3_6;
    ++counters_.tcp_cookies_sent;
    owe(std::move(reply));
}

// RST-0 or RST-A (RFC 9293 3.10.7.1): never in answer to a reset [U-10].
void Engine::owe_refusal(const Arrived& arrived, Rule rule) {
    const wire::TcpHeader& header = arrived.header;
    if ((header.flags & flag::rst) != 0) return;
    if (now_ - resets_since_ >= 1s) {
        resets_since_ = now_;
        resets_sent_ = 0;
    }
    if (++resets_sent_ > settings_.resets_per_second) return counters_.drop(Reason::tcp_reset_rate_limited);
    Reply reset;
    reset.tuple = arrived.tuple;
    reset.cause = Cause::reset;
    reset.rule = rule;
    if ((header.flags & flag::ack) != 0) {
        reset.seq = header.acknowledgment;
        reset.flags = flag::rst;
    } else {
        const std::uint32_t length = arrived.text.size() + ((header.flags & flag::syn) != 0 ? 1U : 0U) +
                                     ((header.flags & flag::fin) != 0 ? 1U : 0U);
        reset.ack = header.sequence + length;
        reset.flags = flag::rst | flag::ack;
    }
    reset.position = reset.seq;
    reset.ack_position = reset.ack;
    owe(std::move(reset));
}

void Engine::owe_ack(TimeWait& record, Cause cause, Instant) {
    Reply ack;
    ack.tuple = record.tuple;
    ack.connection = record.number;
    ack.seq = record.facts.snd_nxt;
    ack.ack = record.facts.rcv_nxt;
    ack.flags = flag::ack;
    ack.window = record.facts.window_field;
    ack.window_bytes = record.facts.rcv_wnd;
    ack.cause = cause;
    ack.rule = cause == Cause::challenge ? Rule::r5961_4_2 : Rule::r9293_3_10_7_4;
    ack.state = State::time_wait;
    ack.position = told_position(record.number, ack.seq, true);
    ack.ack_position = told_position(record.number, ack.ack, false);
    ack.traffic_class = record.facts.traffic_class;
    ack.hop_limit = record.facts.hop_limit;
    if (record.facts.timestamps)
        ack.options.timestamps = wire::Timestamps{record.facts.ts_offset, record.facts.ts_recent};
    owe(std::move(ack));
}

// Timestamps of a reply hold the offset until it leaves; the clock is added here.
void Engine::write_reply(const Reply& reply, wire::PacketOut& packet, Instant now) {
    wire::TcpHeader header;
    header.source_port = reply.tuple.local.port;
    header.destination_port = reply.tuple.remote.port;
    header.sequence = reply.seq;
    header.acknowledgment = reply.ack;
    header.flags = reply.flags;
    if (reply.ace) ace::put(*reply.ace, header);
    header.window = reply.window;
    header.options = reply.options;
    if (header.options.timestamps)
        header.options.timestamps->value += static_cast<std::uint32_t>(in_ms(now.time_since_epoch()));
    if (reply.cookie_options)
        header.options.timestamps->value =
            with_cookie_options(header.options.timestamps->value, *reply.cookie_options);
    packet.source = reply.tuple.local.address;
    packet.destination = reply.tuple.remote.address;
    packet.protocol = wire::protocol::tcp;
    packet.traffic_class = reply.traffic_class;
    packet.hop_limit = reply.hop_limit ? reply.hop_limit : static_cast<std::uint8_t>(settings_.hop_limit);
    packet.checksum_offset = wire::tcp_checksum_offset;
    packet.header_length = static_cast<std::uint32_t>(wire::write_tcp(packet.header_room(), header));
    ++counters_.tcp_segments_out;
    if ((reply.flags & flag::rst) != 0) ++counters_.tcp_resets_out;
    if (!trace_.wants(Kind::segment_out)) return;
    TraceRecord r;
    r.time_ns = now.time_since_epoch().count();
    r.connection = reply.connection;
    r.kind = Kind::segment_out;
    r.before = r.after = reply.state;
    r.flags = reply.flags;
    r.cause = reply.cause;
    r.rule = reply.rule;
    r.attempt = reply.attempt;
    r.position = reply.position;
    r.ack = reply.ack_position;
    r.window_bytes = reply.window_bytes;
    trace_.write(r);
}

void Engine::note(const Record& record, State before, State after, Event event, Rule rule, Reason reason,
                  Instant now, std::uint32_t value) const {
    if (!trace_.wants(Kind::state)) return;
    TraceRecord r;
    r.time_ns = now.time_since_epoch().count();
    r.connection = record.number;
    r.kind = Kind::state;
    r.before = before;
    r.after = after;
    r.detail = static_cast<std::uint16_t>(event);
    r.rule = rule;
    r.reason = reason;
    r.value = value;
    trace_.write(r);
}

Pos Engine::told_position(std::uint32_t connection, std::uint32_t raw, bool is_ours) const {
    const ConnectionFacts* facts = trace_.facts(connection);
    if (!facts) return raw;
    return static_cast<std::int32_t>(raw - (is_ours ? facts->iss : facts->irs));
}

void Engine::note_in(const Arrived& arrived, std::uint32_t connection, State state, Pos seq, Pos ack,
                     Instant now) const {
    if (!trace_.wants(Kind::segment_in)) return;
    TraceRecord r;
    r.time_ns = now.time_since_epoch().count();
    r.connection = connection;
    r.kind = Kind::segment_in;
    r.before = r.after = state;
    r.flags = arrived.header.flags;
    r.position = seq;
    r.ack = (arrived.header.flags & flag::ack) != 0 ? ack : 0;
    r.length = arrived.text.size();
    r.window_bytes = arrived.header.window;
    trace_.write(r);
}

void Engine::note_listener(const Listener& listener, State before, State after, Event event,
                           Instant now) const {
    if (!trace_.wants(Kind::state)) return;
    TraceRecord r;
    r.time_ns = now.time_since_epoch().count();
    r.connection = listener.number;
    r.kind = Kind::state;
    r.before = before;
    r.after = after;
    r.detail = static_cast<std::uint16_t>(event);
    r.rule = event == Event::passive_open ? Rule::r9293_3_10_1 : Rule::r9293_3_10_4;
    trace_.write(r);
}

void Engine::drop(Reason reason, const Arrived& arrived, std::uint32_t connection, Instant now) {
    counters_.drop(reason);
    if (!trace_.wants(Kind::segment_dropped)) return;
    TraceRecord r;
    r.time_ns = now.time_since_epoch().count();
    r.connection = connection;
    r.kind = Kind::segment_dropped;
    r.reason = reason;
    r.flags = arrived.header.flags;
    r.position = told_position(connection, arrived.header.sequence, false);
    r.ack = told_position(connection, arrived.header.acknowledgment, true);
    r.length = arrived.text.size();
    const auto& [local, remote] = arrived.tuple;
    if (local.address.is_v4() && remote.address.is_v4())
        r.spare = {remote.address.to_v4(), local.address.to_v4(),
                   std::uint32_t{remote.port} << 16U | local.port};
    trace_.write(r);
}

}  // namespace sluice::tcp
