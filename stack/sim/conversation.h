// Two applications that talk and check what they hear: the traffic of the built-in scenarios.
#pragma once

#include <cstdint>

#include "sim/traffic.h"
#include "sim/world.h"

namespace sluice::sim {

// How two ends part.
enum class Ending : std::uint8_t {
    in_turn,        // the client ends its stream, the server answers and ends its own
    at_once,        // both send and end whenever they are done
    client_aborts,  // after `pause`
    server_aborts,  // after `pause`
    client_unread,  // the client closes without reading the answer
    client_deaf,    // the client shuts down for reading at once
    client_hasty,   // the client closes after `pause`, open or not
    count_
};

struct Conversation {
    std::uint16_t port = 80;
    std::uint64_t key = 1;
    std::uint64_t there = 1000;  // octets from the client
    std::uint64_t back = 1000;
    StreamOptions stream = {.piece = 4096};
    std::uint32_t backlog = 128;
    Ending ending = Ending::in_turn;
    Duration start{};
    Duration pause{};
    Duration late{};           // the server begins to read only then
    bool must_succeed = true;  // anything but a whole exchange is a failure
};

void start_server(World& world, Host& server, const Conversation& what);
void start_client(World& world, Host& client, const Host& server, const Conversation& what);
// Both ends connect to each other, from and to `what.port`.
void start_crossing(World& world, Host& a, Host& b, const Conversation& what);

}  // namespace sluice::sim
