#include "net/egress.h"

#include <algorithm>

#include "wire/pseudo_header.h"

namespace sluice::net {

Shape shape_of(const wire::PacketOut& packet, const LinkCapabilities& link) {
    const std::uint32_t total = (packet.has_ip_header ? 0 : wire::ipv4_header_least) + packet.size();
    if (total > wire::ipv4_packet_most) return Shape::too_big;
    if (packet.segment_bytes > 0 && packet.payload.bytes() > packet.segment_bytes)
        return total <= link.send_segment_bytes ? Shape::super_segment : Shape::too_big;
    if (total <= link.mtu) return Shape::whole;
    // RFC 791 3.2, RFC 6864 4.3: what says "don't fragment" is not fragmented, by nobody.
    return packet.dont_fragment ? Shape::too_big : Shape::fragments;
}

Piece piece_at(std::uint32_t begin, std::uint32_t size, std::uint32_t mtu) {
    const std::uint32_t room = (mtu - wire::ipv4_header_least) / 8 * 8;
    const std::uint32_t left = size - begin;
    // The last one may use what is left of the frame as well.
    if (left <= mtu - wire::ipv4_header_least) return {begin, size, false};
    return {begin, begin + room, true};
}

wire::Ipv4Header ip_header(const wire::PacketOut& packet, const Framing& framing, const Piece& piece) {
    wire::Ipv4Header header;
    header.traffic_class = packet.traffic_class;
    header.total_length = wire::ipv4_header_least + piece.end - piece.begin;
    header.identification = framing.identification;
    header.dont_fragment = packet.dont_fragment;
    header.more_fragments = piece.more;
    header.fragment_offset = piece.begin;
    // RFC 1122 3.2.1.7: the transport may choose the TTL; it is never 0.
    header.hop_limit = packet.hop_limit > 0 ? packet.hop_limit : framing.hop_limit;
    header.protocol = packet.protocol;
    header.source = packet.source;
    header.destination = packet.destination;
    return header;
}

void write_frame(const wire::PacketOut& packet, const Framing& framing, const Piece& piece, FrameOut& frame) {
    frame.link = framing.link;
    Writer out(frame.header_bytes);
    wire::write_ethernet(out, {framing.to, framing.from, wire::ether_type::ipv4});
    if (!packet.has_ip_header) wire::write_ipv4(out, ip_header(packet, framing, piece));
    const ByteView header = packet.header();
    const std::uint32_t header_end = std::min(piece.end, packet.header_length);
    if (piece.begin < header_end) out.bytes(header.subspan(piece.begin, header_end - piece.begin));
    frame.header_length = static_cast<std::uint32_t>(out.size());
    std::uint32_t at = packet.header_length;
    for (const Slice& slice : packet.payload) {
        const std::uint32_t begin = std::max(piece.begin, at);
        const std::uint32_t end = std::min(piece.end, at + slice.size());
        if (begin < end) frame.payload.push_back(slice.sub(begin - at, end - begin));
        at += slice.size();
    }
}

void write_whole(wire::PacketOut& packet, const Framing& framing, FrameOut& frame) {
    frame.link = framing.link;
    Writer out(frame.header_bytes);
    wire::write_ethernet(out, {framing.to, framing.from, wire::ether_type::ipv4});
    if (!packet.has_ip_header) wire::write_ipv4(out, ip_header(packet, framing, whole_of(packet.size())));
    out.bytes(packet.header());
    frame.header_length = static_cast<std::uint32_t>(out.size());
    frame.payload.take(packet.payload);
}

void complete_checksum(wire::PacketOut& packet) {
    if (!packet.has_checksum) return;
    Checksum checksum =
        wire::pseudo_header(packet.source, packet.destination, packet.protocol, packet.size());
    checksum.add(packet.header());
    for (const Slice& slice : packet.payload) checksum.add(slice.view());
    std::uint16_t value = checksum.value();
    // RFC 768: a UDP checksum that is computed as zero is sent as all ones, for zero means none.
    if (value == 0 && packet.protocol == wire::protocol::udp) value = 0xffff;
    put_u16(ByteSpan(packet.header_bytes).first(packet.header_length), packet.checksum_offset, value);
}

void leave_checksum(wire::PacketOut& packet, FrameOut& frame) {
    if (!packet.has_checksum) return;
    const Checksum checksum =
        wire::pseudo_header(packet.source, packet.destination, packet.protocol, packet.size());
    put_u16(ByteSpan(packet.header_bytes).first(packet.header_length), packet.checksum_offset,
            checksum.sum());
    frame.needs_checksum = true;
    frame.checksum_start = wire::ethernet_header_length + wire::ipv4_header_least;
    frame.checksum_offset = packet.checksum_offset;
}

}  // namespace sluice::net
