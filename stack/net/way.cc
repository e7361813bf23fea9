#include "net/way.h"

#include "net/ingress.h"
#include "wire/ethernet.h"

namespace sluice::net {
namespace {

const Route* route_to(const Map& map, const wire::Address& destination) {
    return map.routes.find(destination, [&](LinkId link, const wire::Address& gateway) {
        return map.neighbors.is_failed(link, gateway);
    });
}

// Groups: the link of a directed broadcast, else of the chosen source, else of a route, else the first one.
std::expected<LinkId, wire::DeliveryError> link_of_group(const Map& map, const wire::Address& group,
                                                         const wire::Address& source) {
    if (const auto link = map.addresses.link_of(group)) return *link;
    if (const auto link = map.addresses.link_of(source)) return *link;
    const Route* route = group.is_multicast() ? route_to(map, group) : nullptr;
    if (route) return route->link;
    if (const auto link = map.addresses.first_link()) return *link;
    return std::unexpected(wire::DeliveryError::no_route);
}

std::expected<Way, wire::DeliveryError> with_source(const Map& map, Way way) {
    if (!way.source.is_unspecified()) return way;
    const auto source = map.addresses.source_for(way.link, way.next_hop);
    if (!source) return std::unexpected(wire::DeliveryError::no_route);
    way.source = *source;
    return way;
}

}  // namespace

std::expected<Way, wire::DeliveryError> find_way(const Map& map, const wire::Address& destination,
                                                 const wire::Address& source) {
    if (map.addresses.is_ours(destination))
        return Way{Way::Kind::looped, 0, source.is_unspecified() ? destination : source, destination, {}};
    if (map.addresses.is_group(destination)) {
        const auto link = link_of_group(map, destination, source);
        if (!link) return std::unexpected(link.error());
        const wire::MacAddress mac =
            destination.is_multicast() ? wire::multicast_mac(destination) : wire::MacAddress::broadcast();
        return with_source(map, {Way::Kind::group, *link, source, destination, mac});
    }
    // RFC 1122 3.2.1.3 (g): a loopback source stays inside the host.
    if (!is_host_address(destination) || source.is_loopback())
        return std::unexpected(wire::DeliveryError::no_route);
    const Route* route = route_to(map, destination);
    if (!route) return std::unexpected(wire::DeliveryError::no_route);
    // RFC 1122 3.3.1.1: the destination itself if it is on the link, else the gateway.
    const wire::Address next_hop = route->gateway.is_unspecified() ? destination : route->gateway;
    return with_source(map, {Way::Kind::neighbor, route->link, source, next_hop, {}});
}

}  // namespace sluice::net
