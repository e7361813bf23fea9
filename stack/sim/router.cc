#include "sim/router.h"

#include <algorithm>

#include "base/checksum.h"
#include "net/forwarding.h"
#include "wire/ethernet.h"
#include "wire/packet.h"

namespace sluice::sim {
namespace {

constexpr std::uint8_t default_ttl = 64;
// RFC 1812 4.3.2.3: an error quotes as much as fits a packet of 576 octets.
constexpr std::uint32_t quote_most = 576 - wire::ipv4_header_least - wire::icmp_header_length;

}  // namespace

Router::Router(std::string name, Agenda& agenda, ChunkPool& pool)
    : Node(std::move(name)), pool_(pool), ports_(agenda, pool, [this](const Slice& packet, Instant now) {
          ++counters_.unreachable;
          const auto ip = wire::parse_ipv4(packet.view());
          const auto back = ip ? hop_to(ip->source) : std::nullopt;
          // RFC 1812 5.2.7.1: the next hop cannot be reached.
          if (back)
              report(back->port, packet.view(), wire::icmp_type::unreachable,
                     wire::icmp_code::host_unreachable, 0, now);
      }) {}

void Router::add_route(const wire::Prefix& destination, const wire::Address& gateway) {
    routes_.push_back({destination, gateway});
}

// RFC 1812 5.2.4.3: the longest match; a network of our own first.
std::optional<Router::Hop> Router::hop_to(const wire::Address& destination) const {
    for (std::size_t i = 0; i < ports_.size(); ++i)
        if (ports_.prefix(i).contains(destination)) return Hop{i, destination};
    const Route* best = nullptr;
    for (const Route& route : routes_)
        if (route.destination.contains(destination) &&
            (!best || route.destination.length > best->destination.length))
            best = &route;
    if (!best) return std::nullopt;
    for (std::size_t i = 0; i < ports_.size(); ++i)
        if (ports_.prefix(i).contains(best->gateway)) return Hop{i, best->gateway};
    return std::nullopt;
}

void Router::take(std::size_t port, Frame frame, Instant now) {
    complete_checksum(frame, pool_);
    const auto ethernet = wire::parse_ethernet(frame.bytes.view());
    if (!ethernet) return;
    Slice packet = frame.bytes.from(wire::ethernet_header_length);
    if (ethernet->type == wire::ether_type::arp) return ports_.take_arp(port, packet.view(), now);
    // RFC 1812 5.3.4: what came by link-level broadcast is not forwarded.
    if (ethernet->type == wire::ether_type::ipv4 && ethernet->destination == ports_.mac(port))
        take_packet(port, std::move(packet), now);
}

void Router::take_packet(std::size_t port, Slice packet, Instant now) {
    const auto ip = wire::parse_ipv4(packet.view());
    // RFC 1812 5.2.2: silently discarded.
    if (!ip) {
        ++counters_.bad_header;
        return;
    }
    packet.truncate(ip->total_length);
    if (ports_.is_ours(ip->destination)) return answer_echo(packet.view(), *ip, now);
    forward(port, packet, *ip, now);
}

void Router::answer_echo(ByteView packet, const wire::Ipv4Header& ip, Instant now) {
    ++counters_.for_us;
    const ByteView message = packet.subspan(ip.header_length);
    if (ip.protocol != wire::protocol::icmp || ip.is_fragment()) return;
    const auto icmp = wire::parse_icmp(message);
    if (!icmp || icmp->type != wire::icmp_type::echo_request) return;
    send_icmp(ip.destination, ip.source, {wire::icmp_type::echo_reply, 0, icmp->rest},
              message.subspan(wire::icmp_header_length), now);
}

void Router::forward(std::size_t port, const Slice& packet, const wire::Ipv4Header& ip, Instant now) {
    // RFC 1812 5.3.1: the TTL is checked after the destination, and a packet that has none left is reported.
    if (ip.hop_limit <= 1) {
        ++counters_.expired;
        return report(port, packet.view(), wire::icmp_type::time_exceeded, wire::icmp_code::in_transit, 0,
                      now);
    }
    const auto hop = hop_to(ip.destination);
    if (!hop) {
        ++counters_.no_route;
        return report(port, packet.view(), wire::icmp_type::unreachable, wire::icmp_code::net_unreachable, 0,
                      now);
    }
    const std::uint32_t mtu = ports_.mtu(hop->port);
    // RFC 1191 4: the error names the MTU of the next hop.
    if (packet.size() > mtu && ip.dont_fragment) {
        ++counters_.too_big;
        return report(port, packet.view(), wire::icmp_type::unreachable, wire::icmp_code::too_big, mtu, now);
    }
    const auto packets = net::transit_packets(packet, ip, mtu);
    ++counters_.forwarded;
    if (packets.size() > 1) counters_.fragmented += packets.size();
    for (const wire::PacketOut& one : packets)
        ports_.send(hop->port, hop->address, net::gathered(one, pool_), now);
}

void Router::report(std::size_t port, ByteView packet, std::uint8_t type, std::uint8_t code,
                    std::uint32_t rest, Instant now) {
    if (is_silent_) return;
    const auto ip = wire::parse_ipv4(packet);
    // RFC 1812 4.3.2.7: no error about an ICMP error, nor about a fragment that is not the first.
    if (!ip || ip->fragment_offset != 0) return;
    if (ip->protocol == wire::protocol::icmp) {
        const auto icmp = wire::parse_icmp(packet.subspan(ip->header_length));
        if (!icmp || wire::is_icmp_error(icmp->type)) return;
    }
    send_icmp(ports_.prefix(port).address, ip->source, {type, code, rest},
              packet.first(std::min<std::size_t>(packet.size(), quote_most)), now);
}

void Router::send_icmp(const wire::Address& from, const wire::Address& to, const wire::IcmpHeader& header,
                       ByteView body, Instant now) {
    const auto hop = hop_to(to);
    if (!hop) return;
    wire::Ipv4Header ip;
    ip.total_length =
        wire::ipv4_header_least + wire::icmp_header_length + static_cast<std::uint32_t>(body.size());
    ip.hop_limit = default_ttl;
    ip.protocol = wire::protocol::icmp;
    ip.source = from;
    ip.destination = to;
    Chunk chunk = pool_.take(ip.total_length);
    Writer out(chunk.writable());
    wire::write_ipv4(out, ip);
    Checksum sum;
    sum.add(body);
    wire::write_icmp(out, header, sum.sum());
    out.bytes(body);
    ports_.send(hop->port, hop->address, Slice(std::move(chunk), 0, ip.total_length), now);
}

}  // namespace sluice::sim
