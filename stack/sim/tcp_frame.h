// A frame that carries a TCP segment, taken apart; and put together again.
#pragma once

#include <optional>

#include "sim/frame.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

namespace sluice::sim {

struct TcpFrame {
    wire::EthernetHeader ethernet;
    wire::Ipv4Header ip;
    wire::TcpHeader tcp;
    ByteView text;
};

// Nothing if it is no whole TCP segment. The text is part of `frame`.
std::optional<TcpFrame> parse_tcp_frame(ByteView frame);
// An Ethernet frame with an IPv4 packet: `ip` as given but for its lengths. Checksums are right for TCP and ICMP.
Frame write_ip_frame(const wire::EthernetHeader& ethernet, wire::Ipv4Header ip, ByteView body,
                     ChunkPool& pool);

}  // namespace sluice::sim
