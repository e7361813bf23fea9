// Two applications that send each other UDP datagrams and check what they hear: a datagram may be lost or come twice, but
// what arrives was sent, whole.
#pragma once

#include <cstdint>

#include "sim/world.h"

namespace sluice::sim {

struct DatagramTraffic {
    std::uint16_t port = 7;
    std::uint64_t key = 1;
    std::uint32_t count = 10;
    std::uint32_t size_most = 1400;  // more than the MTU: in fragments
    Duration start{};
    Duration gap = 10ms;
};

// `server` sends back whatever it is sent.
void start_datagrams(World& world, Host& client, Host& server, const DatagramTraffic& what);

}  // namespace sluice::sim
