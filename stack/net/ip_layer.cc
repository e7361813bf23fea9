// The conductor of net: configuration and questions. Frames in: ip_in.cc; packets out: ip_out.cc.
#include "net/ip_layer.h"

#include <algorithm>

#include "net/ip_layer_parts.h"

namespace sluice::net {

IpLayer::Parts::Parts(const Settings& given, Random random, ChunkPool& chunks, Counters& counts, Trace& trace)
    : settings(given),
      counters(counts),
      pool(chunks),
      drops(counts, trace),
      addresses(settings, random.fork(1)),
      neighbors(settings, random.fork(2).key()),
      fragments(settings, random.fork(3).key(), chunks),
      identification(settings.id_lifetime, random.fork(4)),
      replies(settings),
      echoes(settings.reply_queue),
      path_mtus(settings.path_mtu_entries) {}

IpLayer::IpLayer(const Settings& settings, Random random, ChunkPool& pool, Counters& counters, Trace& trace)
    : parts_(std::make_unique<Parts>(settings, random, pool, counters, trace)) {}

IpLayer::~IpLayer() = default;

LinkId IpLayer::attach(wire::MacAddress mac, const LinkCapabilities& capabilities) {
    return parts_->interfaces.add(mac, capabilities);
}

const LinkCapabilities& IpLayer::capabilities(LinkId link) const {
    return parts_->interfaces[link].capabilities;
}

void IpLayer::set_mtu(LinkId link, std::uint32_t mtu) { parts_->interfaces.set_mtu(link, mtu); }

wire::MacAddress IpLayer::mac(LinkId link) const { return parts_->interfaces[link].mac; }

void IpLayer::add_address(LinkId link, wire::Prefix prefix, Instant now) {
    SLUICE_CHECK(link < parts_->interfaces.size());
    parts_->addresses.add(link, prefix, now);
    parts_->routes.set_on_link(parts_->addresses.networks());
}

void IpLayer::remove_address(wire::Address address) {
    parts_->addresses.remove(address);
    parts_->routes.set_on_link(parts_->addresses.networks());
}

void IpLayer::add_route(const Route& route) {
    SLUICE_CHECK(route.link < parts_->interfaces.size());
    parts_->routes.add(route);
}

bool IpLayer::remove_route(const wire::Prefix& destination) { return parts_->routes.remove(destination); }

std::vector<Route> IpLayer::routes() const { return parts_->routes.list(); }

std::vector<AddressView> IpLayer::addresses() const { return parts_->addresses.views(); }

std::vector<NeighborView> IpLayer::neighbors() const { return parts_->neighbors.views(); }

bool IpLayer::remove_neighbor(const wire::Address& address, Instant now) {
    parts_->drops.set_time(now);
    parts_->drops.set_frame(0);
    const bool was_known = parts_->neighbors.remove(address);
    parts_->settle();
    return was_known;
}

std::expected<NextHop, wire::DeliveryError> IpLayer::next_hop_to(const wire::Address& remote) const {
    const auto way = find_way(parts_->map(), remote, {});
    if (!way) return std::unexpected(way.error());
    const bool is_by_gateway = way->kind == Way::Kind::neighbor && way->next_hop != remote;
    return NextHop{way->link, way->source, is_by_gateway ? way->next_hop : wire::Address(),
                   way->kind == Way::Kind::looped};
}

bool IpLayer::is_ours(const wire::Address& address) const { return parts_->addresses.is_ours(address); }

bool IpLayer::is_group(const wire::Address& address) const { return parts_->addresses.is_group(address); }

std::optional<wire::Address> IpLayer::next_lost_address() { return parts_->addresses.next_lost(); }

std::optional<EchoReply> IpLayer::next_echo_reply() { return parts_->echoes.next(); }

bool IpLayer::has_news() const {
    const Parts& p = *parts_;
    return !p.failures.empty() || !p.icmp_copies.empty() || p.addresses.has_lost();
}

bool IpLayer::is_idle() const { return !parts_->owes() && parts_->looped.empty() && !has_news(); }

std::optional<wire::DeliveryFailed> IpLayer::next_failure() {
    if (parts_->failures.empty()) return std::nullopt;
    return parts_->failures.pop_front();
}

std::optional<wire::PacketIn> IpLayer::next_looped() {
    if (parts_->looped.empty()) return std::nullopt;
    ++parts_->counters.ip_delivered;
    return parts_->looped.pop_front();
}

std::expected<wire::Path, wire::DeliveryError> IpLayer::path_to(const wire::Address& remote,
                                                                const wire::Address& source) const {
    if (!source.is_unspecified() && !is_ours(source)) return std::unexpected(wire::DeliveryError::no_route);
    const auto way = find_way(parts_->map(), remote, source);
    if (!way) return std::unexpected(way.error());
    // RFC 1122 3.3.2: EMTU_R is ours to choose, and told to the transports.
    const std::uint32_t reassembly = parts_->settings.packet_max;
    // Choice: packets to ourselves are as long as any packet can be.
    if (way->kind == Way::Kind::looped)
        return wire::Path{way->source, 0, wire::ipv4_packet_most, reassembly, 0};
    const LinkCapabilities& link = capabilities(way->link);
    wire::Path path{way->source, way->link, link.mtu, reassembly, link.send_segment_bytes};
    path.receive_queue_bytes =
        std::uint64_t{link.receive_queue_frames} * std::max(link.mtu, link.receive_segment_bytes);
    path.known_mtu = parts_->path_mtus.known(remote, parts_->now);
    return path;
}

void IpLayer::doubt(const wire::Address& remote, Instant now) {
    const auto way = find_way(parts_->map(), remote, {});
    if (way && way->kind == Way::Kind::neighbor) parts_->neighbors.doubt(way->link, way->next_hop, now);
}

void IpLayer::note_path_mtu(const wire::Address& remote, std::uint32_t mtu, Instant now) {
    parts_->path_mtus.note(remote, mtu, later(now, parts_->settings.path_mtu_lifetime));
}

Instant IpLayer::next_deadline() const {
    return std::min(
        {parts_->addresses.deadline(), parts_->neighbors.deadline(), parts_->fragments.deadline()});
}

}  // namespace sluice::net
