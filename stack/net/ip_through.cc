// The way through: packets for others that we pass on as a router (RFC 1812 5.2, 5.3). Off unless the setting `forwarding` is on.
#include "net/ip_layer.h"
#include "net/ip_layer_parts.h"
#include "wire/icmp.h"

namespace sluice::net {

// RFC 1812 5.2.1.2, in its order: the header was judged; options, TTL, route, size.
void IpLayer::Parts::on_transit(LinkId link, Slice whole, bool frame_to_group) {
    const wire::Ipv4Header header = wire::parse_ipv4(whole.view()).value();
    drops.set_ends(header.source, header.destination);
    whole.truncate(header.total_length);
    const Reason refused = judge_transit(header, frame_to_group, interfaces[link].capabilities, addresses);
    if (refused != Reason::none) return drops.drop(refused, whole.size());
    if (!has_good_options(whole, header, false)) return;
    // RFC 1812 5.3.1: a packet whose TTL would become zero is dropped and reported.
    if (header.hop_limit <= 1)
        return refuse_transit(Reason::ip_expired, wire::icmp_type::time_exceeded, wire::icmp_code::in_transit,
                              0, whole);
    const auto way = way_through(whole, header);
    if (!way) return;
    // RFC 1812 5.2.7.2: it is forwarded all the same.
    if (settings.send_redirects && is_detour(header, link, way->link, way->next_hop, addresses))
        owe_error({wire::icmp_type::redirect, wire::icmp_code::redirect_host, way->next_hop.to_v4(), whole,
                   false, true});
    pass_on(*way, whole, header);
}

// Nothing: there is none for this packet, which was told to its sender.
std::optional<Way> IpLayer::Parts::way_through(const Slice& whole, const wire::Ipv4Header& header) {
    const auto way = find_way(map(), header.destination, header.source);
    if (!way || way->kind != Way::Kind::neighbor) {
        // RFC 1812 4.3.3.1: no route at all is "network unreachable".
        refuse_transit(Reason::ip_no_route, wire::icmp_type::unreachable, wire::icmp_code::net_unreachable, 0,
                       whole);
        return std::nullopt;
    }
    const std::uint32_t mtu = interfaces[way->link].capabilities.mtu;
    if (whole.size() > mtu && header.dont_fragment) {
        // RFC 1191 4, RFC 1812 4.2.2.7: told with the MTU of the next hop.
        refuse_transit(Reason::ip_too_big, wire::icmp_type::unreachable, wire::icmp_code::too_big, mtu,
                       whole);
        return std::nullopt;
    }
    return *way;
}

void IpLayer::Parts::pass_on(const Way& way, const Slice& whole, const wire::Ipv4Header& header) {
    std::vector<wire::PacketOut> packets =
        transit_packets(whole, header, interfaces[way.link].capabilities.mtu);
    if (transits.size() + packets.size() > settings.reply_queue)
        return drops.drop(Reason::reply_queue_full, whole.size());
    ++counters.ip_forwarded;
    if (packets.size() > 1) counters.fragments_out += packets.size();
    for (wire::PacketOut& packet : packets) transits.push_back({way.link, way.next_hop, std::move(packet)});
}

void IpLayer::Parts::refuse_transit(Reason reason, std::uint8_t type, std::uint8_t code, std::uint32_t rest,
                                    const Slice& whole) {
    drops.drop(reason, whole.size());
    owe_error({type, code, rest, whole, false, true});
}

// A packet that was to be passed on could not leave: its neighbour does not answer (RFC 1812 5.2.7.1), or the link shrank.
void IpLayer::Parts::report_transit(const wire::PacketOut& packet, wire::DeliveryError error,
                                    std::uint32_t mtu) {
    const bool is_too_big = error == wire::DeliveryError::packet_too_big;
    owe_error({wire::icmp_type::unreachable,
               is_too_big ? wire::icmp_code::too_big : wire::icmp_code::host_unreachable,
               is_too_big ? mtu : 0, gathered(packet, pool), false, true});
}

}  // namespace sluice::net
