// Packets for others: which are passed on, and as what (RFC 1812 5.2, 5.3). Values in, values out; routes, neighbours and
// debts are the conductor's.
#pragma once

#include <vector>

#include "base/link.h"
#include "net/addresses.h"
#include "wire/ipv4.h"
#include "wire/packet.h"

namespace sluice::net {

// A packet on its way out to a neighbour.
struct Transit {
    LinkId link = 0;
    wire::Address next_hop;
    wire::PacketOut packet;
};

// Whether a packet whose destination is not ours may be passed on; its header is good otherwise.
Reason judge_transit(const wire::Ipv4Header& header, bool frame_to_group, const LinkCapabilities& from,
                     const Addresses& addresses);

// RFC 1812 5.2.7.2: the sender could have gone to the next hop itself: it is on the link the packet came by and leaves by.
bool is_detour(const wire::Ipv4Header& header, LinkId from, LinkId to, const wire::Address& next_hop,
               const Addresses& addresses);

// `whole` with its TTL one lower, as it leaves by a link of this MTU: in one packet, or in fragments (RFC 791 3.2).
std::vector<wire::PacketOut> transit_packets(const Slice& whole, const wire::Ipv4Header& header,
                                             std::uint32_t mtu);
// The octets of a packet that is passed on, in one piece.
Slice gathered(const wire::PacketOut& packet, ChunkPool& pool);

}  // namespace sluice::net
