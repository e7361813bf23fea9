// The bits of explicit congestion notification: in the IP header (RFC 3168 5), in the TCP header (RFC 3168 6.1, RFC 9768 3).
#pragma once

#include <cstdint>

#include "base/trace_record.h"
#include "wire/tcp.h"

namespace sluice::tcp {

// The two low bits of the IP header's traffic class.
namespace ecn {
inline constexpr std::uint8_t mask = 3, not_ect = 0, ect_1 = 1, ect_0 = 2, ce = 3;
}

// The ACE field: AE, CWR and ECE as one number (RFC 9768 3.2.2).
namespace ace {

inline constexpr std::uint8_t asks = 7;  // on a SYN (3.1.1)

inline std::uint8_t of(const wire::TcpHeader& header) {
    return static_cast<std::uint8_t>((header.ae ? 4U : 0U) | ((header.flags & flag::cwr) != 0 ? 2U : 0U) |
                                     ((header.flags & flag::ece) != 0 ? 1U : 0U));
}

inline void put(std::uint8_t value, wire::TcpHeader& header) {
    header.ae = (value & 4U) != 0;
    header.flags = static_cast<std::uint8_t>(header.flags & ~(flag::cwr | flag::ece));
    if ((value & 2U) != 0) header.flags |= flag::cwr;
    if ((value & 1U) != 0) header.flags |= flag::ece;
}

// 3.1.1, 3.2.2.1: how a handshake segment tells the code point it answers.
inline std::uint8_t telling(std::uint8_t code_point) {
    switch (code_point & ecn::mask) {
        case ecn::ect_1: return 0b011;
        case ecn::ect_0: return 0b100;
        case ecn::ce: return 0b110;
        default: return 0b010;
    }
}

}  // namespace ace

}  // namespace sluice::tcp
