// What went over the cables as lines a person reads, with relative sequence numbers; states of the hosts between them.
//
//     0.010000  client    ---> server    SYN 0 win 65535                            | lost
//     0.010000  client    CLOSED -> SYN-SENT  ; active OPEN
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>

#include "sim/world.h"

namespace sluice::sim {

class Ladder {
public:
    using Line = std::function<void(const std::string&)>;
    // Tells each line from now on; must outlive the world.
    Ladder(World& world, Line line);

private:
    using Flow = std::tuple<wire::Address, std::uint16_t, wire::Address, std::uint16_t>;
    void see(const Sighting& sighting);
    std::string describe(ByteView frame);
    std::string describe_tcp(ByteView segment, const wire::Address& from, const wire::Address& to);

    Line line_;
    std::map<Flow, std::uint32_t> zero_;  // the number of each direction's SYN
};

}  // namespace sluice::sim
