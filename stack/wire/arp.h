// ARP packets for IPv4 on Ethernet (RFC 826): octets to values and back. No state, no policy.
#pragma once

#include <cstdint>
#include <expected>

#include "base/bytes.h"
#include "base/reason.h"
#include "wire/address.h"

namespace sluice::wire {

inline constexpr std::uint32_t arp_length = 28;

namespace arp_operation {
inline constexpr std::uint16_t request = 1;
inline constexpr std::uint16_t reply = 2;
}  // namespace arp_operation

struct ArpPacket {
    std::uint16_t operation = 0;  // any number: RFC 826 looks at it last
    MacAddress sender_mac;
    Address sender;
    MacAddress target_mac;
    Address target;
};

// arp_short or arp_bad_kind. Octets behind the packet are padding.
std::expected<ArpPacket, Reason> parse_arp(ByteView octets);
void write_arp(Writer& out, const ArpPacket& packet);

}  // namespace sluice::wire
