#include "net/forwarding.h"

#include <algorithm>

#include "net/egress.h"
#include "net/ingress.h"

namespace sluice::net {
namespace {

constexpr std::uint8_t option_end = 0, option_no_operation = 1, option_copied = 0x80;

// RFC 791 3.1: options without the copied flag stay with the first fragment.
void blank_uncopied_options(ByteSpan header) {
    for (std::size_t at = wire::ipv4_header_least; at < header.size() && header[at] != option_end;) {
        const std::size_t left = header.size() - at;
        const std::size_t told = header[at] == option_no_operation || left < 2 ? 1 : header[at + 1];
        const std::size_t length = std::clamp<std::size_t>(told, 1, left);
        if ((header[at] & option_copied) == 0)
            std::ranges::fill(header.subspan(at, length), option_no_operation);
        at += length;
    }
}

wire::PacketOut transit_packet(const Slice& whole, const wire::Ipv4Header& header, const Piece& piece) {
    wire::PacketOut packet;
    packet.source = header.source;
    packet.destination = header.destination;
    packet.protocol = header.protocol;
    packet.has_ip_header = true;
    packet.has_checksum = false;
    packet.header_length = header.header_length;
    const ByteSpan octets = packet.header_room().first(header.header_length);
    std::ranges::copy(whole.view().first(header.header_length), octets.begin());
    if (piece.begin > 0) blank_uncopied_options(octets);
    wire::Ipv4Header changed = header;
    changed.total_length = header.header_length + piece.end - piece.begin;
    changed.fragment_offset += piece.begin;
    changed.more_fragments = header.more_fragments || piece.more;
    // RFC 1812 5.3.1: one hop less.
    --changed.hop_limit;
    wire::mend_ipv4(octets, changed);
    if (piece.end > piece.begin)
        packet.payload.push_back(whole.sub(header.header_length + piece.begin, piece.end - piece.begin));
    return packet;
}

}  // namespace

Reason judge_transit(const wire::Ipv4Header& header, bool frame_to_group, const LinkCapabilities& from,
                     const Addresses& addresses) {
    // RFC 1812 5.3.4: what came by link-level broadcast or multicast is not forwarded.
    if (frame_to_group) return Reason::ip_unicast_in_group_frame;
    // RFC 1812 4.2.3.1, 5.3.7: neither broadcasts, nor loopback or reserved addresses. Choice: no multicast routing.
    if (!is_host_address(header.destination)) return Reason::ip_not_for_us;
    // RFC 1812 5.3.7: nothing from an address that cannot be a source.
    if (addresses.is_ours(header.source)) return Reason::ip_own_source;
    if (!is_host_address(header.source) || addresses.is_broadcast(header.source))
        return Reason::ip_bad_source;
    // Choice: what a device with offload hands up is no packet that could be sent on as it stands.
    if (from.vouches_checksums || from.receive_segment_bytes > 0) return Reason::ip_not_for_us;
    return Reason::none;
}

bool is_detour(const wire::Ipv4Header& header, LinkId from, LinkId to, const wire::Address& next_hop,
               const Addresses& addresses) {
    if (from != to) return false;
    for (const AddressView& own : addresses.views())
        if (own.link == to && own.prefix.contains(next_hop) && own.prefix.contains(header.source))
            return true;
    return false;
}

std::vector<wire::PacketOut> transit_packets(const Slice& whole, const wire::Ipv4Header& header,
                                             std::uint32_t mtu) {
    // piece_at counts a header of 20 octets.
    const std::uint32_t room = mtu - (header.header_length - wire::ipv4_header_least);
    const std::uint32_t octets = whole.size() - header.header_length;
    std::vector<wire::PacketOut> packets;
    for (std::uint32_t at = 0;;) {
        const Piece piece = piece_at(at, octets, room);
        packets.push_back(transit_packet(whole, header, piece));
        if (!piece.more) return packets;
        at = piece.end;
    }
}

Slice gathered(const wire::PacketOut& packet, ChunkPool& pool) {
    Chunk chunk = pool.take(packet.size());
    Writer out(chunk.writable());
    out.bytes(packet.header());
    for (const Slice& slice : packet.payload) out.bytes(slice.view());
    return {std::move(chunk), 0, packet.size()};
}

}  // namespace sluice::net
