// ICMP errors that arrive (RFC 792, RFC 1122 3.2.2, RFC 4884): what they say about a packet of ours. Values in,
// values out. Whether the quoted segment is really on its way is the transport's to judge (RFC 5927 4.1).
#pragma once

#include <expected>

#include "wire/icmp.h"
#include "wire/packet.h"

namespace sluice::net {

// `packet` holds a valid ICMP message with this header: unreachable, time exceeded or parameter problem.
// icmp_bad_quote if it quotes no packet of the address it was sent to.
std::expected<wire::DeliveryFailed, Reason> read_icmp_error(const wire::PacketIn& packet,
                                                            const wire::IcmpHeader& header);

// What a type and code mean to a transport.
wire::DeliveryError meaning_of(const wire::IcmpHeader& header);

}  // namespace sluice::net
