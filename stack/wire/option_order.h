// In which order the options of a SYN stand. Receivers do not care (RFC 9293 3.1); scripts that compare octets do.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::wire {

enum class OptionOrder : std::uint8_t {
    sack_first,   // mss, sackOK, timestamps, nop, wscale
    scale_first,  // mss, nop, wscale, sackOK, timestamps; filled up with end-of-list
};

inline constexpr std::array<std::string_view, 2> option_order_names{"sack_first", "scale_first"};
constexpr std::span<const std::string_view> names_of(OptionOrder) { return option_order_names; }

}  // namespace sluice::wire
