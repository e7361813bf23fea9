#include "support/frames.h"

#include <fmt/format.h>
#include <tins/tins.h>

#include <algorithm>

namespace sluice::test {
namespace {

constexpr std::size_t ethernet_header = 14;

// The options as octets where libtins would not write them as they are: given so, or of length 2, which it pads wrongly.
std::optional<Octets> own_options(const WireSegment& segment) {
    if (segment.option_octets) return segment.option_octets;
    const auto is_odd = [](const RawOption& o) { return o.kind > 1 && o.kind != 4 && o.data.empty(); };
    if (std::none_of(segment.options.begin(), segment.options.end(), is_odd)) return std::nullopt;
    Octets octets;
    for (const RawOption& option : segment.options) {
        octets.push_back(option.kind);
        if (option.kind <= 1) continue;
        octets.push_back(static_cast<std::uint8_t>(2 + option.data.size()));
        octets.insert(octets.end(), option.data.begin(), option.data.end());
    }
    while (octets.size() % 4 != 0) octets.push_back(1);
    return octets;
}

Tins::TCP tcp_of(const WireSegment& segment) {
    Tins::TCP tcp(segment.destination_port, segment.source_port);
    tcp.seq(segment.seq);
    tcp.ack_seq(segment.ack);
    tcp.flags(Tins::small_uint<12>(segment.flags));
    tcp.window(segment.window);
    tcp.urg_ptr(segment.urgent);
    if (const auto octets = own_options(segment)) {
        for (std::size_t i = 0; i < octets->size(); ++i) tcp.add_option(Tins::TCP::option(Tins::TCP::NOP));
        return tcp;
    }
    for (const RawOption& option : segment.options)
        tcp.add_option(Tins::TCP::option(option.kind, option.data.begin(), option.data.end()));
    return tcp;
}

Tins::IP ip_of(const WireSegment& segment) {
    Tins::IP ip(segment.destination, segment.source);
    ip.ttl(segment.hop_limit);
    ip.tos(segment.traffic_class);
    ip.flags(Tins::IP::DONT_FRAGMENT);
    return ip;
}

std::uint16_t u16_at(const Octets& octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets.at(at) << 8U | octets.at(at + 1));
}

std::uint32_t u32_at(const Octets& octets, std::size_t at) {
    return std::uint32_t{u16_at(octets, at)} << 16U | u16_at(octets, at + 2);
}

std::uint16_t fold(std::uint32_t sum) {
    while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(sum);
}

struct Layout {
    std::size_t ip_header = 0;
    std::size_t tcp_begin = 0;
    std::size_t tcp_end = 0;
};

Layout layout_of(const Octets& frame) {
    Layout layout;
    layout.ip_header = static_cast<std::size_t>(frame.at(ethernet_header) & 0x0fU) * 4;
    layout.tcp_begin = ethernet_header + layout.ip_header;
    layout.tcp_end = ethernet_header + u16_at(frame, ethernet_header + 2);
    return layout;
}

// RFC 9293 3.1: what the checksum is made over, the pseudo-header and the segment.
Octets checked_octets(const Octets& frame, const Layout& layout) {
    Octets octets;
    octets.reserve(frame.size());
    octets.insert(octets.end(), frame.begin() + ethernet_header + 12, frame.begin() + ethernet_header + 20);
    const auto size = static_cast<std::uint16_t>(layout.tcp_end - layout.tcp_begin);
    octets.insert(octets.end(),
                  {0, 6, static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)});
    octets.insert(octets.end(), frame.begin() + static_cast<std::ptrdiff_t>(layout.tcp_begin),
                  frame.begin() + static_cast<std::ptrdiff_t>(layout.tcp_end));
    return octets;
}

// The one's complement sum; 0xffff over octets with their checksum in place.
std::uint16_t sum_of(const std::uint8_t* begin, const std::uint8_t* end) {
    return fold(Tins::Utils::do_checksum(begin, end));
}

// Puts options that libtins would not write over the ones it wrote, and mends the checksum.
void overwrite_options(Octets& frame, const Octets& options) {
    const Layout layout = layout_of(frame);
    std::copy(options.begin(), options.end(),
              frame.begin() + static_cast<std::ptrdiff_t>(layout.tcp_begin + 20));
    frame.at(layout.tcp_begin + 16) = frame.at(layout.tcp_begin + 17) = 0;
    const Octets checked = checked_octets(frame, layout);
    const auto check = static_cast<std::uint16_t>(~sum_of(checked.data(), checked.data() + checked.size()));
    frame.at(layout.tcp_begin + 16) = static_cast<std::uint8_t>(check >> 8U);
    frame.at(layout.tcp_begin + 17) = static_cast<std::uint8_t>(check);
}

