#include "apps/common/layers.h"

#include <algorithm>
#include <array>

#include "wire/tcp.h"
#include "wire/udp_header.h"

namespace sluice::common {
namespace {

void read_tcp(Layers& layers) {
    Reader in(layers.datagram);
    TcpShown tcp;
    tcp.source_port = in.u16();
    tcp.destination_port = in.u16();
    tcp.sequence = in.u32();
    tcp.acknowledgment = in.u32();
    tcp.header_length = (in.u8() >> 4U) * 4U;
    tcp.flags = in.u8();
    tcp.window = in.u16();
    tcp.checksum = in.u16();
    tcp.urgent_pointer = in.u16();
    if (!in.ok() || tcp.header_length < wire::tcp_header_least || tcp.header_length > layers.datagram.size())
        return;
    tcp.options = in.take(tcp.header_length - wire::tcp_header_least);
    layers.payload = in.rest();
    layers.tcp = tcp;
}

void read_udp(Layers& layers) {
    Reader in(layers.datagram);
    UdpShown udp;
    udp.source_port = in.u16();
    udp.destination_port = in.u16();
    const std::uint16_t length = in.u16();
    udp.checksum = in.u16();
    if (!in.ok() || length < wire::udp_header_length) return;
    layers.payload = in.take(std::min<std::size_t>(length - wire::udp_header_length, in.remaining()));
    layers.udp = udp;
}

void read_icmp(Layers& layers) {
    Reader in(layers.datagram);
    wire::IcmpHeader icmp;
    icmp.type = in.u8();
    icmp.code = in.u8();
    in.skip(2);
    icmp.rest = in.u32();
    if (!in.ok()) return;
    layers.payload = in.rest();
    layers.icmp = icmp;
}

void read_ipv4(Layers& layers, ByteView packet) {
    const auto ip = wire::parse_quoted_ipv4(packet);
    if (!ip) return;
    layers.ip = *ip;
    const std::size_t end = std::clamp<std::size_t>(ip->total_length, ip->header_length, packet.size());
    layers.datagram = packet.subspan(ip->header_length, end - ip->header_length);
    layers.payload = layers.datagram;
    if (ip->fragment_offset != 0) return;
    if (ip->protocol == wire::protocol::tcp) read_tcp(layers);
    if (ip->protocol == wire::protocol::udp) read_udp(layers);
    if (ip->protocol == wire::protocol::icmp) read_icmp(layers);
}

constexpr std::array<std::string_view, 10> request_words{
    "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "CONNECT ", "TRACE ", "PATCH ", "HTTP/"};

}  // namespace

std::optional<Layers> dissect(ByteView frame) {
    const auto ethernet = wire::parse_ethernet(frame);
    if (!ethernet) return std::nullopt;
    Layers layers;
    layers.frame = frame;
    layers.ethernet = *ethernet;
    layers.payload = frame.subspan(wire::ethernet_header_length);
    if (ethernet->type == wire::ether_type::ipv4) read_ipv4(layers, layers.payload);
    if (ethernet->type == wire::ether_type::arp) {
        if (const auto arp = wire::parse_arp(layers.payload)) layers.arp = *arp;
    }
    return layers;
}

std::string_view http_start_line(ByteView payload) {
    const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
    const bool is_http = std::any_of(request_words.begin(), request_words.end(),
                                     [&](std::string_view word) { return text.starts_with(word); });
    return is_http ? text.substr(0, text.find_first_of("\r\n")) : std::string_view();
}

}  // namespace sluice::common
