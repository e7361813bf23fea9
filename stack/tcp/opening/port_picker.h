// Ephemeral ports of connections (RFC 6056 3.3.2).
#pragma once

#include "base/port_picker.h"
#include "tcp/settings.h"

namespace sluice::tcp {

template <typename IsFree>
std::optional<std::uint16_t> pick_port(const Settings& settings, Random& random, IsFree is_free) {
    return sluice::pick_port(PortRange{settings.port_first, settings.port_last}, random, is_free);
}

}  // namespace sluice::tcp
