// Where a packet of ours goes: out of which link, to whom on it, from which address (RFC 1122 3.3.1, 3.3.4.3).
#pragma once

#include <array>
#include <expected>

#include "net/addresses.h"
#include "net/neighbors.h"
#include "net/routes.h"

namespace sluice::net {

struct Way {
    enum class Kind : std::uint8_t { looped, group, neighbor };
    Kind kind = Kind::neighbor;
    LinkId link = 0;
    wire::Address source;
    wire::Address next_hop;  // neighbor: the destination or a gateway
    wire::MacAddress group;  // group: the link address
};

// What finding a way needs to know, lent for a call.
struct Map {
    const Addresses& addresses;
    const Routes& routes;
    const Neighbors& neighbors;
};

// The last way found, for packets to one host leave in a row. It holds while nothing changed that finding it looked at.
class LastWay {
public:
    // nullptr: to be found.
    const Way* find(const Map& map, const wire::Address& destination, const wire::Address& source) const {
        const bool is_same = destination == destination_ && source == way_.source;
        return is_same && versions_ == versions_of(map) ? &way_ : nullptr;
    }
    void remember(const Map& map, const wire::Address& destination, const Way& way) {
        versions_ = versions_of(map);
        destination_ = destination;
        way_ = way;
    }

private:
    using Versions = std::array<std::uint32_t, 3>;  // 0: nothing is known yet
    static Versions versions_of(const Map& map) {
        return {map.addresses.version(), map.routes.version(), map.neighbors.version()};
    }

    Versions versions_{};
    wire::Address destination_;
    Way way_;
};

// `source` is kept unless it is unspecified.
std::expected<Way, wire::DeliveryError> find_way(const Map& map, const wire::Address& destination,
                                                 const wire::Address& source);

}  // namespace sluice::net
