#include "support/flow.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::test {
namespace {

RawOption mss_option(int octets) {
    return {2, {static_cast<std::uint8_t>(octets >> 8), static_cast<std::uint8_t>(octets)}};
}

RawOption timestamp_option(std::uint32_t value, std::uint32_t echo) {
    RawOption option{8, {}};
    for (const std::uint32_t word : {value, echo})
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            option.data.push_back(static_cast<std::uint8_t>(word >> shift));
    return option;
}

std::string flags_text(std::uint16_t flags) {
    static constexpr std::array<std::pair<std::uint16_t, const char*>, 6> names{{{tcp_flag::syn, "SYN"},
                                                                                 {tcp_flag::fin, "FIN"},
                                                                                 {tcp_flag::rst, "RST"},
                                                                                 {tcp_flag::psh, "PSH"},
                                                                                 {tcp_flag::urg, "URG"},
                                                                                 {tcp_flag::ack, "ACK"}}};
    std::string text;
    for (const auto& [bit, name] : names) {
        if ((flags & bit) == 0) continue;
        if (!text.empty()) text += ',';
        text += name;
    }
    return text.empty() ? "(no flags)" : text;
}

template <typename T, typename U>
void differ(std::string& text, const char* what, const std::optional<T>& expected, const U& got) {
    if (expected && *expected != static_cast<T>(got))
        text += fmt::format("  {}: {} expected, {} sent", what, *expected, got);
}

template <typename T>
void differ_optional(std::string& text, const char* what, const std::optional<int>& expected,
                     const std::optional<T>& got) {
    const int value = got ? static_cast<int>(*got) : -1;
    if (expected && *expected != value)
        text += fmt::format("  {}: {} expected, {} sent", what, *expected, value);
}

}  // namespace

void Received::add(Pos begin, Pos end) {
    if (end <= begin) return;
    Pos& far = apart_[begin];
    far = std::max(far, end);
    for (auto it = apart_.begin(); it != apart_.end() && it->first <= next_; it = apart_.erase(it))
        next_ = std::max(next_, it->second);
}

Pos Flow::own_pos(std::uint32_t raw) const {
    return highest_sent + static_cast<std::int32_t>(raw - wire_of_own(highest_sent));
}

Pos Flow::peer_pos(std::uint32_t raw) const {
    const Pos near = sent.next();
    return near + static_cast<std::int32_t>(raw - wire_of_peer(near));
}

void Flow::forget() {
    const Flow fresh;
    sent = fresh.sent;
    received = fresh.received;
    peer_offered_ts = peer_offered_shift = stack_offered_ts = opened = false;
    peer_offered_sack = stack_offered_sack = false;
    stack_shift.reset();
    last_ts_value.reset();
    last_syn_seq.reset();
    right_edge.reset();
    peer_edge.reset();
    fin_at.reset();
    highest_sent = highest_ack = 0;
    syn_text_end = 1;
}

bool Received::covers(Pos begin, Pos end) const {
    if (begin < next_) begin = next_;
    for (const auto& [from, to] : apart_)
        if (from <= begin && begin < to) begin = to;
    return begin >= end;
}

// --- the peer sends -----------------------------------------------------------------------------------------------

namespace {

RawOption sack_option(const Flow& flow, const std::vector<SackEdges>& blocks) {
    RawOption option{5, {}};
    for (const SackEdges& block : blocks)
        for (const Pos edge : {block.begin, block.end})
            for (const int shift : {24, 16, 8, 0})
                option.data.push_back(static_cast<std::uint8_t>(flow.wire_of_own(edge) >> shift));
    return option;
}

std::vector<RawOption> peer_options(const Flow& flow, const SegmentFields& f, bool is_syn, Instant now) {
    std::vector<RawOption> options = f.first_options;
    const int mss = f.mss.value_or(is_syn ? flow.offer.mss : -1);
    if (mss >= 0) options.push_back(mss_option(mss));
    const int shift = f.window_shift.value_or(is_syn ? flow.offer.window_shift : -1);
    if (shift >= 0) options.push_back({3, {static_cast<std::uint8_t>(shift)}});
    if (f.sack_permitted.value_or(is_syn && flow.offer.sack)) options.push_back({4, {}});
    if (f.sack && !f.sack->empty()) options.push_back(sack_option(flow, *f.sack));
    const bool usual = is_syn ? flow.offer.timestamps : flow.timestamps() && (f.flags & tcp_flag::rst) == 0;
    if (f.has_timestamps.value_or(usual)) {
        const auto ms = static_cast<std::uint32_t>(in_ms(now.time_since_epoch()));
        const bool echoes = (f.flags & tcp_flag::ack) != 0;
        options.push_back(timestamp_option(f.ts_value.value_or(flow.ts_base + ms),
                                           f.ts_echo.value_or(echoes ? flow.last_ts_value.value_or(0) : 0)));
    }
    return options;
}

}  // namespace