// libtins writes one octet too many after IP options, so they are put in here.
void insert_ip_option(Octets& frame, Octets option) {
    while (option.size() % 4 != 0) option.push_back(0);
    const auto total = static_cast<std::uint16_t>(u16_at(frame, ethernet_header + 2) + option.size());
    frame.insert(frame.begin() + ethernet_header + 20, option.begin(), option.end());
    std::uint8_t* header = frame.data() + ethernet_header;
    header[0] = static_cast<std::uint8_t>(header[0] + option.size() / 4);
    header[2] = static_cast<std::uint8_t>(total >> 8U);
    header[3] = static_cast<std::uint8_t>(total);
    header[10] = header[11] = 0;
    const auto check = static_cast<std::uint16_t>(~sum_of(header, header + 20 + option.size()));
    header[10] = static_cast<std::uint8_t>(check >> 8U);
    header[11] = static_cast<std::uint8_t>(check);
}

void read_sack(const Octets& frame, std::size_t at, std::size_t length, Seen& seen) {
    if (length % 8 != 2 || length < 10)
        seen.faults.push_back(fmt::format("SACK option has length {} [RFC 2018 3]", length));
    for (std::size_t i = at + 2; i + 8 <= at + length; i += 8)
        seen.sack.emplace_back(u32_at(frame, i), u32_at(frame, i + 4));
}

// RFC 9293 3.1 [MUST-68] [MUST-69]: every option but EOL and NOP has a length; zeros follow EOL; the walk ends
// exactly at the data offset.
void walk_options(const Octets& frame, const Layout& layout, Seen& seen) {
    std::size_t at = layout.tcp_begin + 20;
    const std::size_t end =
        layout.tcp_begin + static_cast<std::size_t>(frame.at(layout.tcp_begin + 12) >> 4U) * 4;
    while (at < end) {
        const std::uint8_t kind = frame.at(at);
        if (kind == 0) {
            if (std::any_of(frame.begin() + static_cast<std::ptrdiff_t>(at),
                            frame.begin() + static_cast<std::ptrdiff_t>(end),
                            [](std::uint8_t octet) { return octet != 0; }))
                seen.faults.emplace_back("padding after EOL is not zero [MUST-69]");
            return;
        }
        if (kind == 1) {
            ++at;
            continue;
        }
        const std::size_t length = at + 1 < end ? frame.at(at + 1) : 0;
        if (length < 2 || at + length > end) {
            seen.faults.push_back(fmt::format("option {} has length {} [MUST-68]", kind, length));
            return;
        }
        if (kind == 2) seen.mss = u16_at(frame, at + 2);
        if (kind == 3) seen.window_shift = frame.at(at + 2);
        if (kind == 4) seen.sack_permitted = true;
        if (kind == 5) read_sack(frame, at, length, seen);
        if (kind == 8) seen.ts_value = u32_at(frame, at + 2), seen.ts_echo = u32_at(frame, at + 6);
        if (kind == 6 || kind == 7 || kind > 8)
            seen.other_options.push_back(
                {kind, Octets(frame.begin() + static_cast<std::ptrdiff_t>(at + 2),
                              frame.begin() + static_cast<std::ptrdiff_t>(at + length))});
        const bool wrong = (kind == 2 && length != 4) || (kind == 3 && length != 3) ||
                           (kind == 4 && length != 2) || (kind == 8 && length != 10);
        if (wrong) seen.faults.push_back(fmt::format("option {} has length {}", kind, length));
        at += length;
    }
}

