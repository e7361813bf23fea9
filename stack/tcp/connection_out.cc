// The way out: plan() says what leaves next, depart() carries it out, deadline() says when to ask again. Nothing is decided
// twice. RFC 9293 3.8, 3.10.2; RFC 5681; RFC 6298 5.
#include "tcp/connection.h"

namespace sluice::tcp {

bool Connection::emit(wire::PacketOut& packet, Instant now) {
    std::optional<Departure> departure = plan(now);
    if (!departure) {
        if (silly_at_ <= now) silly_at_ = never;  // the override came, and still nothing fits
        return false;
    }
    depart(*departure, packet, now);
    return true;
}

// What is owed, most urgent first.
std::optional<Departure> Connection::plan(Instant now) {
    if (state_ == State::closed || state_ == State::time_wait) return plan_ack();
    if (opening_) return plan_opening(now);
    if (may_transmit(state_) && (sender_.has_work() || !flight_.empty())) {
        if (auto text = plan_text(now); text && is_released(*text, now)) return text;
    }
    if (auto keepalive = plan_keepalive()) return keepalive;
    return plan_ack();
}

std::optional<Departure> Connection::plan_text(Instant now) {
    if (run_ > 0)
        if (auto next = plan_next_of_run()) return next;
    if (recovery_.prefers_new_data()) {  // RFC 5682 2.1 (2b)
        if (auto fresh = plan_new(now)) return fresh;
        recovery_.find_no_new_data();
    }
    if (!recovery_.prefers_new_data()) {
        if (auto resend = plan_resend()) return resend;
    }
    if (auto probe = plan_probe()) return probe;
    if (path_.is_searching())
        if (auto larger = plan_path_probe(now)) return larger;
    if (auto fresh = plan_new(now)) return fresh;
    if (auto rescue = plan_rescue(now)) return rescue;
    return plan_tail_probe();
}

// Nothing was told since the segment before it was planned: what held for that one holds for this one.
std::optional<Departure> Connection::plan_next_of_run() {
    --run_;
    Departure fresh;
    fresh.seq = sender_.nxt();
    fresh.text = {fresh.seq, fresh.seq + mss()};
    fresh.cause = Cause::data;
    if (sender_.buffer.gatherable(fresh.text) < fresh.text.size()) return std::nullopt;
    return fresh;
}

// How many full segments may follow one that may leave. What empties the queue is looked at in its own right.
void Connection::begin_run(const MaySendFacts& facts) {
    const bool is_plain = facts.segment_max == facts.mss && !is_one_by_one() && !recovery_.is_active() &&
                          !recovery_.prefers_new_data() && !recovery_.probe.is_owed() &&
                          !sender_.persist.is_owed() && !path_.is_searching() && !receiver_.has_disorder();
    if (!is_plain) return;
    const Pos octets = std::min({facts.unsent - 1, facts.usable, sending_window() - flight_.pipe()});
    run_ = static_cast<std::uint32_t>(std::max(octets / Pos{facts.mss}, Pos{1}) - 1);
}

std::optional<Departure> Connection::plan_opening(Instant now) {
    if (auto handshake = plan_handshake()) return handshake;
    if (state_ != State::syn_received) return std::nullopt;
    if (opening_->early_place) {  // RFC 7413 4.2.2 [R7413-8]
        if (auto text = plan_new(now); text && is_released(*text, now)) return text;
    }
    return plan_ack();
}

std::optional<Departure> Connection::plan_handshake() {
    if (!opening_->handshake.is_owed()) return std::nullopt;
    Departure syn;
    syn.attempt = static_cast<std::uint16_t>(opening_->handshake.transmissions() + 1U);
    if (syn.attempt > 1) {  // RFC 7413 4.2.2 [R7413-9]: repeated without text and without the option
        opening_->fast_open.give_up();
        opening_->cookie.reset();
    }
    if (waits_for_text()) return std::nullopt;
    syn.text = opening_->has_peer ? Range{0, 0} : syn_text();
    syn.flags = opening_->has_peer ? flag::syn | flag::ack : flag::syn;
    // RFC 3168 6.1.1 [R3168-1]; 6.1.1.1 [R3168-13]: a SYN that may have been lost for it is repeated without.
    if (syn.attempt > 1) opening_->offer.ecn = EcnMode::none;
    if (!opening_->has_peer && opening_->offer.ecn == EcnMode::classic) syn.ace = std::uint8_t{0b011};
    if (!opening_->has_peer && opening_->offer.ecn == EcnMode::accurate)
        syn.ace = ace::asks;  // RFC 9768 3.1.1
    syn.cause = opening_->has_peer ? Cause::syn_ack : Cause::syn;
    syn.rule = opening_->has_peer ? Rule::r9293_3_5 : Rule::r9293_3_10_1;
    if (opening_->early_place || syn.text.size() > 1) syn.rule = Rule::r7413_4_2;
    return syn;
}

// The SYN and what it carries along.
Range Connection::syn_text() const {
    wire::TcpOptions options = options_of(opening_->offer, nullptr);
    options.fast_open = opening_->fast_open.option();
    const auto headers = static_cast<std::uint32_t>(40 + wire::size_of(options));
    const Pos most = opening_->fast_open.text_most(sender_.buffer.octets(), environment_.settings.mss_default,
                                                   path_.mtu(), headers);
    return {0, 1 + sender_.buffer.gatherable({1, 1 + most})};
}

std::optional<Departure> Connection::plan_resend() const {
    if (flight_.lost_bytes() == 0) return std::nullopt;
    const std::optional<Range> lost = flight_.next_lost(segment_mss() + 1);
    return lost ? resend_of({lost->begin, std::min(lost->end, lost->begin + positions_to(lost->end))})
                : std::nullopt;
}

// RFC 6675 4, NextSeg (3) and (4): after what is lost (1) and what is new (2).
std::optional<Departure> Connection::plan_rescue(Instant now) const {
    const std::optional<Range> range = recovery_.rescue(recovery_context(now), flight_);
    std::optional<Departure> rescue = range ? resend_of(*range) : std::nullopt;
    if (rescue) rescue->is_rescue = true;
    return rescue;
}

std::optional<Departure> Connection::resend_of(Range range) const {
    if (sender_.is_window_shut()) return std::nullopt;
    if (range.begin == 0) range.end = 1;  // the SYN of a connection closed before it was acknowledged
    // RFC 9293 3.8.6 [SHLD-16]; choice for [MAY-7]: what a shrunk window excludes waits until it opens.
    range.end = std::min(range.end, std::max(sender_.right_edge(), sender_.una() + 1));
    if (range.empty()) return std::nullopt;
    if (!recovery_.is_forced() && flight_.pipe() + range.size() > sending_window()) return std::nullopt;
    Departure resend;
    resend.text = range;
    resend.seq = range.begin;
    resend.is_resent = true;
    resend.attempt = static_cast<std::uint16_t>(flight_.transmissions(range.begin) + 1U);
    if (!recovery_.is_active()) {
        resend.cause = Cause::timeout;
        resend.rule = Rule::r6298_5;
    } else if (recovery_.has_sack()) {
        resend.cause = recovery_.is_forced() ? Cause::fast_retransmit : Cause::sack_hole;
        resend.rule = environment_.settings.rack ? Rule::r8985_6_2 : Rule::r6675_5;
    } else {
        resend.cause = Cause::fast_retransmit;
        resend.rule = Rule::r5681_3_2;
    }
    return resend;
}

// RFC 8985 7.3: new data if any fits (plan_new), else the end of what is in flight.
std::optional<Departure> Connection::plan_tail_probe() const {
    if (!recovery_.probe.is_owed() || flight_.empty() || sender_.is_window_shut()) return std::nullopt;
    Departure probe;
    probe.text = flight_.last(segment_mss() + 1);
    if (probe.text.empty()) return std::nullopt;
    probe.text.begin = std::max(probe.text.begin, probe.text.end - positions_to(probe.text.end));
    probe.seq = probe.text.begin;
    probe.is_resent = true;
    probe.attempt = static_cast<std::uint16_t>(flight_.transmissions(probe.seq) + 1U);
    probe.cause = Cause::tail_probe;
    probe.rule = Rule::r8985_7_3;
    return probe;
}

// RFC 9293 3.8.6.1: one octet, of what is in flight or next; or none, one below what is acknowledged, which asks for an ACK
// as a keep-alive does.
std::optional<Departure> Connection::plan_probe() const {
    if (!sender_.persist.is_owed()) return std::nullopt;
    Departure probe;
    const Pos octets = environment_.settings.persist_probe_octets;
    probe.seq = sender_.una() - (octets == 0 ? 1 : 0);
    probe.text = {probe.seq, probe.seq + octets};
    probe.is_probe = true;
    probe.cause = Cause::zero_window_probe;
    probe.rule = Rule::r9293_3_8_6_1;
    return probe;
}

std::optional<Departure> Connection::plan_new(Instant now) {
    const Settings& settings = environment_.settings;
    const bool is_fin_due =
        sender_.is_fin_unsent() && !opening_;  // a CLOSE waits for ESTABLISHED (RFC 9293 3.10.4)
    if (sender_.unsent() == 0 && !is_fin_due) return std::nullopt;
    if (flight_.empty() && sender_.unsent() > 0) {  // RFC 5681 4.1
        const Duration idle = settings.idle_restart > Duration(0) ? settings.idle_restart : rto();
        if (last_sent_at_ != never && now - last_sent_at_ > idle) controller_.on_idle(settings, mss(), now);
    }
    MaySendFacts facts;
    facts.unsent = sender_.unsent();
    facts.usable = sender_.right_edge() - sender_.nxt();
    facts.congestion_room = sending_window() - flight_.pipe();
    facts.congestion_room += recovery_.extra_room(settings, mss(), facts.congestion_room);
    facts.mss = segment_mss();
    facts.segment_max = is_one_by_one() ? segment_mss() : segment_max();
    facts.largest_window = sender_.window.largest();
    facts.is_anything_unacknowledged = !flight_.empty();
    facts.nagle = settings.nagle && !options_->no_delay && !recovery_.probe.is_owed();
    facts.cork = options_->cork;
    facts.is_last = sender_.is_fin_queued();
    facts.override_due = silly_at_ <= now;
    const MaySend answer = may_send(facts);
    if (answer.waits_for_window && silly_at_ == never) silly_at_ = later(now, settings.silly_window_override);
    Range text{sender_.nxt(), sender_.nxt() + answer.octets};
    text.end = text.begin + sender_.buffer.gatherable(text);
    const bool carries_fin =
        is_fin_due && text.end == sender_.fin_position() && text.end < sender_.right_edge();
    if (carries_fin) ++text.end;
    if (text.empty()) return std::nullopt;
    if (text.size() == Pos{facts.mss}) begin_run(facts);
    Departure fresh;
    fresh.text = text;
    fresh.seq = text.begin;
    fresh.cause = answer.octets > 0 ? Cause::data : Cause::fin;
    fresh.rule = answer.octets > 0 ? Rule::none : Rule::r9293_3_6;
    if (recovery_.probe.is_owed()) fresh.cause = Cause::tail_probe, fresh.rule = Rule::r8985_7_3;
    return fresh;
}

// RFC 4821 7.4 [R4821-1]: new data in a larger packet, when nothing is amiss and there is data and window enough to
// notice its loss at once.
std::optional<Departure> Connection::plan_path_probe(Instant now) const {
    const auto size = path_.due(environment_.settings, now);
    if (!size || recovery_.is_active() || flight_.lost_bytes() > 0 || timer_.timeouts() > 0)
        return std::nullopt;
    const Pos octets = Pos{*size} - (Pos{path_.mtu()} - segment_mss());
    if (octets > agreed_.mss_send()) return std::nullopt;  // more than the peer takes
    const Pos enough = octets + Pos{environment_.settings.duplicate_acks + 1} * mss();
    const Pos room = std::min(sender_.right_edge() - sender_.nxt(), sending_window() - flight_.pipe());
    if (sender_.unsent() < enough || room < enough) return std::nullopt;
    Departure probe;
    probe.text = {sender_.nxt(), sender_.nxt() + octets};
    if (sender_.buffer.gatherable(probe.text) < octets) return std::nullopt;
    probe.seq = probe.text.begin;
    probe.path_probe = *size;
    probe.cause = Cause::data;
    probe.rule = Rule::r4821_7_4;
    return probe;
}

std::optional<Departure> Connection::plan_keepalive() const {
    if (!keepalive_.is_owed()) return std::nullopt;
    Departure probe;  // RFC 9293 3.8.4 [SHLD-12]: no data, one below SND.NXT
    probe.seq = sender_.nxt() - 1;
    probe.text = {probe.seq, probe.seq};
    probe.cause = Cause::keepalive;
    probe.rule = Rule::r9293_3_8_4;
    probe.is_probe = true;
    return probe;
}

std::optional<Departure> Connection::plan_ack() const {
    if (!receiver_.acks.is_owed()) return std::nullopt;
    Departure ack;
    ack.seq = sender_.nxt();
    ack.text = {ack.seq, ack.seq};
    ack.cause = receiver_.acks.cause();
    ack.rule = ack.cause == Cause::challenge ? Rule::r5961_3_2 : Rule::none;
    return ack;
}

Pos Connection::congestion_window() const {
    const bool is_recovering = recovery_.is_active() && !controller_.has_own_recovery();
    return is_recovering ? recovery_.window() : controller_.window();
}

// Probes are not paced: they leave when nothing else does.
bool Connection::is_released(const Departure& departure, Instant now) {
    if (departure.is_probe || departure.cause == Cause::tail_probe) return true;
    return pacer_.may_send(now);
}

// CWR belongs on one segment, and a link that cuts for us clears the bit in the others (RFC 3168 6.1.2, RFC 9768 3.2.2).
bool Connection::is_one_by_one() const {
    const AccurateEcn* accurate = ecn_.accurate();
    return ecn_.owes_cwr() || (accurate && (accurate->field(false) & 2U) != 0);
}

// What may be in flight now.
// With nothing in flight one segment may always leave, also where segments have grown beyond the window since it was set
// (RFC 4821 7.4): no acknowledgment would come to open it.
Pos Connection::sending_window() const {
    const Pos window =
        restart_window_ >= 0 ? std::min(congestion_window(), restart_window_) : congestion_window();
    return flight_.empty() ? std::max(window, Pos{mss()}) : window;
}

// Positions of a full segment that ends there: a FIN is none of the MSS's octets.
Pos Connection::positions_to(Pos end) const {
    const bool has_fin = sender_.is_fin_sent() && end > sender_.fin_position();
    return Pos{segment_mss()} + (has_fin ? 1 : 0);
}

// Octets one frame may carry: one segment, or as many as the link cuts up for us.
std::uint32_t Connection::segment_max() const {
    const std::uint32_t overhead = 60 + 20;
    const std::uint32_t full = segment_mss();
    if (path_segment_bytes_ < overhead + full) return full;
    Pos most = path_segment_bytes_ - overhead;
    if (const std::uint64_t rate = pacing_rate(); rate > 0)
        most = std::min(most, Pacer::quantum_bytes(rate, full, environment_.settings.pacing_quantum));
    return static_cast<std::uint32_t>(most) / full * full;
}

std::uint32_t Connection::timestamp_now(Instant now) const {  // RFC 7323 5.4: 1 ms ticks; 7.1: random offset
    return static_cast<std::uint32_t>(in_ms(now.time_since_epoch())) + timestamp_offset_;
}

// A SYN that is resent after close() says what was agreed.
Offer Connection::offer_agreed() const {
    Offer offer;
    offer.mss = receiver_.mss_announced();
    offer.window_shift = agreed_.rcv_shift;
    offer.window_scaling = agreed_.window_scaling;
    offer.timestamps = agreed_.timestamps;
    offer.sack = agreed_.sack;
    return offer;
}

// The second door: positions become raw numbers.
wire::TcpHeader Connection::header_of(const Departure& departure, Instant now) {
    wire::TcpHeader header;
    header.source_port = tuple.local.port;
    header.destination_port = tuple.remote.port;
    header.sequence = snd_space_.wrap(departure.seq).raw;
    header.flags = departure.flags;
    if ((header.flags & flag::ack) != 0) header.acknowledgment = rcv_space_.wrap(receiver_.nxt()).raw;
    if ((header.flags & flag::syn) != 0) {
        const wire::TcpOptions* peer = opening_ && opening_->has_peer ? &opening_->peer : nullptr;
        header.options = options_of(opening_ ? opening_->offer : offer_agreed(), peer);
        if (opening_) header.options.fast_open = peer ? opening_->cookie : opening_->fast_open.option();
        // RFC 7323 2.2: unscaled. A SYN that is resent after close() promises what was promised before.
        header.window = opening_ ? opening_->announced
                                 : static_cast<std::uint16_t>(std::min(receiver_.span().wnd(), Pos{65535}));
    } else {
        header.window = receiver_.announce(agreed_.rcv_shift);
        if (agreed_.timestamps) header.options.timestamps = wire::Timestamps{};
        if (agreed_.sack && receiver_.has_sack_blocks())
            write_sack(header.options, sack_most(!departure.text.empty()));
        if (ecn_.accurate() && departure.text.empty()) write_accurate_ecn(header.options);
    }
    if (header.options.timestamps) {
        header.options.timestamps->value = timestamp_now(now);
        // RFC 7323 3.2: TSecr is zero where ACK is clear.
        if ((header.flags & flag::ack) != 0) header.options.timestamps->echo = receiver_.paws.recent();
    }
    return header;
}

// RFC 2018 4: on every acknowledgment that does not cover all that is held.
void Connection::write_sack(wire::TcpOptions& options, std::uint8_t most) const {
    std::array<Range, 4> blocks;
    options.sack_count = receiver_.sack_blocks(most, blocks);
    for (std::size_t i = 0; i < options.sack_count; ++i)
        options.sack[i] = {rcv_space_.wrap(blocks[i].begin).raw, rcv_space_.wrap(blocks[i].end).raw};
}

// RFC 9768 3.2.3.3: on bare acknowledgments, as much as there is room for.
void Connection::write_accurate_ecn(wire::TcpOptions& options) const {
    const std::size_t room = wire::tcp_options_max - wire::size_of(options);
    const auto fields =
        static_cast<std::uint8_t>(std::min<std::size_t>(3, (room - std::min<std::size_t>(room, 2)) / 3));
    if (fields > 0) options.accurate_ecn = ecn_.accurate()->option(fields);
}

std::uint32_t Connection::mss_beside_sack() const {
    const std::uint32_t count = receiver_.sack_count(sack_most(true));
    return count == 0 ? mss() : mss() - (4 + 8 * count);
}

// SACK blocks a segment has room for. Choice: text keeps half of a segment, so that small ones are not all options.
std::uint8_t Connection::sack_most(bool has_text) const {
    if (!has_text) return agreed_.sack_most();
    const std::uint32_t room = std::max(mss() / 2, 4U) - 4;
    return static_cast<std::uint8_t>(std::min<std::uint32_t>(agreed_.sack_most(), room / 8));
}

void Connection::depart(Departure departure, wire::PacketOut& packet, Instant now) {
    const Range octets{std::max(departure.text.begin, Pos{1}),
                       std::min(departure.text.end, sender_.buffer.end())};
    if ((departure.flags & flag::syn) == 0) departure.flags |= flag::ack;  // [U-23]
    if (departure.text.begin == 0 && !departure.text.empty()) departure.flags |= flag::syn;
    if (!octets.empty()) sender_.buffer.gather(octets, packet.payload);
    if (!octets.empty() && sender_.empties_queue(octets.end)) departure.flags |= flag::psh;  // [MUST-61]
    const std::uint8_t codepoint = mark_ecn(departure, octets);
    if (!departure.text.empty() && sender_.is_fin_queued() && departure.text.end > sender_.fin_position())
        departure.flags |= flag::fin;
    wire::TcpHeader header = header_of(departure, now);
    if (departure.ace) ace::put(*departure.ace, header);
    if ((departure.flags & flag::syn) == 0 && sender_.is_urgent_ahead(departure.seq)) {
        header.flags |= flag::urg;  // [MUST-31, MUST-62]
        departure.flags |= flag::urg;
        header.urgent_pointer = sender_.urgent_pointer(departure.seq);
    }
    packet.source = tuple.local.address;
    packet.destination = tuple.remote.address;
    packet.protocol = wire::protocol::tcp;
    packet.traffic_class = static_cast<std::uint8_t>((options_->traffic_class & 0xfcU) | codepoint);
    packet.hop_limit = options_->hop_limit ? options_->hop_limit
                                           : static_cast<std::uint8_t>(environment_.settings.hop_limit);
    packet.checksum_offset = wire::tcp_checksum_offset;
    packet.header_length = static_cast<std::uint32_t>(wire::write_tcp(packet.header_room(), header));
    const std::uint32_t full = segment_mss();
    if (packet.payload.bytes() > full && departure.path_probe == 0 && (departure.flags & flag::syn) == 0)
        packet.segment_bytes = static_cast<std::uint16_t>(full);
    note_departure(departure, header, now);
    after_departure(departure, now);
}

// RFC 3168 6.1: adds ECE and CWR; answers the code point for the IP header.
std::uint8_t Connection::mark_ecn(Departure& departure, Range octets) {
    if ((departure.flags & flag::syn) != 0) return ecn::not_ect;  // 6.1.1 [R3168-4]
    if (AccurateEcn* accurate = ecn_.accurate()) {                // RFC 9768 3.2.2 [R9768-7] [R9768-13]
        departure.ace = accurate->field(octets.empty());
        accurate->on_sent();
    }
    if (ecn_.echoes()) departure.flags |= flag::ece;  // 6.1.3 [R3168-9]
    if (!ecn_.may_mark()) return ecn::not_ect;
    // 6.1.2 [R3168-5]: new data is ECN-capable; pure ACKs [R3168-10], retransmissions [R3168-11], probes [R3168-12] are not.
    if (octets.empty() || departure.is_resent || departure.is_probe) return ecn::not_ect;
    if (ecn_.take_cwr()) departure.flags |= flag::cwr;  // [R3168-6]
    return ecn::ect_0;
}

// Everyone hears what left.
void Connection::after_departure(const Departure& departure, Instant now) {
    ++segments_out_;
    ++environment_.counters.tcp_segments_out;
    const bool is_bare = departure.text.empty() && (departure.flags & flag::syn) == 0;
    if ((departure.flags & flag::ack) != 0 && departure.cause != Cause::keepalive) {
        receiver_.acks.on_sent(is_bare);
        receiver_.on_acknowledgment_sent();
    }
    if (departure.cause == Cause::keepalive) {
        keepalive_.on_sent();
        ++environment_.counters.tcp_keepalives;
        return;
    }
    if (opening_ && (departure.flags & flag::syn) != 0) {
        opening_->handshake.on_sent(now);
        opening_->fast_open.on_sent(departure.text.end);
        if (departure.attempt > 1) ++retransmitted_, ++environment_.counters.tcp_retransmitted;
        return;
    }
    if (departure.text.empty() && !departure.is_probe) return;
    patience_.on_asked(now);
    path_.on_sent(departure.path_probe != 0 ? departure.path_probe : packet_bytes(departure.text.size()));
    if (departure.is_probe) {
        sender_.persist.on_sent();
        sender_.on_probed(departure.text.end);
        ++environment_.counters.tcp_zero_window_probes;
    } else if (departure.is_resent) {
        after_resend(departure, now);
    } else {
        if (flight_.empty() && rate_.is_application_limited()) controller_.on_restart(now);
        flight_.on_sent(departure.text, now, rate_.on_sent(departure.text.size(), flight_.pipe(), now));
        pacer_.on_sent(departure.text.size(), pacing_rate(), mss(), environment_.settings.pacing_quantum,
                       now);
        if (departure.path_probe != 0) path_.on_probe_sent(departure.text, departure.path_probe);
        recovery_.on_new_data_sent(departure.text.size());
        sender_.on_sent(departure.text.end);
        silly_at_ = never;
        last_sent_at_ = now;
        if (!timer_.is_running()) timer_.on_sent(rto(), environment_.settings, now);
        if (departure.cause == Cause::tail_probe)
            after_tail_probe(departure, now);
        else
            arm_tail_probe(now);
    }
    if ((departure.flags & flag::fin) != 0 && state_ == State::close_wait)
        move(Event::fin_sent, now, Rule::r9293_3_10_4);  // D-15
}

void Connection::after_resend(const Departure& departure, Instant now) {
    flight_.on_resent(departure.text, now, rate_.on_sent(departure.text.size(), flight_.pipe(), now));
    pacer_.on_sent(departure.text.size(), pacing_rate(), mss(), environment_.settings.pacing_quantum, now);
    path_.on_resent(departure.text.begin);
    ++retransmitted_;
    ++environment_.counters.tcp_retransmitted;
    if (departure.cause == Cause::tail_probe) return after_tail_probe(departure, now);
    const std::optional<std::uint32_t> timestamp =
        agreed_.timestamps ? std::optional(timestamp_now(now)) : std::nullopt;
    if (departure.is_rescue)
        recovery_.on_rescued(departure.text, timestamp, flight_);
    else
        recovery_.on_resent(departure.text, timestamp);
    // RFC 6298 5 [R6298-10]: never again by timer before one RTO is over. Without SACK each partial ACK resends the first
    // segment, and only the first one restarts the timer (RFC 6582 3.2 (3)).
    if (recovery_.has_sack() && departure.text.begin == sender_.una())
        timer_.restart(rto(), environment_.settings, now);
    else
        timer_.on_sent(rto(), environment_.settings, now);
}

void Connection::after_tail_probe(const Departure& departure, Instant now) {
    recovery_.probe.on_sent(departure.text.end, departure.is_resent);
    timer_.restart(rto(), environment_.settings, now);  // RFC 8985 7.3 [R8985-16]
    ++environment_.counters.tcp_tail_probes;
}

// RFC 8985 7.2: after new data and after an acknowledgment that advances; never later than the retransmission.
void Connection::arm_tail_probe(Instant now) {
    const Settings& settings = environment_.settings;
    timer_.stop_probe();
    if (flight_.empty() || timer_.timeouts() > 0 || sender_.is_window_shut()) return;
    if (!recovery_.may_arm_probe(settings, flight_)) return;
    timer_.arm_probe(later(now, TailProbe::timeout(settings, rtt_.smoothed(), flight_.bytes(), mss())));
}

}  // namespace sluice::tcp
