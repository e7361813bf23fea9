// What arrives: datagrams, packets for raw sockets, errors about what was sent.
#include <algorithm>

#include "udp/engine.h"
#include "wire/ipv4.h"
#include "wire/pseudo_header.h"
#include "wire/udp_header.h"

namespace sluice::udp {

bool is_hard(wire::DeliveryError error) {
    switch (error) {
        case wire::DeliveryError::port_unreachable:
        case wire::DeliveryError::protocol_unreachable:
        case wire::DeliveryError::prohibited:
        case wire::DeliveryError::parameter_problem: return true;
        default: return false;
    }
}

bool Engine::on_packet(const wire::PacketIn& packet, Instant now) {
    drops_.set_time(now);
    drops_.set_frame(packet.frame);
    drops_.set_ends(packet.source, packet.destination);
    ++environment_.counters.udp_in;
    const auto refuse = [&](Reason reason) {
        drops_.drop(reason, packet.payload.size());
        return true;
    };
    const auto header = wire::parse_udp(packet.payload.view());
    if (!header) return refuse(header.error());
    drops_.set_ends(packet.source, packet.destination,
                    std::uint32_t{header->source_port} << 16U | header->destination_port);
    // RFC 768: what lies behind the length is no part of the datagram. A checksum of zero means that there is none.
    const ByteView datagram = packet.payload.view().first(header->length);
    // RFC 1122 4.1.3.4: verified, and wrong ones dropped silently.
    if (header->checksum != 0 && !packet.checksum_good &&
        wire::transport_checksum(packet.source, packet.destination, wire::protocol::udp, datagram) != 0)
        return refuse(Reason::udp_bad_checksum);

    Datagram arrived;
    arrived.from = {packet.source, header->source_port};
    arrived.to = {packet.destination, header->destination_port};
    arrived.data = packet.payload.sub(wire::udp_header_length, header->length - wire::udp_header_length);
    if (!packet.to_group) {
        Socket* socket = demux_.find(arrived.to, arrived.from);
        if (!socket) return false;
        hand_over(*socket, packet, std::move(arrived));
        return true;
    }
    const std::vector<Socket*> all = demux_.find_all(arrived.to, arrived.from);
    for (Socket* socket : all) hand_over(*socket, packet, arrived);
    return !all.empty();
}

// Fills in what every kind of datagram has, and queues it.
void Engine::hand_over(Socket& socket, const wire::PacketIn& packet, Datagram datagram) {
    datagram.link = packet.link;
    datagram.traffic_class = packet.traffic_class;
    datagram.hop_limit = packet.hop_limit;
    datagram.to_group = packet.to_group;
    datagram.data = kept(datagram.data);
    const std::uint32_t length = datagram.data.size();
    const std::uint32_t wanted = socket.options.receive_buffer;
    const ReceiveQueue::Limits limits{wanted > 0 ? wanted : settings_.receive_buffer,
                                      settings_.datagrams_max};
    if (!socket.received.push(std::move(datagram), limits)) {
        ++socket.dropped;
        drops_.drop(Reason::udp_queue_full, length);
        return;
    }
    announce(socket);
}

// A small datagram does not keep a large chunk alive.
Slice Engine::kept(const Slice& data) {
    if (data.empty()) return {};
    if (data.size() >= data.pinned_bytes() / 2) return data;
    return environment_.pool.copy(data.view());
}

// raw(7): the protocol, the local address if bound, the remote one if connected, ICMP_FILTER.
bool Engine::takes(const Socket& socket, const wire::PacketIn& packet) const {
    if (socket.protocol != packet.protocol) return false;
    const wire::Address& local = socket.local.address;
    if (!local.is_unspecified() && local != packet.destination) return false;
    if (socket.is_connected && socket.remote.address != packet.source) return false;
    if (packet.protocol != wire::protocol::icmp || packet.payload.empty()) return true;
    const std::uint8_t type = packet.payload.view()[0];
    return type >= 32 || (socket.options.icmp_types_ignored >> type & 1U) == 0;
}

bool Engine::on_raw(const wire::PacketIn& packet, Instant now) {
    drops_.set_time(now);
    drops_.set_frame(packet.frame);
    drops_.set_ends(packet.source, packet.destination);
    bool taken = false;
    for (Socket* socket : raw_) {
        if (!takes(*socket, packet)) continue;
        taken = true;
        Datagram copy;
        copy.from = {packet.source, 0};
        copy.to = {packet.destination, 0};
        copy.data = packet.whole;
        hand_over(*socket, packet, std::move(copy));
    }
    return taken;
}

// RFC 1122 4.1.3.3: errors are passed to the application. The quoted ports tell which: ours is the source.
void Engine::on_failure(const wire::DeliveryFailed& failed) {
    if (failed.protocol != wire::protocol::udp) return fail_raw(failed);
    Reader quoted(failed.transport.view());
    const wire::Endpoint local{failed.source, quoted.u16()};
    const wire::Endpoint remote{failed.destination, quoted.u16()};
    quoted.skip(4);
    if (!quoted.ok()) return;
    if (Socket* socket = demux_.find(local, remote))
        fail(*socket, failed, remote.port, failed.transport.from(wire::udp_header_length));
}

void Engine::fail_raw(const wire::DeliveryFailed& failed) {
    for (Socket* socket : raw_) {
        const wire::Address& local = socket->local.address;
        if (socket->protocol != failed.protocol || (!local.is_unspecified() && local != failed.source) ||
            (socket->is_connected && socket->remote.address != failed.destination))
            continue;
        fail(*socket, failed, 0, failed.transport);
    }
}

void Engine::fail(Socket& socket, const wire::DeliveryFailed& failed, std::uint16_t remote_port, Slice data) {
    const bool is_too_big = failed.error == wire::DeliveryError::packet_too_big;
    const bool is_told_of_size = is_too_big && socket.options.fragmentation == Fragmentation::forbidden;
    const bool is_wanted = socket.options.keep_failures;
    // Choice: without keep_failures a socket hears of hard errors only, and only while it is connected, for then they are
    // about its one peer. Linux does so without IP_RECVERR.
    if (!is_wanted && !(socket.is_connected && (is_hard(failed.error) || is_told_of_size))) return;
    socket.error = failed.error;
    if (is_wanted && socket.failures.size() < settings_.failures_max) {
        Failure failure;
        failure.error = failed.error;
        failure.reporter = failed.reporter;
        failure.remote = {failed.destination, remote_port};
        failure.type = failed.type;
        failure.code = failed.code;
        failure.mtu = failed.mtu;
        failure.data = kept(data);
        socket.failures.push_back(std::move(failure));
    }
    announce(socket);
}

}  // namespace sluice::udp
