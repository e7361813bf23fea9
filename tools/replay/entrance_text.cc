#include "tools/replay/entrance_text.h"

#include <fmt/format.h>

#include "recording/recording.h"

namespace sluice::replay {
namespace {

// What many of them have in common, where they have it.
template <typename What>
std::string details(const What& what) {
    std::string text;
    if constexpr (requires { what.connection; }) text += fmt::format(" #{}", what.connection);
    if constexpr (requires { what.listener; }) text += fmt::format(" #{}", what.listener);
    if constexpr (requires { what.socket; }) text += fmt::format(" socket {}", what.socket);
    if constexpr (requires { what.local; }) text += fmt::format(" {}", wire::to_text(what.local));
    if constexpr (requires { what.remote; }) text += fmt::format(" {}", wire::to_text(what.remote));
    if constexpr (requires { what.prefix; }) text += fmt::format(" {}", wire::to_text(what.prefix));
    if constexpr (requires { what.address; }) text += fmt::format(" {}", wire::to_text(what.address));
    if constexpr (requires { what.mac; }) text += fmt::format(" {}", wire::to_text(what.mac));
    if constexpr (requires { what.destination; }) text += fmt::format(" {}", wire::to_text(what.destination));
    if constexpr (requires { what.route; })
        text +=
            fmt::format(" {} {}", wire::to_text(what.route.destination), wire::to_text(what.route.gateway));
    if constexpr (requires { what.to; }) text += fmt::format(" {}", wire::to_text(what.to));
    if constexpr (requires { what.backlog; }) text += fmt::format(" {}", what.backlog);
    if constexpr (requires { what.data; }) text += fmt::format(", {} octets", what.data.size());
    if constexpr (requires { what.frame; }) text += fmt::format(", {} octets", what.frame.size());
    if constexpr (requires { what.room; }) text += fmt::format(", at most {} octets", what.room);
    if constexpr (requires { what.octets; })
        text += what.octets == 0 ? ", nothing" : fmt::format(", {} octets", what.octets);
    return text;
}

}  // namespace

std::string to_text(const Entrance& entrance) {
    std::string text(recording::name_of(entrance));
    if (const auto* listen = std::get_if<entrance::Listen>(&entrance))
        return text + fmt::format(" port {}", listen->options.port);
    if (const auto* connect = std::get_if<entrance::Connect>(&entrance))
        return text + ' ' + wire::to_text(connect->options.remote);
    return text + std::visit([](const auto& what) { return details(what); }, entrance);
}

}  // namespace sluice::replay
