#include "net/icmp_errors_in.h"

#include <array>

#include "wire/ipv4.h"

namespace sluice::net {
namespace {

constexpr std::uint32_t transport_least = 8;

// RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1: codes of Destination Unreachable.
constexpr std::array unreachable_codes{
    wire::DeliveryError::net_unreachable,       // 0
    wire::DeliveryError::host_unreachable,      // 1
    wire::DeliveryError::protocol_unreachable,  // 2
    wire::DeliveryError::port_unreachable,      // 3
    wire::DeliveryError::packet_too_big,        // 4
    wire::DeliveryError::source_route_failed,   // 5
    wire::DeliveryError::net_unreachable,       // 6 network unknown
    wire::DeliveryError::host_unreachable,      // 7 host unknown
    wire::DeliveryError::host_unreachable,      // 8 source host isolated
    wire::DeliveryError::prohibited,            // 9 network prohibited
    wire::DeliveryError::prohibited,            // 10 host prohibited
    wire::DeliveryError::net_unreachable,       // 11 for this type of service
    wire::DeliveryError::host_unreachable,      // 12 for this type of service
    wire::DeliveryError::prohibited,            // 13 by filtering
    wire::DeliveryError::prohibited,            // 14 precedence violation
    wire::DeliveryError::prohibited,            // 15 precedence cutoff
};

}  // namespace

wire::DeliveryError meaning_of(const wire::IcmpHeader& header) {
    if (header.type == wire::icmp_type::time_exceeded) return wire::DeliveryError::time_exceeded;
    if (header.type == wire::icmp_type::parameter_problem) return wire::DeliveryError::parameter_problem;
    // Choice: a code of the future is taken for the mildest one.
    return header.code < unreachable_codes.size() ? unreachable_codes[header.code]
                                                  : wire::DeliveryError::net_unreachable;
}

std::expected<wire::DeliveryFailed, Reason> read_icmp_error(const wire::PacketIn& packet,
                                                            const wire::IcmpHeader& header) {
    const ByteView body = packet.payload.view().subspan(wire::icmp_header_length);
    const ByteView quote = wire::icmp_quote(header, body);
    const auto quoted = wire::parse_quoted_ipv4(quote);
    const auto bad = std::unexpected(Reason::icmp_bad_quote);
    // RFC 1122 3.2.2: the IP header and at least 8 octets, for that is where the transport finds its connection.
    if (!quoted || quote.size() < quoted->header_length + transport_least) return bad;
    // An error goes to the source of the packet it is about, and quotes the fragment with the transport header.
    if (quoted->source != packet.destination || quoted->fragment_offset != 0) return bad;
    const std::uint32_t at = wire::icmp_header_length + quoted->header_length;
    const auto length = static_cast<std::uint32_t>(quote.size()) - quoted->header_length;
    wire::DeliveryFailed failed;
    failed.transport = packet.payload.sub(at, length);
    // RFC 1122 3.2.2: nobody reports an error about an ICMP error. All we ask for is echo.
    const bool is_echo = failed.transport.view()[0] == wire::icmp_type::echo_request;
    if (quoted->protocol == wire::protocol::icmp && !is_echo) return bad;
    failed.error = meaning_of(header);
    failed.reporter = packet.source;
    failed.source = quoted->source;
    failed.destination = quoted->destination;
    failed.protocol = quoted->protocol;  // RFC 1122 3.2.2: this selects the transport
    failed.type = header.type;
    failed.code = header.code;
    if (failed.error == wire::DeliveryError::packet_too_big)
        failed.mtu = header.rest & 0xffffU;  // RFC 1191 4
    return failed;
}

}  // namespace sluice::net
