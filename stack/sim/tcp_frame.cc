#include "sim/tcp_frame.h"

#include "base/checksum.h"
#include "wire/packet.h"
#include "wire/pseudo_header.h"

namespace sluice::sim {

std::optional<TcpFrame> parse_tcp_frame(ByteView frame) {
    const auto ethernet = wire::parse_ethernet(frame);
    if (!ethernet || ethernet->type != wire::ether_type::ipv4) return std::nullopt;
    const ByteView packet = frame.subspan(wire::ethernet_header_length);
    const auto ip = wire::parse_ipv4(packet);
    if (!ip || ip->protocol != wire::protocol::tcp || ip->is_fragment()) return std::nullopt;
    const ByteView segment = packet.first(ip->total_length).subspan(ip->header_length);
    const auto tcp = wire::parse_tcp(segment);
    if (!tcp) return std::nullopt;
    return TcpFrame{*ethernet, *ip, *tcp, segment.subspan(tcp->header_length)};
}

Frame write_ip_frame(const wire::EthernetHeader& ethernet, wire::Ipv4Header ip, ByteView body,
                     ChunkPool& pool) {
    ip.header_length = wire::ipv4_header_least;
    ip.total_length = ip.header_length + static_cast<std::uint32_t>(body.size());
    const std::uint32_t size = wire::ethernet_header_length + ip.total_length;
    Chunk chunk = pool.take(size);
    const ByteSpan room = chunk.writable().first(size);
    Writer out(room);
    write_ethernet(out, ethernet);
    write_ipv4(out, ip);
    out.bytes(body);
    const ByteSpan written = room.subspan(wire::ethernet_header_length + ip.header_length);
    if (ip.protocol == wire::protocol::tcp)
        put_u16(written, wire::tcp_checksum_offset,
                wire::transport_checksum(ip.source, ip.destination, ip.protocol, written));
    Frame frame;
    frame.bytes = Slice(std::move(chunk), 0, size);
    return frame;
}

}  // namespace sluice::sim
