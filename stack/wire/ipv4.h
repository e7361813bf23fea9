// The IPv4 header and its options (RFC 791 3.1): octets to values and back. No state, no policy.
#pragma once

#include <cstdint>
#include <expected>

#include "base/bytes.h"
#include "base/reason.h"
#include "wire/address.h"

namespace sluice::wire {

inline constexpr std::uint32_t ipv4_header_least = 20;
inline constexpr std::uint32_t ipv4_header_most = 60;
inline constexpr std::uint32_t ipv4_packet_most = 65535;

struct Ipv4Header {
    std::uint8_t traffic_class = 0;
    std::uint32_t header_length = ipv4_header_least;  // octets, options included
    std::uint32_t total_length = 0;
    std::uint16_t identification = 0;
    bool dont_fragment = false;
    bool more_fragments = false;
    std::uint32_t fragment_offset = 0;  // octets
    std::uint8_t hop_limit = 0;
    std::uint8_t protocol = 0;
    Address source;
    Address destination;

    bool is_fragment() const { return more_fragments || fragment_offset != 0; }
};

// Judges version, lengths and checksum; octets behind the total length are padding. ip_short, ip_bad_version,
// ip_bad_header_length, ip_bad_checksum or ip_bad_total_length.
std::expected<Ipv4Header, Reason> parse_ipv4(ByteView packet);

// Whether the checksum of a header of 20 octets is right and its total length, answered in that case, within the packet; 0:
// something is wrong, parse_ipv4 tells what.
std::uint32_t plain_total_length(ByteView packet);

// The header quoted in an ICMP error: whole, but its packet is cut off, and routers may have changed length and
// checksum on the way. ip_short, ip_bad_version or ip_bad_header_length.
std::expected<Ipv4Header, Reason> parse_quoted_ipv4(ByteView quote);

// Writes 20 octets with their checksum. Options are not written.
void write_ipv4(Writer& out, const Ipv4Header& header);

// Puts traffic class, total length, flags, offset, hop limit and a fresh checksum into a header that has options perhaps.
void mend_ipv4(ByteSpan packet, const Ipv4Header& header);

struct Ipv4Options {
    bool source_route = false;  // LSRR or SSRR, completed or not
};

// Walks the options of a header parse_ipv4 took. Unknown ones are skipped by their length; an option without a
// sensible length is answered with its offset from the beginning of the header.
std::expected<Ipv4Options, std::uint8_t> walk_ipv4_options(ByteView header);

}  // namespace sluice::wire
