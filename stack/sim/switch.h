// A learning switch: remembers behind which port a station is, floods what it does not know. No spanning tree: cables must
// not form a loop.
#pragma once

#include <map>
#include <vector>

#include "sim/link.h"
#include "sim/node.h"

namespace sluice::sim {

class Switch final : public Node {
public:
    Switch(std::string name, ChunkPool& pool) : Node(std::move(name)), pool_(pool) {}

    void take(std::size_t port, Frame frame, Instant now) override;
    void plug(Link& link, Side side, const wire::Prefix&) override { cables_.push_back({&link, side}); }
    std::uint64_t dropped() const { return dropped_; }  // for a station behind the port it came from

private:
    struct Cable {
        Link* link;
        Side side;
    };
    static constexpr std::size_t stations_max = 1024;

    ChunkPool& pool_;
    std::vector<Cable> cables_;
    std::map<wire::MacAddress, std::size_t> stations_;
    std::uint64_t dropped_ = 0;
};

}  // namespace sluice::sim
