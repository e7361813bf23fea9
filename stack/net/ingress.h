// Judging what a link brings: Ethernet and IPv4 headers and their addresses, in the order of RFC 1122 3.2.1.
// Values in, values out.
#pragma once

#include <expected>

#include "net/addresses.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"

namespace sluice::net {

struct JudgedFrame {
    wire::EthernetHeader header;
    bool to_group = false;
};
std::expected<JudgedFrame, Reason> judge_frame(ByteView frame, const wire::MacAddress& own);

struct JudgedPacket {
    wire::Ipv4Header header;
    bool to_group = false;  // broadcast or multicast
};
// `packet` begins at the IPv4 header and may end in padding.
std::expected<JudgedPacket, Reason> judge_packet(ByteView packet, bool frame_to_group,
                                                 const Addresses& addresses);

// An address one host can have: neither zero, loopback, group, nor reserved (RFC 1122 3.2.1.3).
bool is_host_address(const wire::Address& address);

}  // namespace sluice::net
