// The two low bits of the IP header's traffic class (RFC 3168 5).
#pragma once

#include <cstdint>

namespace sluice::tcp::ecn {

inline constexpr std::uint8_t mask = 3, not_ect = 0, ect_1 = 1, ect_0 = 2, ce = 3;

}  // namespace sluice::tcp::ecn
