// Frames built and read by libtins, so that our codec never judges itself. The checks that libtins does not
// make (strict option walk, padding, checksums) are made on the octets here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "support/segment.h"

namespace sluice::test {

inline constexpr const char* own_mac = "02:00:00:00:00:01";
inline constexpr const char* peer_mac = "02:00:00:00:00:02";

// One TCP segment with every number as on the wire.
struct WireSegment {
    std::string source_mac = peer_mac;
    std::string destination_mac = own_mac;
    std::string source;
    std::string destination;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;
    std::uint16_t flags = 0;  // with the reserved bits above
    std::uint16_t window = 0;
    std::uint16_t urgent = 0;
    std::vector<RawOption> options;
    std::optional<Octets> option_octets;
    Octets payload;
    std::uint8_t hop_limit = 64;
    std::uint8_t traffic_class = 0;
    std::optional<Octets> ip_option;
};

Octets build(const WireSegment& segment);
// An ICMP error whose quote is the IP header and the first 8 octets of `quoted`.
struct IcmpError {
    std::uint8_t type = 3;
    std::uint8_t code = 0;
    std::uint16_t mtu = 0;
    std::string reporter = "192.0.2.2";
};
Octets build(const IcmpError& error, const WireSegment& quoted);
Octets build_arp_reply(const std::string& sender_ip, const std::string& sender_mac,
                       const std::string& target_ip, const std::string& target_mac);
Octets build_arp_request(const std::string& sender_ip, const std::string& sender_mac,
                         const std::string& target_ip);

// A frame the stack sent.
struct Seen {
    enum class Kind { tcp, arp_request, arp_other, other };

    Kind kind = Kind::other;
    Instant at{};
    Octets frame;
    std::string arp_target;  // arp_request: who is asked for
    std::string arp_sender;
    WireSegment segment;  // tcp
    std::uint16_t ip_id = 0;
    bool dont_fragment = false;
    std::optional<std::uint16_t> mss;
    std::optional<std::uint8_t> window_shift;
    std::optional<std::uint32_t> ts_value;
    std::optional<std::uint32_t> ts_echo;
    bool sack_permitted = false;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> sack;
    std::vector<RawOption> other_options;  // none of the above
    std::vector<std::string> faults;       // what is wrong with the frame by itself

    bool has(std::uint16_t flag) const { return (segment.flags & flag) != 0; }
    // What follows the length octet of an option; nothing if it is not there.
    std::optional<Octets> option(std::uint8_t wanted) const {
        for (const RawOption& other : other_options)
            if (other.kind == wanted) return other.data;
        return std::nullopt;
    }
    std::uint32_t length() const { return static_cast<std::uint32_t>(segment.payload.size()); }
};

Seen read_frame(Octets frame, Instant at);

}  // namespace sluice::test
