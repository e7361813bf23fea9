#include "net/icmp_replies.h"

#include <algorithm>

#include "base/checksum.h"
#include "net/ingress.h"
#include "wire/ipv4.h"

namespace sluice::net {
namespace {

// RFC 1812 4.3.2.3, RFC 4884 7: an error quotes as much as fits a packet of 576 octets.
constexpr std::uint32_t quote_most = 576 - wire::ipv4_header_least - wire::icmp_header_length;

// RFC 1122 3.2.2: no error about an ICMP error, a packet to a group, a fragment that is not the first, or a
// packet whose source is not one host.
bool may_report(const Problem& problem, const wire::Ipv4Header& header) {
    if (problem.to_group || header.fragment_offset != 0) return false;
    if (!is_host_address(header.source) && !header.source.is_loopback()) return false;
    if (header.protocol != wire::protocol::icmp) return true;
    const bool has_type = problem.about.size() > header.header_length;
    return has_type && !wire::is_icmp_error(problem.about.view()[header.header_length]);
}

constexpr std::uint8_t ecn_bits = 3;

}  // namespace

IcmpReplies::IcmpReplies(const Settings& settings)
    : settings_(settings),
      errors_(settings.icmp_errors_per_second, settings.icmp_errors_burst),
      echoes_(settings.icmp_echoes_per_second, std::max(settings.icmp_echoes_per_second / 10, 1U)) {}

Reason IcmpReplies::owe(TokenBucket& bucket, Reply reply, Instant now) {
    if (owed_.size() >= settings_.reply_queue) return Reason::reply_queue_full;
    // RFC 1812 4.3.2.8: the rate of ICMP messages is limited.
    if (!bucket.take(now)) return Reason::icmp_rate_limited;
    owed_.push_back(std::move(reply));
    return Reason::none;
}

Reason IcmpReplies::owe_echo(const wire::PacketIn& request, const wire::IcmpHeader& header, Instant now) {
    // RFC 1122 3.2.2.6: a request to a group may be dropped.
    if (request.to_group) return Reason::icmp_to_group;
    const auto asked = wire::parse_quoted_ipv4(request.whole.view());
    Reply reply;
    // RFC 1122 3.2.2.6: from the address that was asked, with all the data.
    reply.source = request.destination;
    reply.destination = request.source;
    // RFC 1349 5.1: a reply has the type of service of its request. Its ECN bits are its own.
    reply.traffic_class = static_cast<std::uint8_t>(request.traffic_class & ~ecn_bits);
    // Choice: a reply may be fragmented on the way if its request might have been.
    reply.dont_fragment = asked && asked->dont_fragment;
    reply.header = {wire::icmp_type::echo_reply, 0, header.rest};
    reply.body = request.payload.from(wire::icmp_header_length);
    return owe(echoes_, std::move(reply), now);
}

Reason IcmpReplies::owe_error(const Problem& problem, Instant now) {
    const auto header = wire::parse_quoted_ipv4(problem.about.view());
    if (!header || !may_report(problem, *header)) return Reason::none;
    Reply reply;
    // RFC 1812 4.3.2.4: a router speaks from an address of the link its message leaves by, which is chosen then.
    if (!problem.is_transit) reply.source = header->destination;
    reply.destination = header->source;
    reply.header = {problem.type, problem.code, problem.rest};
    // RFC 1122 3.2.2: the IP header and at least the first 8 octets of data, unchanged.
    reply.body = problem.about.sub(0, std::min(problem.about.size(), quote_most));
    return owe(errors_, std::move(reply), now);
}

bool IcmpReplies::next(wire::PacketOut& packet) {
    if (owed_.empty()) return false;
    Reply reply = owed_.pop_front();
    packet.clear();
    packet.source = reply.source;
    packet.destination = reply.destination;
    packet.traffic_class = reply.traffic_class;
    packet.dont_fragment = reply.dont_fragment;
    write_icmp_packet(packet, reply.header, std::move(reply.body));
    return true;
}

void write_icmp_packet(wire::PacketOut& packet, const wire::IcmpHeader& header, Slice body) {
    Checksum sum;
    sum.add(body.view());
    Writer out(packet.header_room());
    wire::write_icmp(out, header, sum.sum());
    packet.header_length = static_cast<std::uint32_t>(out.size());
    packet.protocol = wire::protocol::icmp;
    packet.has_checksum = false;  // complete, and without a pseudo-header
    if (!body.empty()) packet.payload.push_back(std::move(body));
}

}  // namespace sluice::net
