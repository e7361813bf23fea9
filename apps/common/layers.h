// What a frame is made of, header by header: for programs that show frames. Unlike the stack's way in it takes damaged
// packets too, as far as they can be read, and says what is missing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "wire/arp.h"
#include "wire/ethernet.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/packet.h"

namespace sluice::common {

// A TCP header as it stands: its options are octets, in their order.
struct TcpShown {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    std::uint8_t flags = 0;
    std::uint16_t window = 0;
    std::uint16_t checksum = 0;
    std::uint16_t urgent_pointer = 0;
    ByteView options;
    std::uint32_t header_length = 0;
};
struct UdpShown {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint16_t checksum = 0;
};

struct Layers {
    ByteView frame;
    wire::EthernetHeader ethernet;
    std::optional<wire::ArpPacket> arp;
    std::optional<wire::Ipv4Header> ip;
    std::optional<TcpShown> tcp;  // the transport only of a first fragment
    std::optional<UdpShown> udp;
    std::optional<wire::IcmpHeader> icmp;
    ByteView datagram;  // what IP carries
    ByteView payload;   // what the innermost header that could be read carries
};

// Nothing: too short for Ethernet.
std::optional<Layers> dissect(ByteView frame);

// The first line of an HTTP message this segment begins; empty if it begins none.
std::string_view http_start_line(ByteView payload);

}  // namespace sluice::common
