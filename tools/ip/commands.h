// What sluice-ip asks for, from the words of iproute2, and how it shows the answer, in the layouts of ip(8); routes as route(8)
// shows them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/common/control/client.h"

namespace sluice::ip {

struct Choice {
    bool statistics = false;  // -s
};

struct Command {
    enum class Shows : std::uint8_t { nothing, links, addresses, neighbors, routes, route };
    Shows shows = Shows::nothing;
    nlohmann::json request;
};

// Throws Failure: there is no such command.
Command read_words(const std::vector<std::string>& words);
// Asks for it; answers what to print.
std::string run(const Command& command, common::ControlClient& program, const Choice& choice);

}  // namespace sluice::ip
