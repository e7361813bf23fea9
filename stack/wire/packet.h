// What net and the transports hand to each other: whole IP packets as values. Neither includes the other.
#pragma once

#include <array>
#include <cstdint>

#include "base/link.h"
#include "wire/address.h"

namespace sluice::wire {

namespace protocol {
inline constexpr std::uint8_t icmp = 1;
inline constexpr std::uint8_t tcp = 6;
inline constexpr std::uint8_t udp = 17;
}  // namespace protocol

// A packet for us: validated, whole (reassembled), IP header removed.
struct PacketIn {
    Address source;
    Address destination;
    LinkId link = 0;
    std::uint8_t protocol = 0;
    std::uint8_t traffic_class = 0;  // DSCP and ECN bits
    std::uint8_t hop_limit = 0;
    bool to_group = false;            // broadcast or multicast, by IP or by link
    bool is_looped = false;           // we sent it to ourselves
    bool checksum_good = false;       // the link vouches for the transport checksum
    std::uint16_t segment_bytes = 0;  // see FrameIn
    Slice payload;                    // transport header and data, contiguous
    Slice whole;                      // from the IP header on, for quoting in ICMP errors
    std::uint32_t frame = 0;          // number in the capture, 0 if none
};

// A packet of ours, without IP header (unless it is passed on). The transport checksum field holds zero: egress fills it, or leaves
// it to the device.
struct PacketOut {
    Address source;
    Address destination;
    std::uint8_t protocol = 0;
    std::uint8_t traffic_class = 0;
    std::uint8_t hop_limit = 0;  // 0: the host's default
    bool dont_fragment = true;
    bool has_ip_header = false;  // somebody else's packet, passed on: header_bytes hold its IP header
    bool has_checksum = true;    // a transport checksum stands at checksum_offset, over the pseudo-header too
    std::uint16_t checksum_offset = 0;
    std::uint16_t segment_bytes = 0;   // see FrameOut
    std::uint16_t identification = 0;  // 0: chosen if one is needed
    std::uint32_t header_length = 0;
    std::array<std::uint8_t, 64> header_bytes;
    SliceList payload;

    ByteSpan header_room() { return header_bytes; }
    ByteView header() const { return {header_bytes.data(), header_length}; }
    std::uint32_t size() const { return header_length + payload.bytes(); }
    void clear() {
        payload.clear();
        header_length = 0;
        segment_bytes = 0;
        identification = 0;
        hop_limit = 0;
        traffic_class = 0;
        dont_fragment = true;
        has_ip_header = false;
        has_checksum = true;
    }
};

// Why a packet of ours did not arrive, told by a router, the destination, or our own link.
enum class DeliveryError : std::uint8_t {
    net_unreachable,       // ICMP 3/0
    host_unreachable,      // ICMP 3/1
    protocol_unreachable,  // ICMP 3/2
    port_unreachable,      // ICMP 3/3
    packet_too_big,        // ICMP 3/4, with the next hop's MTU
    source_route_failed,   // ICMP 3/5
    prohibited,            // ICMP 3/9, 3/10, 3/13
    time_exceeded,         // ICMP 11
    parameter_problem,     // ICMP 12
    source_quench,         // ICMP 4 (ignored, RFC 6633)
    neighbor_failed,       // our own: ARP had no answer
    no_route,              // our own: nothing in the routing table
};

struct DeliveryFailed {
    DeliveryError error = DeliveryError::host_unreachable;
    Address reporter;
    Address source;  // of the packet that failed: ours
    Address destination;
    std::uint8_t protocol = 0;
    std::uint8_t type = 0;  // ICMP type and code as they came; 0/0 for our own
    std::uint8_t code = 0;
    std::uint32_t mtu = 0;  // packet_too_big: as reported, 0 from an old router
    Slice transport;        // at least 8 octets of its transport header
};

// What a transport needs to know of the way to a remote address.
struct Path {
    Address source;  // the local address to use
    LinkId link = 0;
    std::uint32_t mtu = 0;                  // of the first hop
    std::uint32_t reassembly_bytes = 0;     // EMTU_R: the largest packet we can receive (RFC 1122 3.3.2)
    std::uint32_t send_segment_bytes = 0;   // largest super-segment of the link, 0 = none
    std::uint64_t receive_queue_bytes = 0;  // what the link holds for us before it drops; 0 = unknown
    std::uint32_t known_mtu = 0;  // of the whole path, learned before (RFC 1191 6.2); 0 = nothing is known
};

}  // namespace sluice::wire