void Flow::note_peer_syn(const WireSegment& wire) {
    peer_offered_ts = peer_offered_shift = peer_offered_sack = false;
    for (const RawOption& option : wire.options) {
        if (option.kind == 8) peer_offered_ts = true;
        if (option.kind == 4) peer_offered_sack = true;
        if (option.kind == 3)
            peer_offered_shift = true, offer.window_shift = std::min<int>(option.data.at(0), 14);
    }
    sent.reset(1);
}

void Flow::reborn(const Seen& seen) {
    forget();
    irs = last_peer_syn.seq;
    iss = seen.segment.seq;
    note_peer_syn(last_peer_syn);
}

WireSegment Flow::send(const Segment& segment, Instant now) {
    const SegmentFields& f = segment.fields();
    const bool is_syn = (f.flags & tcp_flag::syn) != 0;
    WireSegment wire;
    wire.source = f.source.value_or(peer_address);
    wire.destination = f.destination.value_or(own_address);
    wire.destination_mac = f.destination_mac.value_or(own_mac);
    wire.source_port = peer_port;
    wire.destination_port = own_port;
    wire.flags = static_cast<std::uint16_t>(f.flags | (f.psh.value_or(false) ? tcp_flag::psh : 0U) |
                                            static_cast<unsigned>(f.reserved) << 8U);
    const Pos at = f.seq.value_or(sent.next());
    wire.seq = f.seq_raw.value_or(wire_of_peer(at));
    if ((f.flags & tcp_flag::ack) != 0)
        wire.ack = f.ack_raw.value_or(wire_of_own(f.ack.value_or(received.next())));
    wire.urgent = f.urgent.value_or(0);
    wire.hop_limit = f.hop_limit.value_or(64);
    wire.traffic_class = f.traffic_class.value_or(0);
    wire.ip_option = f.ip_option;
    wire.options = peer_options(*this, f, is_syn, now);
    wire.option_octets = f.option_octets;
    const unsigned shift = is_syn ? 0 : peer_shift();
    const std::uint32_t announced = std::min(f.window.value_or(window) >> shift, 65535U);
    wire.window = f.window_field.value_or(static_cast<std::uint16_t>(announced));
    const std::uint32_t octets = f.length.value_or(0);
    const Pos text = at + (is_syn ? 1 : 0);
    for (std::uint32_t i = 0; i < octets; ++i) wire.payload.push_back(octet_at(text + i, false));

    const bool counts =
        !f.seq_raw && !f.source && !f.destination && !f.mangle && (f.flags & tcp_flag::rst) == 0;
    if (is_syn) last_peer_syn = wire;
    if (is_syn && (wire.flags & tcp_flag::ae) != 0) accurate_ecn = true;
    const bool is_first_syn = is_syn && at == 0 && sent.next() == 0;
    if (counts && is_first_syn) note_peer_syn(wire);
    if (counts && (is_first_syn || !is_syn))
        sent.add(text, text + octets + ((f.flags & tcp_flag::fin) != 0 ? 1 : 0));
    if ((f.flags & tcp_flag::ack) != 0) {
        highest_sent = std::max(highest_sent, std::min(own_pos(wire.ack), syn_text_end));
        received.add(1, std::min(own_pos(wire.ack), syn_text_end));
        const Pos edge = own_pos(wire.ack) + (Pos{wire.window} << shift);
        peer_edge = std::max(peer_edge.value_or(edge), edge);
    } else if (is_syn) {
        peer_edge = std::max<Pos>(peer_edge.value_or(0), 1 + wire.window);
    }
    return wire;
}

