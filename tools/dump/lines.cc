#include "tools/dump/lines.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <netdb.h>

#include <array>
#include <ctime>

#include "base/trace_record.h"
#include "tools/dump/words.h"
#include "wire/pseudo_header.h"

namespace sluice::dump {
namespace {

using common::Layers;

std::string time_text(std::int64_t time_ns) {
    const std::time_t seconds = time_ns / 1'000'000'000;
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return fmt::format("{:%H:%M:%S}.{:06} ", local, time_ns / 1000 % 1'000'000);
}

// In the order of tcpdump: [S.], [FP.], [R.].
std::string flags_text(std::uint8_t flags) {
    constexpr std::array<std::pair<std::uint8_t, char>, 8> letters{{{flag::fin, 'F'},
                                                                    {flag::syn, 'S'},
                                                                    {flag::rst, 'R'},
                                                                    {flag::psh, 'P'},
                                                                    {flag::ack, '.'},
                                                                    {flag::urg, 'U'},
                                                                    {flag::ece, 'E'},
                                                                    {flag::cwr, 'W'}}};
    std::string text;
    for (const auto& [bit, letter] : letters)
        if ((flags & bit) != 0) text += letter;
    return text.empty() ? "none" : text;
}

std::string sack_text(Reader& in, std::size_t octets, std::uint32_t base) {
    std::string text = fmt::format("sack {} ", octets / 8);
    for (; octets >= 8; octets -= 8) {
        const std::uint32_t begin = in.u32(), end = in.u32();
        text += fmt::format("{{{}:{}}}", begin - base, end - base);
    }
    return text;
}

// One option behind its kind (RFC 9293 3.1, RFC 7323, RFC 2018); "" if it does not end inside the header.
std::string option_text(std::uint8_t kind, Reader& in, std::uint32_t ack_base) {
    const std::uint8_t length = in.u8();
    if (!in.ok() || length < 2 || length - 2U > in.remaining()) return "";
    Reader value(in.take(length - 2U));
    switch (kind) {
        case 2: return fmt::format("mss {}", value.u16());
        case 3: return fmt::format("wscale {}", value.u8());
        case 4: return "sackOK";
        case 5: return sack_text(value, length - 2U, ack_base);
        case 8: {
            const std::uint32_t sent = value.u32();
            return fmt::format("TS val {} ecr {}", sent, value.u32());
        }
        default: return fmt::format("unknown-{}", kind);
    }
}

std::string options_text(ByteView options, std::uint32_t ack_base) {
    std::string text;
    Reader in(options);
    while (in.remaining() > 0) {
        const std::uint8_t kind = in.u8();
        std::string one = kind == 0 ? "eol" : kind == 1 ? "nop" : option_text(kind, in, ack_base);
        text += (text.empty() ? "" : ",") + (one.empty() ? "[bad opt]" : one);
        if (kind == 0 || one.empty()) break;
    }
    return text;
}

// What the ports say is HTTP: the start line, or with -v all lines of the head.
std::string http_text(ByteView payload, bool verbose) {
    const std::string_view first = common::http_start_line(payload);
    if (first.empty()) return ": HTTP";
    if (!verbose) return fmt::format(": HTTP: {}", first);
    std::string text = fmt::format(": HTTP, length: {}", payload.size());
    std::string_view rest(reinterpret_cast<const char*>(payload.data()), payload.size());
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) break;
        text += "\n\t";
        for (const char c : line) text += c >= ' ' && c != '\x7f' ? c : '.';
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return text;
}

bool is_http_port(std::uint16_t port) { return port == 80 || port == 8080 || port == 3128; }

std::string protocol_text(std::uint8_t protocol) {
    switch (protocol) {
        case wire::protocol::icmp: return "ICMP (1)";
        case wire::protocol::tcp: return "TCP (6)";
        case wire::protocol::udp: return "UDP (17)";
        default: return fmt::format("unknown ({})", protocol);
    }
}

// "(tos 0x0, ttl 64, id 0, offset 0, flags [DF], proto TCP (6), length 60)"
std::string ip_text(const wire::Ipv4Header& ip) {
    constexpr std::array ecn{"", ",ECT(1)", ",ECT(0)", ",CE"};
    const char* flags = ip.more_fragments ? "+" : ip.dont_fragment ? "DF" : "none";
    return fmt::format("(tos {:#x}{}, ttl {}, id {}, offset {}, flags [{}], proto {}, length {})",
                       ip.traffic_class, ecn[ip.traffic_class & 3U], ip.hop_limit, ip.identification,
                       ip.fragment_offset, flags, protocol_text(ip.protocol), ip.total_length);
}

std::string type_text(std::uint16_t type) {
    if (type == wire::ether_type::ipv4) return "IPv4 (0x0800)";
    if (type == wire::ether_type::arp) return "ARP (0x0806)";
    return fmt::format("Unknown ({:#06x})", type);
}

}  // namespace

