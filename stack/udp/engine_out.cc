// What leaves: queued datagrams become packets, and sockets hear what they can do now.
#include "udp/engine.h"
#include "wire/udp_header.h"

namespace sluice::udp {

bool Engine::emit(wire::PacketOut& packet) {
    if (outgoing_.empty()) return false;
    Outgoing out = outgoing_.pop_front();
    if (outgoing_.empty()) outgoing_.reset();
    packet.source = out.local.address;
    packet.destination = out.remote.address;
    packet.protocol = out.protocol;
    packet.traffic_class = out.traffic_class;
    packet.hop_limit = out.hop_limit;
    packet.identification = out.identification;
    packet.dont_fragment = out.dont_fragment;
    packet.has_checksum = out.has_checksum && !out.is_raw;
    if (!out.is_raw) {
        ++environment_.counters.udp_out;
        Writer header(packet.header_room());
        wire::write_udp(header, {out.local.port, out.remote.port,
                                 static_cast<std::uint16_t>(wire::udp_header_length + out.data.size()), 0});
        packet.header_length = wire::udp_header_length;
        packet.checksum_offset = wire::udp_checksum_offset;
    }
    const std::uint32_t octets = out.data.size();
    if (!out.data.empty()) packet.payload.push_back(std::move(out.data));

    if (const auto found = sockets_.find(out.socket); found != sockets_.end()) {
        Socket& socket = *found->second;
        socket.send_charge -= out.charge;
        socket.send_octets -= octets;
        if (std::exchange(socket.is_refused_room, false)) announce(socket);
    }
    return true;
}

void Engine::announce(Socket& socket) {
    if (!socket.watcher || std::exchange(socket.has_news, true)) return;
    news_.push_back(socket.number);
}

std::optional<News> Engine::next_news() {
    while (!news_.empty()) {
        const auto found = sockets_.find(news_.pop_front());
        if (found == sockets_.end()) continue;
        Socket& socket = *found->second;
        socket.has_news = false;
        if (socket.watcher) return News{socket.watcher, readiness(socket)};
    }
    news_.reset();
    return std::nullopt;
}

Readiness Engine::readiness(const Socket& socket) const {
    Readiness ready;
    ready.error = socket.error.has_value() || !socket.failures.empty();
    ready.readable = !socket.received.empty() || socket.error.has_value();
    ready.writable = socket.send_charge < send_buffer(socket) || socket.error.has_value();
    return ready;
}

}  // namespace sluice::udp
