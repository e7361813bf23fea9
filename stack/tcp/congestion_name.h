// The names of the congestion controls: what a setting, a socket option and the trace call them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sluice::tcp {

enum class Congestion : std::uint8_t { reno, cubic, bbr, fixed };

inline constexpr std::array<std::string_view, 4> congestion_names{"reno", "cubic", "bbr", "fixed"};

constexpr std::span<const std::string_view> names_of(Congestion) { return congestion_names; }
constexpr std::string_view text_of(Congestion congestion) {
    return congestion_names[static_cast<std::size_t>(congestion)];
}
constexpr std::optional<Congestion> congestion_named(std::string_view name) {
    for (std::size_t i = 0; i < congestion_names.size(); ++i)
        if (congestion_names[i] == name) return static_cast<Congestion>(i);
    return std::nullopt;
}

}  // namespace sluice::tcp
