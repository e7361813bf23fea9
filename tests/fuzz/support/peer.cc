#include "fuzz/support/peer.h"

#include <algorithm>

#include "base/trace_record.h"
#include "wire/arp.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"
#include "wire/packet.h"
#include "wire/pseudo_header.h"

namespace sluice::fuzz {
namespace {

constexpr std::size_t ip_at = wire::ethernet_header_length;
constexpr std::size_t tcp_at = ip_at + 20;
constexpr std::size_t packets_kept = 8;

}  // namespace

std::uint8_t written_octet(std::uint16_t stack_port, std::uint16_t peer_port, std::uint64_t index) {
    return static_cast<std::uint8_t>(index * 167 + (index >> 8U) * 13 + (index >> 16U) * 5 + stack_port * 3U +
                                     peer_port);
}

std::optional<Octets> Peer::on_frame(const FrameOut& frame) {
    Octets octets(frame.header().begin(), frame.header().end());
    for (const Slice& slice : frame.payload)
        octets.insert(octets.end(), slice.view().begin(), slice.view().end());
    const bool is_super = frame.segment_bytes != 0 && frame.payload.bytes() > frame.segment_bytes;
    SLUICE_CHECK(octets.size() <= ip_at + (is_super ? link_.send_segment_bytes : link_.mtu));
    SLUICE_CHECK(!frame.needs_checksum || link_.computes_checksums);
    const auto ethernet = wire::parse_ethernet(octets);
    SLUICE_CHECK(ethernet && ethernet->source == stack_mac);
    const ByteView packet = ByteView(octets).subspan(ip_at);
    if (ethernet->type == wire::ether_type::arp) {
        const auto arp = wire::parse_arp(packet);
        SLUICE_CHECK(arp.has_value());
        if (arp->operation != wire::arp_operation::request || arp->target != peer_address)
            return std::nullopt;
        return arp_frame(wire::arp_operation::reply, peer_mac, peer_address, stack_address);
    }
    const auto ip = wire::parse_ipv4(packet);
    SLUICE_CHECK(ip && ip->total_length == packet.size() && ip->hop_limit > 0);
    SLUICE_CHECK(ip->source == stack_address);
    if (sent_.size() < packets_kept) sent_.emplace_back();
    sent_[sent_count_++ % packets_kept].assign(packet.begin(), packet.end());
    if (ip->protocol == wire::protocol::tcp && !ip->is_fragment() && ip->destination == peer_address)
        on_tcp(packet.subspan(ip->header_length), frame);
    return std::nullopt;
}

void Peer::on_tcp(ByteView segment, const FrameOut& frame) {
    if (!frame.needs_checksum)  // [MUST-2]
        SLUICE_CHECK(wire::transport_checksum(stack_address, peer_address, wire::protocol::tcp, segment) ==
                     0);
    const auto header = wire::parse_tcp(segment);
    SLUICE_CHECK(header.has_value());
    const auto has = [&](std::uint8_t wanted) { return (header->flags & wanted) != 0; };
    SLUICE_CHECK(!(has(flag::syn) && has(flag::rst)) && !(has(flag::fin) && has(flag::rst)));
    SLUICE_CHECK(!header->options.mss || has(flag::syn));              // [MUST-65]
    SLUICE_CHECK(has(flag::syn) || has(flag::rst) || has(flag::ack));  // [U-23]
    Flow& known = flow(header->source_port, header->destination_port);
    const ByteView text = segment.subspan(header->header_length);
    if (has(flag::rst)) return;
    if (has(flag::syn)) {
        known.iss = header->sequence;
        known.end = header->sequence;
    }
    if (known.iss && !text.empty()) {
        const std::uint32_t first = header->sequence + (has(flag::syn) ? 1 : 0) - *known.iss - 1;
        for (std::uint32_t i = 0; i < text.size(); ++i)  // [U-27]
            SLUICE_CHECK(text[i] == written_octet(header->source_port, header->destination_port, first + i));
    }
    const std::uint32_t length =
        static_cast<std::uint32_t>(text.size()) + (has(flag::syn) ? 1U : 0U) + (has(flag::fin) ? 1U : 0U);
    const std::uint32_t end = header->sequence + length;
    if (static_cast<std::int32_t>(end - known.end) > 0 || has(flag::syn)) known.end = end;
    if (has(flag::ack)) known.wanted = header->acknowledgment;
    if (header->options.timestamps) known.ts_value = header->options.timestamps->value;
    if (header->options.fast_open) known.cookie = header->options.fast_open;
}

Octets Peer::sent_packet(std::size_t choice) const {
    return sent_.empty() ? Octets() : sent_[choice % sent_.size()];
}

Octets Peer::arp_frame(std::uint16_t operation, const wire::MacAddress& mac, const wire::Address& sender,
                       const wire::Address& target) {
    Octets frame(ip_at + wire::arp_length);
    Writer out(frame);
    wire::write_ethernet(out, {stack_mac, mac, wire::ether_type::arp});
    wire::write_arp(out, {operation, mac, sender, stack_mac, target});
    return frame;
}

Octets Peer::ip_frame(std::uint8_t protocol, ByteView payload) {
    Octets frame(tcp_at + payload.size());
    Writer out(frame);
    wire::write_ethernet(out, {stack_mac, peer_mac, wire::ether_type::ipv4});
    wire::Ipv4Header ip;
    ip.total_length = static_cast<std::uint32_t>(frame.size() - ip_at);
    ip.hop_limit = 64;
    ip.protocol = protocol;
    ip.source = peer_address;
    ip.destination = stack_address;
    wire::write_ipv4(out, ip);
    out.bytes(payload);
    return frame;
}

Octets Peer::tcp_frame(const wire::TcpHeader& header, ByteView text) {
    Octets segment(60);
    segment.resize(wire::write_tcp(segment, header));
    segment.insert(segment.end(), text.begin(), text.end());
    Octets frame = ip_frame(wire::protocol::tcp, segment);
    mend(frame);
    return frame;
}

void Peer::mend(Octets& frame) {
    if (frame.size() < tcp_at) return;
    const std::size_t ip_length = std::size_t{frame[ip_at] & 0xfU} * 4;
    if (ip_length < 20 || frame.size() < ip_at + ip_length) return;
    put_u16(frame, ip_at + 10, 0);
    Checksum ip;
    ip.add(ByteView(frame).subspan(ip_at, ip_length));
    put_u16(frame, ip_at + 10, ip.value());
    const std::size_t at = ip_at + ip_length;
    if (frame[ip_at + 9] != wire::protocol::tcp || frame.size() < at + wire::tcp_header_least) return;
    put_u16(frame, at + wire::tcp_checksum_offset, 0);
    Checksum tcp;
    tcp.add(ByteView(frame).subspan(ip_at + 12, 8));
    tcp.add_u16(wire::protocol::tcp);
    tcp.add_u16(static_cast<std::uint16_t>(frame.size() - at));
    tcp.add(ByteView(frame).subspan(at));
    put_u16(frame, at + wire::tcp_checksum_offset, tcp.value());
}

}  // namespace sluice::fuzz
