// ICMP messages (RFC 792, RFC 4884): octets to values and back. No state, no policy.
#pragma once

#include <cstdint>
#include <expected>

#include "base/bytes.h"
#include "base/reason.h"

namespace sluice::wire {

inline constexpr std::uint32_t icmp_header_length = 8;

namespace icmp_type {
inline constexpr std::uint8_t echo_reply = 0;
inline constexpr std::uint8_t unreachable = 3;
inline constexpr std::uint8_t source_quench = 4;
inline constexpr std::uint8_t redirect = 5;
inline constexpr std::uint8_t echo_request = 8;
inline constexpr std::uint8_t time_exceeded = 11;
inline constexpr std::uint8_t parameter_problem = 12;
inline constexpr std::uint8_t timestamp = 13;
inline constexpr std::uint8_t mask_reply = 18;
}  // namespace icmp_type

namespace icmp_code {
inline constexpr std::uint8_t net_unreachable = 0;
inline constexpr std::uint8_t host_unreachable = 1;
inline constexpr std::uint8_t protocol_unreachable = 2;
inline constexpr std::uint8_t port_unreachable = 3;
inline constexpr std::uint8_t too_big = 4;
inline constexpr std::uint8_t in_transit = 0;     // of time_exceeded
inline constexpr std::uint8_t reassembly = 1;     // of time_exceeded
inline constexpr std::uint8_t redirect_host = 1;  // of redirect
}  // namespace icmp_code

struct IcmpHeader {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint32_t rest = 0;  // the second word, whose meaning depends on the type

    std::uint16_t identifier() const { return static_cast<std::uint16_t>(rest >> 16U); }
    std::uint16_t sequence() const { return static_cast<std::uint16_t>(rest); }
    static constexpr std::uint32_t echo(std::uint16_t identifier, std::uint16_t sequence) {
        return std::uint32_t{identifier} << 16U | sequence;
    }
};

// Whether a message of this type reports an error: then nobody may report an error about it (RFC 1122 3.2.2).
constexpr bool is_icmp_error(std::uint8_t type) {
    const bool asks =
        type == icmp_type::echo_request || (type >= icmp_type::timestamp && type <= icmp_type::mask_reply);
    return !asks && type != icmp_type::echo_reply;
}

// Judges length and checksum of a whole message: icmp_short or icmp_bad_checksum. The body follows at
// icmp_header_length.
std::expected<IcmpHeader, Reason> parse_icmp(ByteView message);

// `body_sum` is the one's complement sum of what will follow.
void write_icmp(Writer& out, const IcmpHeader& header, std::uint16_t body_sum);

// The original datagram in the body of an error, without the extensions of RFC 4884.
ByteView icmp_quote(const IcmpHeader& header, ByteView body);

}  // namespace sluice::wire
