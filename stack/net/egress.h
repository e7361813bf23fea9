// From a packet of ours to frames for a link: how many, the IPv4 header, the transport checksum, the facts a device
// needs to finish its part (RFC 791 3.2, RFC 1122 3.2.1). Values in, values out; nothing is kept.
#pragma once

#include "net/interfaces.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"
#include "wire/packet.h"

namespace sluice::net {

// How a packet can leave by a link.
enum class Shape : std::uint8_t {
    whole,          // in one frame
    super_segment,  // in one frame, which the device cuts into segments
    fragments,      // in several frames
    too_big,        // not at all: it must not be fragmented, or is longer than any packet
};
Shape shape_of(const wire::PacketOut& packet, const LinkCapabilities& link);

// A part of a packet's octets (transport header and payload), as one fragment carries them.
struct Piece {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool more = false;
};
constexpr Piece whole_of(std::uint32_t size) { return {0, size, false}; }
// The fragment that begins at `begin` (RFC 791 3.2): as much as fits, a multiple of 8 unless it is the last.
Piece piece_at(std::uint32_t begin, std::uint32_t size, std::uint32_t mtu);

struct Framing {
    LinkId link = 0;
    wire::MacAddress from;
    wire::MacAddress to;
    std::uint8_t hop_limit = 0;  // for packets that name none
    std::uint16_t identification = 0;
};
// Fills `frame` with one piece of the packet. Payload goes by reference.
void write_frame(const wire::PacketOut& packet, const Framing& framing, const Piece& piece, FrameOut& frame);

// The same with all of it; the payload moves over.
void write_whole(wire::PacketOut& packet, const Framing& framing, FrameOut& frame);

// The IPv4 header of one piece.
wire::Ipv4Header ip_header(const wire::PacketOut& packet, const Framing& framing, const Piece& piece);

// Puts the transport checksum into the packet's header, complete.
void complete_checksum(wire::PacketOut& packet);
// Puts the pseudo-header's sum there instead, and tells the device where to put the checksum.
void leave_checksum(wire::PacketOut& packet, FrameOut& frame);

}  // namespace sluice::net
