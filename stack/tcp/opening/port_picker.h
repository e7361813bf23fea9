// Ephemeral ports (RFC 6056 3.3.2, random selection with a fresh draw for each connection).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/random.h"
#include "tcp/settings.h"

namespace sluice::tcp {

// A port of [port_first, port_last] that `is_free` accepts: a random start, then upwards with wrap. Nothing when
// every port is taken.
template <typename IsFree>
std::optional<std::uint16_t> pick_port(const Settings& settings, Random& random, IsFree is_free) {
    if (settings.port_last < settings.port_first) return std::nullopt;
    const std::uint32_t count = settings.port_last - settings.port_first + 1;
    const auto start = static_cast<std::uint32_t>(random.below(count));
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto port = static_cast<std::uint16_t>(settings.port_first + (start + i) % count);
        if (is_free(port)) return port;
    }
    return std::nullopt;
}

}  // namespace sluice::tcp