void read_tcp(const Tins::EthernetII& ethernet, const Tins::IP& ip, const Tins::TCP& tcp, Seen& seen) {
    seen.kind = Seen::Kind::tcp;
    WireSegment& s = seen.segment;
    s.source_mac = ethernet.src_addr().to_string();
    s.destination_mac = ethernet.dst_addr().to_string();
    s.source = ip.src_addr().to_string();
    s.destination = ip.dst_addr().to_string();
    s.hop_limit = ip.ttl();
    s.traffic_class = ip.tos();
    seen.ip_id = ip.id();
    seen.dont_fragment = (ip.flags() & Tins::IP::DONT_FRAGMENT) != 0;
    s.source_port = tcp.sport();
    s.destination_port = tcp.dport();
    s.seq = tcp.seq();
    s.ack = tcp.ack_seq();
    s.flags = static_cast<std::uint16_t>(tcp.flags());
    s.window = tcp.window();
    s.urgent = tcp.urg_ptr();
    const Layout layout = layout_of(seen.frame);
    const std::size_t text = layout.tcp_begin + static_cast<std::size_t>(tcp.data_offset()) * 4;
    if (layout.tcp_end > seen.frame.size() || text > layout.tcp_end) {
        seen.faults.emplace_back("lengths do not agree");
        return;
    }
    s.payload.assign(seen.frame.begin() + static_cast<std::ptrdiff_t>(text),
                     seen.frame.begin() + static_cast<std::ptrdiff_t>(layout.tcp_end));
    walk_options(seen.frame, layout, seen);
    const Octets checked = checked_octets(seen.frame, layout);
    if (sum_of(checked.data(), checked.data() + checked.size()) != 0xffff)
        seen.faults.emplace_back("TCP checksum wrong [MUST-2]");
    const std::uint8_t* header = seen.frame.data() + ethernet_header;
    if (sum_of(header, header + layout.ip_header) != 0xffff)
        seen.faults.emplace_back("IPv4 header checksum wrong");
    if ((s.flags & ~0x1ffU) != 0) seen.faults.emplace_back("reserved bits are not zero [U-1]");
}

}  // namespace

Octets build(const WireSegment& segment) {
    Tins::EthernetII frame(segment.destination_mac, segment.source_mac);
    frame /= ip_of(segment);
    frame /= tcp_of(segment);
    if (!segment.payload.empty())
        frame /= Tins::RawPDU(segment.payload.data(), static_cast<std::uint32_t>(segment.payload.size()));
    Octets octets = frame.serialize();
    if (const auto options = own_options(segment)) overwrite_options(octets, *options);
    if (segment.ip_option) insert_ip_option(octets, *segment.ip_option);
    return octets;
}

Octets build(const IcmpError& error, const WireSegment& quoted) {
    const Octets whole = build(quoted);
    const Layout layout = layout_of(whole);
    const Octets quote(whole.begin() + ethernet_header,
                       whole.begin() + static_cast<std::ptrdiff_t>(layout.tcp_begin + 8));
    Tins::ICMP icmp(static_cast<Tins::ICMP::Flags>(error.type));
    icmp.code(error.code);
    icmp.mtu(error.mtu);
    Tins::EthernetII frame(quoted.source_mac, quoted.destination_mac);
    frame /= Tins::IP(quoted.source, error.reporter);
    frame /= icmp;
    frame /= Tins::RawPDU(quote.data(), static_cast<std::uint32_t>(quote.size()));
    return frame.serialize();
}

Octets build_arp_reply(const std::string& sender_ip, const std::string& sender_mac,
                       const std::string& target_ip, const std::string& target_mac) {
    return Tins::ARP::make_arp_reply(target_ip, sender_ip, target_mac, sender_mac).serialize();
}

Octets build_arp_request(const std::string& sender_ip, const std::string& sender_mac,
                         const std::string& target_ip) {
    return Tins::ARP::make_arp_request(target_ip, sender_ip, sender_mac).serialize();
}

Seen read_frame(Octets frame, Instant at) {
    Seen seen;
    seen.at = at;
    seen.frame = std::move(frame);
    try {
        const Tins::EthernetII ethernet(seen.frame.data(), static_cast<std::uint32_t>(seen.frame.size()));
        if (const auto* arp = ethernet.find_pdu<Tins::ARP>()) {
            seen.kind = arp->opcode() == Tins::ARP::REQUEST ? Seen::Kind::arp_request : Seen::Kind::arp_other;
            seen.arp_target = arp->target_ip_addr().to_string();
            seen.arp_sender = arp->sender_ip_addr().to_string();
            return seen;
        }
        const auto* ip = ethernet.find_pdu<Tins::IP>();
        const auto* tcp = ethernet.find_pdu<Tins::TCP>();
        if (ip != nullptr && tcp != nullptr) read_tcp(ethernet, *ip, *tcp, seen);
    } catch (const std::exception& error) {
        seen.faults.push_back(fmt::format("libtins cannot read the frame: {}", error.what()));
    }
    return seen;
}

}  // namespace sluice::test
