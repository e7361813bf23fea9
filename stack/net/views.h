// What net shows of itself: routes, neighbours, addresses, echo replies, as values.
#pragma once

#include <cstdint>

#include "base/link.h"
#include "wire/address.h"

namespace sluice::net {

struct Route {
    wire::Prefix destination;
    wire::Address gateway;  // unspecified: on link
    LinkId link = 0;
    std::uint32_t metric = 0;
};

// Where a packet goes first, and from which address.
struct NextHop {
    LinkId link = 0;
    wire::Address source;
    wire::Address gateway;  // unspecified: the destination is on the link
    bool is_local = false;  // it stays inside the host
};

enum class NeighborState : std::uint8_t { incomplete, reachable, stale, failed };
struct NeighborView {
    wire::Address address;
    wire::MacAddress mac;
    NeighborState state = NeighborState::incomplete;
    LinkId link = 0;
};

enum class AddressState : std::uint8_t { probing, usable, taken };
struct AddressView {
    wire::Prefix prefix;
    LinkId link = 0;
    AddressState state = AddressState::probing;
    wire::MacAddress conflicting;  // taken: by whom
};

struct EchoReply {
    wire::Address from;
    std::uint16_t identifier = 0;
    std::uint16_t sequence = 0;
    std::uint8_t hop_limit = 0;
    Slice data;
};

}  // namespace sluice::net
