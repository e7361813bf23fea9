// Where a packet of ours goes: out of which link, to whom on it, from which address (RFC 1122 3.3.1, 3.3.4.3).
#pragma once

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

// `source` is kept unless it is unspecified.
std::expected<Way, wire::DeliveryError> find_way(const Map& map, const wire::Address& destination,
                                                 const wire::Address& source);

}  // namespace sluice::net
