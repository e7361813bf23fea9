// What a SYN cookie keeps of the SYN besides its MSS and timestamps (RFC 4987 3.6).
#pragma once

#include <cstdint>

namespace sluice::tcp {

struct CookieOptions {
    static constexpr std::uint8_t no_shift = 15;
    std::uint8_t window_shift = no_shift;
    bool sack = false;
};

}  // namespace sluice::tcp