std::string Lines::text_of(const Frame& frame) {
    std::string text = options_.no_time ? "" : time_text(frame.time_ns);
    const auto layers = common::dissect(frame.octets);
    if (!layers) return text + "[|ether]";
    const char* name = layers->arp ? "ARP, " : layers->ip ? "IP " : "";
    if (options_.link_header)
        text += fmt::format("{} > {}, ethertype {}, length {}: ", wire::to_text(layers->ethernet.source),
                            wire::to_text(layers->ethernet.destination), type_text(layers->ethernet.type),
                            frame.length);
    else
        text += name;
    if (layers->arp) return text + arp_line(*layers);
    if (layers->ip) return text + ipv4(*layers);
    return text + fmt::format("ethertype {}, length {}", type_text(layers->ethernet.type), frame.length);
}

std::string Lines::ipv4(const Layers& layers) {
    const std::string head = options_.verbose ? ip_text(*layers.ip) + "\n    " : "";
    return head + transport(layers);
}

std::string Lines::transport(const Layers& layers) {
    const wire::Ipv4Header& ip = *layers.ip;
    const auto ends = [&](std::uint16_t from, std::uint16_t to, const char* protocol) {
        return fmt::format("{} > {}: ", end_text(ip.source, from, protocol),
                           end_text(ip.destination, to, protocol));
    };
    if (layers.tcp) return ends(layers.tcp->source_port, layers.tcp->destination_port, "tcp") + tcp(layers);
    if (layers.udp)
        return ends(layers.udp->source_port, layers.udp->destination_port, "udp") + udp_line(layers);
    const std::string hosts =
        fmt::format("{} > {}: ", wire::to_text(ip.source), wire::to_text(ip.destination));
    if (layers.icmp) return hosts + icmp_line(layers);
    return hosts + fmt::format("ip-proto-{}", ip.protocol);
}

std::string Lines::tcp(const Layers& layers) {
    const common::TcpShown& tcp = *layers.tcp;
    const auto length = static_cast<std::uint32_t>(layers.payload.size());
    const auto [sequence, acknowledgment] = numbers_of(layers);
    std::string text = fmt::format("Flags [{}]", flags_text(tcp.flags));
    if (options_.verbose) {
        const std::uint16_t off = wire::transport_checksum(layers.ip->source, layers.ip->destination,
                                                           wire::protocol::tcp, layers.datagram);
        text += fmt::format(", cksum {:#06x} ({})", tcp.checksum, off == 0 ? "correct" : "incorrect");
    }
    if (length > 0 || (tcp.flags & (flag::syn | flag::fin | flag::rst)) != 0) {
        text += fmt::format(", seq {}", sequence);
        if (length > 0) text += fmt::format(":{}", sequence + length);
    }
    if ((tcp.flags & flag::ack) != 0) text += fmt::format(", ack {}", acknowledgment);
    text += fmt::format(", win {}", tcp.window);
    if ((tcp.flags & flag::urg) != 0) text += fmt::format(", urg {}", tcp.urgent_pointer);
    // SACK blocks name octets of the other direction, which acknowledgments count.
    if (!tcp.options.empty())
        text += fmt::format(", options [{}]", options_text(tcp.options, tcp.acknowledgment - acknowledgment));
    text += fmt::format(", length {}", length);
    if (length > 0 && (is_http_port(tcp.source_port) || is_http_port(tcp.destination_port)))
        text += http_text(layers.payload, options_.verbose);
    return text;
}

// As tcpdump does it: the first segment with an ACK, and each with a SYN, is absolute and sets the base.
Lines::Numbers Lines::numbers_of(const Layers& layers) {
    const common::TcpShown& tcp = *layers.tcp;
    const Numbers absolute{tcp.sequence, tcp.acknowledgment};
    if (options_.absolute || (tcp.flags & flag::ack) == 0) return absolute;
    const wire::Endpoint from{layers.ip->source, tcp.source_port},
        to{layers.ip->destination, tcp.destination_port};
    const bool is_turned = to < from;
    const Ends ends = is_turned ? Ends{to, from} : Ends{from, to};
    const auto found = bases_.find(ends);
    if (found == bases_.end() || (tcp.flags & flag::syn) != 0) {
        if (bases_.size() >= connections_most) bases_.clear();
        const Base base{tcp.sequence, tcp.acknowledgment - 1};
        bases_[ends] = is_turned ? Base{base.theirs, base.ours} : base;
        return absolute;
    }
    const Base& base = found->second;
    return is_turned ? Numbers{tcp.sequence - base.theirs, tcp.acknowledgment - base.ours}
                     : Numbers{tcp.sequence - base.ours, tcp.acknowledgment - base.theirs};
}

std::string Lines::end_text(const wire::Address& address, std::uint16_t port, const char* protocol) const {
    const servent* service = options_.numeric ? nullptr : ::getservbyport(htons(port), protocol);
    return fmt::format("{}.{}", wire::to_text(address), service ? service->s_name : std::to_string(port));
}

}  // namespace sluice::dump