// --- the stack sends ----------------------------------------------------------------------------------------------

namespace {

std::string check_payload(const Flow& flow, const Seen& seen, Pos at) {
    if (!flow.checks_payload) return "";
    for (std::uint32_t i = 0; i < seen.length(); ++i)
        if (seen.segment.payload[i] != octet_at(at + i, true))
            return fmt::format("wrong octet at {}", at + i);
    return "";
}

std::string check_syn(Flow& flow, const Seen& seen) {
    const bool again = flow.last_syn_seq == seen.segment.seq;
    flow.last_syn_seq = seen.segment.seq;
    flow.stack_shift = seen.window_shift;
    flow.stack_offered_ts = seen.ts_value.has_value();
    flow.stack_offered_sack = seen.sack_permitted;
    if (!again) {
        flow.fin_at.reset();
        flow.right_edge.reset();
        flow.opened = false;
    }
    flow.highest_sent = std::max<Pos>(again ? flow.highest_sent : 0, 1);
    flow.received.add(0, 1);
    flow.syn_text_end = std::max<Pos>(again ? flow.syn_text_end : 1, 1 + seen.length());
    if (const std::string wrong = check_payload(flow, seen, 1); !wrong.empty()) return wrong;
    if (!seen.has(tcp_flag::ack) && seen.ts_echo.value_or(0) != 0)
        return "TSecr without ACK is not 0 [R7323-12]";
    return "";
}

std::string check_options(const Flow& flow, const Seen& seen) {
    if (seen.has(tcp_flag::syn)) return "";
    if (seen.mss) return "MSS option outside a SYN [MUST-65]";
    if (seen.window_shift) return "window scale option outside a SYN [R7323-1]";
    if (seen.sack_permitted) return "SACK-permitted outside a SYN [R2018-1]";
    if (!seen.sack.empty() && !flow.sack()) return "SACK was not agreed [R2018-2]";
    if (seen.has(tcp_flag::rst)) return "";
    if (flow.timestamps() && !seen.ts_value) return "timestamps agreed but missing [R7323-9]";
    if (!flow.timestamps() && seen.ts_value && flow.peer_edge) return "timestamps not agreed";
    const bool comparable = seen.at - flow.last_ts_at < 24 * 24h;  // less than 2^31 ms
    if (comparable && seen.ts_value && flow.last_ts_value &&
        static_cast<std::int32_t>(*seen.ts_value - *flow.last_ts_value) < 0)
        return "our timestamp clock went back [R7323-21]";
    return "";
}

// [R2018-8] Blocks name octets the peer sent; all but a duplicate's lie above the ACK field.
std::string check_sack(const Flow& flow, const Seen& seen) {
    const Pos ack = flow.peer_pos(seen.segment.ack);
    for (std::size_t i = 0; i < seen.sack.size(); ++i) {
        const Pos begin = flow.peer_pos(seen.sack[i].first);
        const Pos end = flow.peer_pos(seen.sack[i].second);
        if (begin >= end || (i > 0 && begin <= ack))
            return fmt::format("SACK block {} is {}..{} with ack {}", i, begin, end, ack);
        if (!flow.sent.covers(begin, end)) return fmt::format("SACK of {}..{}, never sent", begin, end);
    }
    return "";
}

std::string check_ack(Flow& flow, const Seen& seen) {
    if (seen.has(tcp_flag::rst)) return "";
    if (!seen.has(tcp_flag::ack))
        return flow.opened && !seen.has(tcp_flag::syn) ? "no ACK after the handshake [U-23]" : "";
    const Pos at = flow.peer_pos(seen.segment.ack);
    if (flow.opened && at < flow.highest_ack)
        return fmt::format("ACK went back from {} to {} [U-23]", flow.highest_ack, at);
    if (at > flow.sent.next())
        return fmt::format("ACK of {}, but the peer sent only to {}", at, flow.sent.next());
    flow.opened = true;
    flow.highest_ack = at;
    const Pos edge = at + (Pos{seen.segment.window} << (seen.has(tcp_flag::syn) ? 0U : flow.own_shift()));
    // RFC 7323 2.2: the window of a SYN is not scaled; one sent again may tell less than a scaled ACK, rounded up, did.
    if (seen.has(tcp_flag::syn) && flow.right_edge && edge < *flow.right_edge) return "";
    if (flow.right_edge && edge < *flow.right_edge)
        return fmt::format("right edge moved left from {} to {} [SHLD-14]", *flow.right_edge, edge);
    flow.right_edge = edge;
    return "";
}

std::string check_sequence(Flow& flow, const Seen& seen) {
    if (seen.has(tcp_flag::rst) || seen.has(tcp_flag::syn)) return "";
    const Pos at = flow.own_pos(seen.segment.seq);
    const Pos text_end = at + seen.length();
    const Pos end = text_end + (seen.has(tcp_flag::fin) ? 1 : 0);
    if (at > flow.highest_sent)
        return fmt::format("sequence {} leaves a gap after {}", at, flow.highest_sent);
    if (end == at && at != flow.highest_sent && at != flow.highest_sent - 1)
        return fmt::format("bare ACK at {}, neither at snd.nxt nor a keep-alive", at);
    if (flow.peer_edge && text_end > *flow.peer_edge && seen.length() > 1)
        return fmt::format("text to {} beyond the peer's window, which ends at {} [R5681-1]", text_end,
                           *flow.peer_edge);
    if (seen.has(tcp_flag::fin)) {
        if (flow.fin_at && *flow.fin_at != text_end)
            return fmt::format("FIN moved from {} to {}", *flow.fin_at, text_end);
        if (text_end < flow.highest_sent && !flow.fin_at) return "FIN below text already sent";
        flow.fin_at = text_end;
    } else if (flow.fin_at && seen.length() > 0 && text_end > *flow.fin_at) {
        return "text beyond our FIN";
    }
    flow.highest_sent = std::max(flow.highest_sent, end);
    flow.received.add(at, end);
    return check_payload(flow, seen, at);
}

}  // namespace

