// Ephemeral ports (RFC 6056 3.3.2, random selection with a fresh draw for each).
#pragma once

#include <cstdint>
#include <optional>

#include "base/random.h"

namespace sluice {

struct PortRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
};

// A port of the range that `is_free` accepts: a random start, then upwards with wrap. Nothing when every port is taken.
template <typename IsFree>
std::optional<std::uint16_t> pick_port(const PortRange& range, Random& random, IsFree is_free) {
    if (range.last < range.first) return std::nullopt;
    const std::uint32_t count = range.last - range.first + 1;
    const auto start = static_cast<std::uint32_t>(random.below(count));
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto port = static_cast<std::uint16_t>(range.first + (start + i) % count);
        if (is_free(port)) return port;
    }
    return std::nullopt;
}

}  // namespace sluice
