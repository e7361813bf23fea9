// What the sockets of UDP and IP hand to an application, and what it may set on them. Handed through the socket faces as
// they are.
#pragma once

#include <cstdint>
#include <optional>

#include "base/chunk.h"
#include "base/link.h"
#include "wire/packet.h"

namespace sluice::udp {

// Whether datagrams may be cut up on the way (RFC 791 3.2, RFC 8085 3.2).
enum class Fragmentation : std::uint8_t {
    allowed,    // by us and by routers
    only_here,  // by us if they do not fit the link; routers report them
    forbidden,  // what does not fit is refused
};

struct Options {
    bool broadcast = false;      // may send to broadcast addresses
    bool reuse_address = false;  // the port may be shared with others that say so: the newest socket receives
    bool reuse_port = false;     // the same; receiving is shared out by sender
    bool checksum = true;        // RFC 1122 4.1.3.4: an application may do without
    bool keep_failures = false;  // every error about what was sent is kept for next_failure()
    bool header_included = false;      // raw: what is sent begins with its IP header
    std::uint32_t receive_buffer = 0;  // octets; 0: the host's setting
    std::uint32_t send_buffer = 0;     // octets; 0: the host's setting
    std::uint8_t traffic_class = 0;    // RFC 1122 4.1.4
    std::uint8_t hop_limit = 0;        // 0: the host's setting
    std::uint8_t group_hop_limit = 1;  // to multicast addresses (RFC 1112 6.1)
    Fragmentation fragmentation = Fragmentation::allowed;
    std::uint32_t icmp_types_ignored = 0;  // raw ICMP: a bit for each of types 0 to 31
};

// What may be said of one datagram; what is not said is as in the options.
struct Sending {
    std::optional<wire::Endpoint> to = {};  // else where the socket is connected
    wire::Address source = {};              // unspecified: the socket's, else chosen (RFC 1122 4.1.3.5)
    std::optional<std::uint8_t> traffic_class = {};
    std::optional<std::uint8_t> hop_limit = {};
};

struct Datagram {
    wire::Endpoint from;  // raw: port 0
    wire::Endpoint to;    // RFC 1122 4.1.3.5: the address it was sent to
    LinkId link = 0;
    std::uint8_t traffic_class = 0;
    std::uint8_t hop_limit = 0;
    bool to_group = false;
    Slice data;  // raw: with the IP header
};

// Something that was sent did not arrive (RFC 1122 4.1.3.3).
struct Failure {
    wire::DeliveryError error = wire::DeliveryError::host_unreachable;
    wire::Address reporter;  // unspecified: we found it ourselves
    wire::Endpoint remote;   // where it was sent to
    std::uint8_t type = 0;   // ICMP, as it came
    std::uint8_t code = 0;
    std::uint32_t mtu = 0;
    Slice data;  // as much of it as came back
};

// A socket as an application or netstat may look at it.
struct Info {
    std::uint32_t number = 0;
    std::uint8_t protocol = 0;
    bool is_raw = false;
    wire::Endpoint local;
    wire::Endpoint remote;            // unspecified: not connected
    std::uint32_t receive_queue = 0;  // octets of data unread
    std::uint32_t send_queue = 0;     // octets of data not yet sent
    std::uint64_t dropped = 0;        // datagrams that found the queue full
};

}  // namespace sluice::udp