std::string Flow::see(const Seen& seen) {
    if (seen.segment.destination_mac != peer_mac) return "sent to the wrong station";
    if (seen.segment.hop_limit != expected_ttl)
        return fmt::format("TTL {} [MUST-49]", seen.segment.hop_limit);
    if (!seen.dont_fragment) return "DF is not set [R7323-23]";
    if (seen.has(tcp_flag::syn) && !seen.has(tcp_flag::ack) && seen.has(tcp_flag::ae)) accurate_ecn = true;
    if (seen.has(tcp_flag::ae) && !accurate_ecn) return "AE is set, and nobody asked for it [U-1] [R9768-2]";
    std::string wrong;
    if (seen.has(tcp_flag::syn)) wrong = check_syn(*this, seen);
    if (wrong.empty()) wrong = check_options(*this, seen);
    if (wrong.empty()) wrong = check_ack(*this, seen);
    if (wrong.empty() && !seen.sack.empty()) wrong = check_sack(*this, seen);
    if (wrong.empty()) wrong = check_sequence(*this, seen);
    if (seen.ts_value && !seen.has(tcp_flag::rst)) last_ts_value = seen.ts_value, last_ts_at = seen.at;
    return wrong;
}

namespace {

std::string blocks_text(const std::vector<SackEdges>& blocks) {
    std::string text;
    for (const SackEdges& block : blocks)
        fmt::format_to(std::back_inserter(text), "{}..{} ", block.begin, block.end);
    return text;
}

std::string blocks_text(const Flow& flow, const Seen& seen) {
    std::vector<SackEdges> blocks;
    for (const auto& [begin, end] : seen.sack) blocks.push_back({flow.peer_pos(begin), flow.peer_pos(end)});
    return blocks_text(blocks);
}

}  // namespace

