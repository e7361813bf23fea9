// The UDP header (RFC 768): octets to values and back. No state, no policy; the checksum is judged by its user.
#pragma once

#include <cstdint>
#include <expected>

#include "base/bytes.h"
#include "base/reason.h"

namespace sluice::wire {

inline constexpr std::uint32_t udp_header_length = 8;
inline constexpr std::uint16_t udp_checksum_offset = 6;

struct UdpHeader {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint16_t length = 0;    // header and data
    std::uint16_t checksum = 0;  // 0: the sender made none
};

// udp_short or udp_bad_length. Octets behind the length are not data (RFC 768; RFC 1122 4.1).
std::expected<UdpHeader, Reason> parse_udp(ByteView datagram);
// With a zero checksum, for egress to fill in.
void write_udp(Writer& out, const UdpHeader& header);

}  // namespace sluice::wire
