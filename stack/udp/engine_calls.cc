// The calls: open, bind, connect, send, receive, close.
#include <algorithm>

#include "base/port_picker.h"
#include "udp/engine.h"
#include "wire/ipv4.h"
#include "wire/udp_header.h"

namespace sluice::udp {
namespace {

constexpr std::uint32_t packet_most = wire::ipv4_packet_most - wire::ipv4_header_least;

}  // namespace

Engine::Engine(const Settings& settings, Random random, const Environment& environment)
    : settings_(settings),
      random_(random),
      environment_(environment),
      drops_(environment.counters, environment.trace),
      demux_(random_.key()) {}

Engine::~Engine() = default;

std::expected<Socket*, CallError> Engine::add(Socket socket) {
    if (sockets_.size() >= settings_.sockets_max) return std::unexpected(CallError::no_resources);
    socket.number = ++number_;
    auto& place = sockets_[socket.number];
    place = std::make_unique<Socket>(std::move(socket));
    if (place->is_raw) raw_.push_back(place.get());
    if (place->is_raw && place->protocol == wire::protocol::icmp) ++icmp_sockets_;
    return place.get();
}

std::expected<Socket*, CallError> Engine::open(const Options& options) {
    Socket socket;
    socket.options = options;
    return add(std::move(socket));
}

std::expected<Socket*, CallError> Engine::open_raw(std::uint8_t protocol, const Options& options) {
    Socket socket;
    socket.is_raw = true;
    socket.protocol = protocol;
    socket.options = options;
    return add(std::move(socket));
}

void Engine::close(Socket& socket) {
    if (socket.is_raw && socket.protocol == wire::protocol::icmp) --icmp_sockets_;
    if (socket.is_raw)
        std::erase(raw_, &socket);
    else if (socket.is_bound())
        demux_.remove(socket);
    sockets_.erase(socket.number);
}

// RFC 6056 3.3.2, 3.5: a random port that nobody has.
std::expected<std::uint16_t, CallError> Engine::pick(const wire::Address& address) {
    const auto port = pick_port({settings_.port_first, settings_.port_last}, random_, [&](std::uint16_t at) {
        return demux_.is_free({address, at});
    });
    if (!port) return std::unexpected(CallError::address_in_use);
    return *port;
}

std::expected<void, CallError> Engine::bind(Socket& socket, const wire::Endpoint& local) {
    if (socket.is_raw ? !socket.local.address.is_unspecified() : socket.is_bound())
        return std::unexpected(CallError::invalid_argument);
    const net::IpLayer& ip = environment_.ip;
    const bool is_any = local.address.is_unspecified();
    // Choice: also a group's address, to receive only what is sent to the group; as on Linux.
    if (!is_any && !ip.is_ours(local.address) && !ip.is_group(local.address))
        return std::unexpected(CallError::address_not_available);
    if (socket.is_raw) {
        socket.local = {local.address, 0};
        return {};
    }
    wire::Endpoint bound = local;
    if (local.port == 0) {
        const auto port = pick(local.address);
        if (!port) return std::unexpected(port.error());
        bound.port = *port;
    } else if (demux_.conflicts(socket, local)) {
        return std::unexpected(CallError::address_in_use);
    }
    socket.local = bound;
    socket.is_port_chosen = local.port == 0;
    demux_.add(socket);
    return {};
}

std::expected<void, CallError> Engine::check_destination(const Socket& socket,
                                                         const wire::Address& to) const {
    if (to.is_unspecified()) return std::unexpected(CallError::destination_required);
    // socket(7) SO_BROADCAST: nobody sends to all by mistake.
    if (environment_.ip.is_group(to) && !to.is_multicast() && !socket.options.broadcast)
        return std::unexpected(CallError::permission_denied);
    return {};
}

// RFC 1122 4.1.3.5: a connected socket has one peer, and the address we have towards it.
std::expected<void, CallError> Engine::connect(Socket& socket, const wire::Endpoint& remote) {
    if (const auto good = check_destination(socket, remote.address); !good) return good;
    const bool keeps_address = !socket.is_address_chosen && !environment_.ip.is_group(socket.local.address);
    const wire::Address source = keeps_address ? socket.local.address : wire::Address();
    const auto path = environment_.ip.path_to(remote.address, source);
    if (!path) return std::unexpected(CallError::no_route);
    if (!socket.is_raw && !socket.is_bound())
        if (const auto bound = bind(socket, {}); !bound) return bound;
    if (!socket.is_raw) demux_.remove(socket);
    if (socket.local.address.is_unspecified() || socket.is_address_chosen) {
        socket.local.address = path->source;
        socket.is_address_chosen = true;
    }
    socket.remote = socket.is_raw ? wire::Endpoint{remote.address, 0} : remote;
    socket.is_connected = true;
    socket.error.reset();
    if (!socket.is_raw) demux_.add(socket);
    return {};
}

// connect(2): what was chosen for the peer is given up with it.
void Engine::disconnect(Socket& socket) {
    if (!socket.is_connected) return;
    if (!socket.is_raw) demux_.remove(socket);
    socket.remote = {};
    socket.is_connected = false;
    if (std::exchange(socket.is_address_chosen, false)) socket.local.address = {};
    if (std::exchange(socket.is_port_chosen, false)) socket.local.port = 0;
    if (!socket.is_raw && socket.is_bound()) demux_.add(socket);
}

std::uint32_t Engine::send_buffer(const Socket& socket) const {
    return socket.options.send_buffer > 0 ? socket.options.send_buffer : settings_.send_buffer;
}

// Where it goes, from where, and how.
std::expected<void, CallError> Engine::address(const Socket& socket, const Sending& sending,
                                               Outgoing& packet) const {
    if (!sending.to && !socket.is_connected) return std::unexpected(CallError::destination_required);
    packet.remote = sending.to.value_or(socket.remote);
    packet.local = socket.local;
    if (!sending.source.is_unspecified()) packet.local.address = sending.source;
    // A socket bound to a group only receives there.
    if (environment_.ip.is_group(packet.local.address)) packet.local.address = {};
    packet.traffic_class = sending.traffic_class.value_or(socket.options.traffic_class);
    const bool is_multicast = packet.remote.address.is_multicast();
    packet.hop_limit =
        sending.hop_limit.value_or(is_multicast ? socket.options.group_hop_limit : socket.options.hop_limit);
    packet.protocol = socket.protocol;
    packet.is_raw = socket.is_raw;
    packet.has_checksum = socket.options.checksum;
    packet.dont_fragment = socket.options.fragmentation == Fragmentation::forbidden;
    if (!socket.is_raw && packet.remote.port == 0) return std::unexpected(CallError::invalid_argument);
    return check_destination(socket, packet.remote.address);
}

// raw(7) IP_HDRINCL: the header says it all; length and checksum are ours, and so are source and identification if it
// names none. Choice: a source that is not ours, options and fragments are refused (RFC 1122 3.2.1.3).
std::expected<void, CallError> Engine::read_header(Outgoing& packet, bool& is_df) const {
    const auto header = wire::parse_quoted_ipv4(packet.data.view());
    if (!header || header->header_length != wire::ipv4_header_least || header->is_fragment())
        return std::unexpected(CallError::invalid_argument);
    if (!header->source.is_unspecified()) packet.local.address = header->source;
    packet.remote.address = header->destination;
    packet.protocol = header->protocol;
    packet.traffic_class = header->traffic_class;
    packet.hop_limit = header->hop_limit;
    packet.identification = header->identification;
    is_df = header->dont_fragment;
    packet.data.drop_front(header->header_length);
    return {};
}

// RFC 8085 3.2: an application may learn what fits, and may leave the cutting to us.
std::expected<void, CallError> Engine::fit(const Socket& socket, Outgoing& packet,
                                           const wire::Path& path) const {
    const std::uint32_t header = packet.is_raw ? 0 : wire::udp_header_length;
    if (packet.data.size() > packet_most - header) return std::unexpected(CallError::message_too_big);
    const bool is_whole = wire::ipv4_header_least + header + packet.data.size() <= path.mtu;
    if (packet.dont_fragment && !is_whole) return std::unexpected(CallError::message_too_big);
    if (socket.options.fragmentation == Fragmentation::only_here) packet.dont_fragment = is_whole;
    return {};
}

std::expected<void, CallError> Engine::send(Socket& socket, Slice data, const Sending& sending) {
    if (socket.error) return std::unexpected(CallError::failed);
    Outgoing packet;
    if (const auto good = address(socket, sending, packet); !good) return good;
    packet.data = std::move(data);
    if (socket.is_raw && socket.options.header_included)
        if (const auto good = read_header(packet, packet.dont_fragment); !good) return good;
    if (!packet.local.address.is_unspecified() && !environment_.ip.is_ours(packet.local.address))
        return std::unexpected(CallError::address_not_available);
    const auto path = environment_.ip.path_to(packet.remote.address, packet.local.address);
    if (!path) return std::unexpected(CallError::no_route);
    packet.local.address = path->source;
    if (const auto good = fit(socket, packet, *path); !good) return good;

    const std::uint32_t pinned = packet.data.empty() ? 0 : packet.data.pinned_bytes();
    packet.charge = pinned + static_cast<std::uint32_t>(sizeof(Outgoing));
    if (socket.send_charge > 0 && socket.send_charge + packet.charge > send_buffer(socket)) {
        socket.is_refused_room = true;
        return std::unexpected(CallError::would_block);
    }
    if (!socket.is_raw && !socket.is_bound()) {
        if (const auto bound = bind(socket, {}); !bound) return bound;
        packet.local.port = socket.local.port;
    }
    packet.socket = socket.number;
    socket.send_charge += packet.charge;
    socket.send_octets += packet.data.size();
    outgoing_.push_back(std::move(packet));
    return {};
}

std::expected<Datagram, CallError> Engine::receive(Socket& socket) {
    if (socket.error) return std::unexpected(CallError::failed);
    if (socket.received.empty()) return std::unexpected(CallError::would_block);
    return socket.received.pop();
}

std::optional<Failure> Engine::next_failure(Socket& socket) {
    if (socket.failures.empty()) return std::nullopt;
    return socket.failures.pop_front();
}

std::optional<wire::DeliveryError> Engine::take_error(Socket& socket) {
    return std::exchange(socket.error, std::nullopt);
}

void Engine::watch(Socket& socket, Watcher* watcher) {
    socket.watcher = watcher;
    announce(socket);
}

Info Engine::info(const Socket& socket) const {
    Info info;
    info.number = socket.number;
    info.protocol = socket.protocol;
    info.is_raw = socket.is_raw;
    info.local = socket.local;
    info.remote = socket.remote;
    info.receive_queue = socket.received.octets();
    info.send_queue = socket.send_octets;
    info.dropped = socket.dropped;
    return info;
}

std::vector<Info> Engine::infos() const {
    std::vector<Info> all;
    for (const auto& [number, socket] : sockets_) all.push_back(info(*socket));
    return all;
}

}  // namespace sluice::udp