std::string Flow::compare(const Segment& expected, const Seen& seen) {
    const SegmentFields& f = expected.fields();
    const WireSegment& s = seen.segment;
    std::string text;
    if (s.source_port != own_port || s.destination_port != peer_port ||
        s.source != f.source.value_or(own_address) || s.destination != peer_address)
        text +=
            fmt::format("  from {}:{} to {}:{}", s.source, s.source_port, s.destination, s.destination_port);
    const auto flags = static_cast<std::uint16_t>(s.flags & (tcp_flag::compared | (f.flags & tcp_flag::urg)));
    if (flags != (f.flags & (tcp_flag::compared | tcp_flag::urg)))
        text += fmt::format("  flags: {} expected, {} sent", flags_text(f.flags), flags_text(flags));
    differ(text, "PSH", f.psh, seen.has(tcp_flag::psh));
    if (f.seq) differ(text, "seq", std::optional(wire_of_own(*f.seq)), s.seq);
    if (f.ack) differ(text, "ack", std::optional(wire_of_peer(*f.ack)), s.ack);
    differ(text, "raw seq", f.seq_raw, s.seq);
    differ(text, "raw ack", f.ack_raw, s.ack);
    differ(text, "length", f.length, seen.length());
    const unsigned shift = seen.has(tcp_flag::syn) ? 0 : own_shift();
    if (f.window) differ(text, "window field", std::optional(*f.window >> shift), std::uint32_t{s.window});
    differ(text, "window field", f.window_field, s.window);
    differ(text, "urgent pointer", f.urgent, s.urgent);
    differ_optional(text, "MSS", f.mss, seen.mss);
    differ_optional(text, "window shift", f.window_shift, seen.window_shift);
    differ(text, "timestamps", f.has_timestamps, seen.ts_value.has_value());
    if (f.ts_value) differ(text, "TSval", f.ts_value, seen.ts_value.value_or(0));
    if (f.ts_echo) differ(text, "TSecr", f.ts_echo, seen.ts_echo.value_or(0));
    differ(text, "SACK permitted", f.sack_permitted, seen.sack_permitted);
    if (f.sack) differ(text, "SACK", std::optional(blocks_text(*f.sack)), blocks_text(*this, seen));
    for (const RawOption& option : f.carried)
        if (seen.option(option.kind) != option.data)
            text += fmt::format("  option {} expected with {} octets", option.kind, option.data.size());
    for (const std::uint8_t kind : f.lacking)
        if (seen.option(kind)) text += fmt::format("  option {} not expected", kind);
    differ(text, "traffic class", f.traffic_class, s.traffic_class);
    differ(text, "TTL", f.hop_limit, s.hop_limit);
    return text;
}

// --- text ---------------------------------------------------------------------------------------------------------

std::string line_of(const Flow& flow, const WireSegment& segment, bool from_stack,
                    std::uint32_t text_octets) {
    const std::uint32_t zero = from_stack ? flow.iss : flow.irs;
    const std::uint32_t other = from_stack ? flow.irs : flow.iss;
    const auto at = static_cast<std::int32_t>(segment.seq - zero);
    std::string text = fmt::format("{} {}", flags_text(segment.flags & 0xffU), at);
    if (text_octets > 0) text += fmt::format(":{} ({})", std::int64_t{at} + text_octets, text_octets);
    if ((segment.flags & tcp_flag::ack) != 0)
        text += fmt::format(" ack {}", static_cast<std::int32_t>(segment.ack - other));
    text += fmt::format(" win {}", segment.window);
    if ((segment.flags & tcp_flag::urg) != 0) text += fmt::format(" urg {}", segment.urgent);
    return text;
}

std::string text_of(const Segment& expected) {
    const SegmentFields& f = expected.fields();
    std::string text = flags_text(f.flags);
    if (f.seq) text += fmt::format(" {}", *f.seq);
    if (f.seq_raw) text += fmt::format(" raw {}", *f.seq_raw);
    if (f.length && *f.length > 0) text += fmt::format(" ({})", *f.length);
    if (f.ack) text += fmt::format(" ack {}", *f.ack);
    if (f.ack_raw) text += fmt::format(" ack raw {}", *f.ack_raw);
    if (f.window) text += fmt::format(" win {}", *f.window);
    return text;
}

}  // namespace sluice::test
