// The Ethernet II header (RFC 894): octets to values and back. No state, no policy.
#pragma once

#include <cstdint>
#include <expected>

#include "base/bytes.h"
#include "base/reason.h"
#include "wire/address.h"

namespace sluice::wire {

inline constexpr std::uint32_t ethernet_header_length = 14;

namespace ether_type {
inline constexpr std::uint16_t ipv4 = 0x0800;
inline constexpr std::uint16_t arp = 0x0806;
inline constexpr std::uint16_t least = 0x0600;  // below, the field is an IEEE 802.3 length
}  // namespace ether_type

struct EthernetHeader {
    MacAddress destination;
    MacAddress source;
    std::uint16_t type = 0;
};

// eth_short.
std::expected<EthernetHeader, Reason> parse_ethernet(ByteView frame);
inline void write_ethernet(Writer& out, const EthernetHeader& header) {
    out.bytes(header.destination.octets);
    out.bytes(header.source.octets);
    out.u16(header.type);
}

MacAddress take_mac(Reader& in);

// Where frames to an IPv4 multicast address go (RFC 1112 6.4).
MacAddress multicast_mac(const Address& group);

}  // namespace sluice::wire
