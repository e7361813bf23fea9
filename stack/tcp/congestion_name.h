// The names of the congestion controls and of the uses of ECN: what a setting, a socket option and the trace call them.
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

// Explicit congestion notification (RFC 3168): never, when the peer asks for it, or asked for by us too; or that and its
// accurate form both ways (RFC 9768).
enum class EcnUse : std::uint8_t { off, accept, on, accurate };
inline constexpr std::array<std::string_view, 4> ecn_use_names{"off", "accept", "on", "accurate"};
constexpr std::span<const std::string_view> names_of(EcnUse) { return ecn_use_names; }

// What both ends agreed on.
enum class EcnMode : std::uint8_t { none, classic, accurate };

}  // namespace sluice::tcp
