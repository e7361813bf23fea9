// A scenario as text: hosts, cables and who talks to whom, one thing a line. What is not said is as everywhere else; faults are
// drawn from the seed of the run, as always.
//
//   # a mobile client behind a router
//   host server 198.51.100.1/24 tcp.congestion=reno
//   host phone 192.0.2.2/24 clock 50
//   router gate
//   link phone gate delay 40ms loss 2% rate 5Mbit queue 64k codel on at 192.0.2.254/24
//   link server gate delay 5ms at 198.51.100.254/24
//   cut phone gate at 2s for 3s
//   talk phone server port 80 there 200 back 2M
//   datagrams phone server count 20
//
// Words after the names are pairs of an option and its value, in any order; docs/simulation.md lists them. Everything is
// judged when it is parsed: a plan that was parsed can be built.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "sim/conversation.h"
#include "sim/datagrams.h"
#include "sim/world.h"

namespace sluice::sim {

struct Plan {
    enum class Kind : std::uint8_t { host, network_switch, router };
    struct Node {
        Kind kind = Kind::host;
        std::string name;
        std::string address;                   // of a host
        std::optional<wire::Address> gateway;  // of a host that has no cable to a router
        HostOptions options;
    };
    struct Cable {
        std::size_t a = 0;  // places in nodes
        std::size_t b = 0;
        std::string address_a;  // of a router's end
        std::string address_b;
        LinkOptions options;
    };
    struct Cut {
        std::size_t cable = 0;
        Duration at{};
        Duration length{};
    };
    struct Talk {
        std::size_t client = 0;
        std::size_t server = 0;
        bool crosses = false;  // both connect
        Conversation what;
    };
    struct Datagrams {
        std::size_t client = 0;
        std::size_t server = 0;
        DatagramTraffic what;
    };

    std::vector<Node> nodes;
    std::vector<Cable> cables;
    std::vector<Cut> cuts;
    std::vector<Talk> talks;
    std::vector<Datagrams> datagrams;
};

// The message names the line.
std::expected<Plan, std::string> parse_plan(std::string_view text);
void build(World& world, const Plan& plan);

}  // namespace sluice::sim
