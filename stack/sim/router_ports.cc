#include "sim/router_ports.h"

#include <algorithm>
#include <utility>

#include "wire/ethernet.h"

namespace sluice::sim {

void RouterPorts::add(Link& link, Side side, const wire::Prefix& prefix) {
    const std::uint32_t v4 = prefix.address.to_v4();
    const wire::MacAddress mac{{2, 1, static_cast<std::uint8_t>(v4 >> 24U),
                                static_cast<std::uint8_t>(v4 >> 16U), static_cast<std::uint8_t>(v4 >> 8U),
                                static_cast<std::uint8_t>(v4)}};
    ports_.push_back({&link, side, mac, prefix});
}

bool RouterPorts::is_ours(const wire::Address& address) const {
    return std::ranges::any_of(ports_, [&](const Port& port) { return port.prefix.address == address; });
}

void RouterPorts::emit(std::size_t port, const wire::MacAddress& to, std::uint16_t type, ByteView octets,
                       Instant now) {
    const auto size = static_cast<std::uint32_t>(wire::ethernet_header_length + octets.size());
    Chunk chunk = pool_.take(size);
    Writer out(chunk.writable());
    wire::write_ethernet(out, {to, ports_[port].mac, type});
    out.bytes(octets);
    Frame frame;
    frame.bytes = Slice(std::move(chunk), 0, size);
    ports_[port].link->send(ports_[port].side, std::move(frame), now);
}

void RouterPorts::take_arp(std::size_t port, ByteView octets, Instant now) {
    const auto arp = wire::parse_arp(octets);
    if (!arp || arp->sender_mac.is_group()) return;
    const Port& own = ports_[port];
    const bool is_asked = arp->target == own.prefix.address;
    // RFC 826: whoever asks for us is remembered too; others only if we know them or wait for them.
    if (is_asked || neighbors_.contains(arp->sender)) neighbors_[arp->sender] = arp->sender_mac;
    if (is_asked && arp->operation == wire::arp_operation::request) {
        std::array<std::uint8_t, wire::arp_length> room;
        Writer out(room);
        wire::write_arp(
            out, {wire::arp_operation::reply, own.mac, own.prefix.address, arp->sender_mac, arp->sender});
        emit(port, arp->sender_mac, wire::ether_type::arp, room, now);
    }
    const auto waits = [&](const auto& entry) { return entry.second.address == arp->sender; };
    const auto found = std::ranges::find_if(asked_, waits);
    if (!is_asked || found == asked_.end()) return;
    const Asked answered = std::move(found->second);
    asked_.erase(found);
    for (const Slice& packet : answered.waiting) send(answered.port, answered.address, packet, now);
}

void RouterPorts::send(std::size_t port, const wire::Address& neighbor, Slice packet, Instant now) {
    if (const auto known = neighbors_.find(neighbor); known != neighbors_.end())
        return emit(port, known->second, wire::ether_type::ipv4, packet.view(), now);
    const auto waits = [&](const auto& entry) { return entry.second.address == neighbor; };
    if (const auto found = std::ranges::find_if(asked_, waits); found != asked_.end()) {
        std::deque<Slice>& waiting = found->second.waiting;
        if (waiting.size() >= waiting_max) waiting.pop_front();
        waiting.push_back(std::move(packet));
        return;
    }
    const std::uint32_t number = ++numbers_;
    asked_[number] = {port, neighbor, {std::move(packet)}, 0};
    ask(number, now);
}

// RFC 1122 2.3.2.1: at most one request a second.
void RouterPorts::ask(std::uint32_t number, Instant now) {
    Asked& asked = asked_.at(number);
    ++asked.tries;
    const Port& own = ports_[asked.port];
    std::array<std::uint8_t, wire::arp_length> room;
    Writer out(room);
    wire::write_arp(out, {wire::arp_operation::request, own.mac, own.prefix.address, {}, asked.address});
    agenda_.enter(now + 1s, *this, number);
    emit(asked.port, wire::MacAddress::broadcast(), wire::ether_type::arp, room, now);
}

void RouterPorts::on_event(std::uint32_t number, Instant now) {
    const auto found = asked_.find(number);
    if (found == asked_.end()) return;
    if (found->second.tries < tries_max) return ask(number, now);
    const Asked failed = std::move(found->second);
    asked_.erase(found);
    for (const Slice& packet : failed.waiting) unreachable_(packet, now);
}

}  // namespace sluice::sim
