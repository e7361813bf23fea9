#include "sim/forger.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/checksum.h"
#include "base/trace_record.h"
#include "wire/icmp.h"
#include "wire/packet.h"

namespace sluice::sim {
namespace {

constexpr std::uint32_t far_away = 1U << 30U;
constexpr std::array<std::uint8_t, 8> wrong_text{0xba, 0xdb, 0xad, 0xba, 0xdb, 0xad, 0xba, 0xdb};

constexpr std::array<std::string_view, static_cast<std::size_t>(Forgery::count_)> names{
    "none",           "reset",           "reset-with-ack",
    "ack-above",      "ack-below",       "text-beyond",
    "no-ack",         "no-timestamp",    "old-timestamp",
    "bad-offset",     "bad-option",      "port-zero",
    "own-source",     "stranger-ack",    "stranger-syn",
    "stranger-reset", "stranger-silent", "icmp-elsewhere",
    "icmp-quench",    "icmp-redirect",   "syn",
};

// A segment to be: what the passing one would look like if it went on from the highest octet sent.
struct Draft {
    wire::TcpHeader tcp;
    bool has_text = false;
};

void strange_port(wire::TcpHeader& tcp) {
    tcp.source_port = static_cast<std::uint16_t>(tcp.source_port ^ 0x1555U);
}

// False: the passing segment gives no occasion.
bool change(Forgery forgery, Draft& draft, bool may_send_syn) {
    wire::TcpHeader& tcp = draft.tcp;
    const bool had_syn = (tcp.flags & flag::syn) != 0;
    tcp.flags = flag::ack;
    switch (forgery) {
        case Forgery::reset_with_ack: tcp.acknowledgment += far_away; [[fallthrough]];
        case Forgery::reset:
            tcp.flags = flag::rst | (forgery == Forgery::reset ? 0 : flag::ack);
            ++tcp.sequence;
            return true;
        case Forgery::syn:
            tcp.flags = flag::syn;
            ++tcp.sequence;
            return may_send_syn;
        case Forgery::ack_above:
            tcp.flags |= flag::fin;
            tcp.acknowledgment += far_away;
            break;
        case Forgery::ack_below: tcp.acknowledgment -= far_away; break;
        case Forgery::text_beyond: tcp.sequence += far_away; break;
        case Forgery::no_ack: tcp.flags = 0; break;
        // One octet further on: nothing about them makes a valid answer to a SYN cookie.
        case Forgery::no_timestamp:
            if (had_syn || !tcp.options.timestamps) return false;
            tcp.options.timestamps.reset();
            ++tcp.sequence;
            break;
        case Forgery::old_timestamp:
            if (had_syn || !tcp.options.timestamps) return false;
            tcp.options.timestamps->value -= far_away;
            ++tcp.sequence;
            break;
        case Forgery::port_zero: tcp.source_port = 0; break;
        case Forgery::stranger_ack:
            strange_port(tcp);
            tcp.acknowledgment += 1U << 30U;  // worlds with a fixed ISN would take the passing one's
            break;
        case Forgery::stranger_syn:
            strange_port(tcp);
            tcp.flags = flag::syn;
            return true;
        case Forgery::stranger_reset:
            strange_port(tcp);
            tcp.flags = flag::rst;
            return true;
        case Forgery::stranger_silent:
            strange_port(tcp);
            tcp.flags = 0;
            return true;
        default: break;  // the damage is done to its octets
    }
    draft.has_text = true;
    return true;
}

// What the header's octets say wrongly: they are written here, since nobody else writes such a thing.
void damage(Forgery forgery, ByteSpan segment) {
    constexpr std::size_t offset_at = 12;
    if (forgery == Forgery::bad_offset) segment[offset_at] = 4U << 4U;
    if (forgery != Forgery::bad_option) return;
    constexpr std::uint8_t unknown_kind = 77;
    segment[wire::tcp_header_least] = unknown_kind;
    segment[wire::tcp_header_least + 1] = 0;
    segment[offset_at] = static_cast<std::uint8_t>(6U << 4U);
}

// An ICMP message to the receiver about a packet of its own, as if from the sender's side.
Frame write_icmp_about(const TcpFrame& seen, std::uint8_t type, std::uint8_t code, ChunkPool& pool) {
    std::array<std::uint8_t, wire::icmp_header_length + wire::ipv4_header_least + 8> body{};
    const ByteSpan quoted = std::span(body).subspan(wire::icmp_header_length);
    Writer quote(quoted);
    wire::Ipv4Header own = seen.ip;
    std::swap(own.source, own.destination);
    own.header_length = wire::ipv4_header_least;
    write_ipv4(quote, own);
    quote.u16(seen.tcp.destination_port);
    quote.u16(seen.tcp.source_port);
    quote.u32(seen.tcp.acknowledgment + far_away);
    Checksum sum;
    sum.add(quoted);
    Writer head(body);
    wire::write_icmp(head, {.type = type, .code = code}, sum.sum());
    wire::Ipv4Header ip = seen.ip;
    ip.protocol = wire::protocol::icmp;
    return write_ip_frame(seen.ethernet, ip, body, pool);
}

}  // namespace

std::string_view text_of(Forgery forgery) { return names.at(static_cast<std::size_t>(forgery)); }

std::optional<Forgery> parse_forgery(std::string_view text) {
    const auto found = std::ranges::find(names, text);
    if (found == names.begin() || found == names.end()) return std::nullopt;
    return static_cast<Forgery>(found - names.begin());
}

Forger::Key Forger::key_of(const TcpFrame& frame) {
    return {frame.ip.source, frame.tcp.source_port, frame.ip.destination, frame.tcp.destination_port};
}

void Forger::see(const Frame& frame) {
    const auto seen = parse_tcp_frame(frame.bytes.view());
    if (!seen || (seen->tcp.flags & flag::rst) != 0) return;
    const Key key = key_of(*seen);
    if (!flows_.contains(key) && flows_.size() == flows_max) return;
    const bool is_syn = (seen->tcp.flags & flag::syn) != 0;
    auto [at, is_new] = flows_.try_emplace(key, Flow{seen->tcp.sequence, seen->tcp.sequence, {}});
    Flow& flow = at->second;
    if (is_syn && flow.initial != seen->tcp.sequence) flow = {seen->tcp.sequence, seen->tcp.sequence, {}};
    const std::uint32_t end = seen->tcp.sequence + static_cast<std::uint32_t>(seen->text.size()) +
                              (is_syn ? 1 : 0) + ((seen->tcp.flags & flag::fin) != 0 ? 1 : 0);
    if (static_cast<std::int32_t>(end - flow.end) > 0) flow.end = end;
    if (!flow.first_ack && (seen->tcp.flags & flag::ack) != 0) flow.first_ack = seen->tcp.acknowledgment;
}

std::optional<Frame> Forger::forge(Forgery forgery, const Frame& behind, ChunkPool& pool) const {
    auto seen = parse_tcp_frame(behind.bytes.view());
    if (!seen) return std::nullopt;
    const auto flow = flows_.find(key_of(*seen));
    if (flow == flows_.end()) return std::nullopt;
    switch (forgery) {
        case Forgery::icmp_elsewhere:
            return write_icmp_about(*seen, wire::icmp_type::unreachable, wire::icmp_code::port_unreachable,
                                    pool);
        case Forgery::icmp_quench: return write_icmp_about(*seen, wire::icmp_type::source_quench, 0, pool);
        case Forgery::icmp_redirect: return write_icmp_about(*seen, wire::icmp_type::redirect, 1, pool);
        case Forgery::own_source: seen->ip.source = seen->ip.destination; break;
        default: break;
    }
    // A SYN into a half-open connection would end it (RFC 9293 3.10.7.4): one that acknowledges text is open.
    const bool is_open = flow->second.first_ack && *flow->second.first_ack != seen->tcp.acknowledgment;
    Draft draft{seen->tcp};
    draft.tcp.sequence = flow->second.end;
    draft.tcp.urgent_pointer = 0;
    draft.tcp.options.sack_count = 0;
    if (!change(forgery, draft, is_open)) return std::nullopt;
    std::array<std::uint8_t, wire::tcp_header_least + wire::tcp_options_max + wrong_text.size()> segment{};
    const std::size_t length = write_tcp(segment, draft.tcp);
    std::size_t size = length;
    if (draft.has_text)
        size = static_cast<std::size_t>(
            std::ranges::copy(wrong_text, segment.begin() + static_cast<std::ptrdiff_t>(length)).out -
            segment.begin());
    damage(forgery, segment);
    return write_ip_frame(seen->ethernet, seen->ip, std::span(segment).first(size), pool);
}

}  // namespace sluice::sim
