// The way out: packets of transports and our own debts become frames. RFC 1122 3.2.1, 3.3.1, RFC 791 3.2, RFC 826.
#include <algorithm>

#include "net/ip_layer.h"
#include "net/ip_layer_parts.h"

namespace sluice::net {
namespace {

constexpr std::uint32_t echo_data_most =
    wire::ipv4_packet_most - wire::ipv4_header_least - wire::icmp_header_length;

}  // namespace

Sent IpLayer::send(wire::PacketOut& packet, FrameOut& frame, Instant now) {
    parts_->now = now;
    parts_->drops.set_time(now);
    parts_->drops.set_frame(0);
    const Sent sent = parts_->send(packet, frame);
    parts_->settle();
    return sent;
}

bool IpLayer::next_frame(FrameOut& frame, Instant now) {
    parts_->now = now;
    parts_->drops.set_time(now);
    parts_->drops.set_frame(0);
    return parts_->next_frame(frame);
}

std::expected<void, wire::DeliveryError> IpLayer::send_echo_request(const wire::Address& to,
                                                                    std::uint16_t identifier,
                                                                    std::uint16_t sequence, ByteView data,
                                                                    bool dont_fragment,
                                                                    std::uint8_t hop_limit, Instant now) {
    if (data.size() > echo_data_most) return std::unexpected(wire::DeliveryError::packet_too_big);
    const auto path = path_to(to, {});
    if (!path) return std::unexpected(path.error());
    wire::PacketOut packet;
    packet.source = path->source;
    packet.destination = to;
    packet.dont_fragment = dont_fragment;
    packet.hop_limit = hop_limit;
    write_icmp_packet(packet,
                      {wire::icmp_type::echo_request, 0, wire::IcmpHeader::echo(identifier, sequence)},
                      data.empty() ? Slice() : parts_->pool.copy(data));
    const bool is_looped = is_ours(to);
    if (!is_looped && shape_of(packet, capabilities(path->link)) == Shape::too_big)
        return std::unexpected(wire::DeliveryError::packet_too_big);
    parts_->echoes.on_sent(identifier, sequence);
    FrameOut frame;
    if (send(packet, frame, now) == Sent::frame) parts_->keep_frame(std::move(frame));
    return {};
}

Sent IpLayer::Parts::send(wire::PacketOut& packet, FrameOut& frame) {
    if (const Way* known = last_way.find(map(), packet.destination, packet.source))
        return send_along(*known, packet, frame);
    const auto way = find_way(map(), packet.destination, packet.source);
    if (!way) return refuse(packet, Reason::ip_no_route, way.error(), 0);
    packet.source = way->source;
    // RFC 1122 3.2.1.3: everything we send has an address of ours as its source.
    if (!addresses.may_send_from(packet.source, now)) {
        drops.drop(Reason::ip_bad_source, packet.size());
        return Sent::dropped;
    }
    // An address that was lost may be sent from for a moment only: that is not remembered.
    if (addresses.is_ours(packet.source)) last_way.remember(map(), packet.destination, *way);
    return send_along(*way, packet, frame);
}

Sent IpLayer::Parts::send_along(const Way& way, wire::PacketOut& packet, FrameOut& frame) {
    if (way.kind == Way::Kind::looped) {
        loop_back(packet);
        return Sent::looped;
    }
    const LinkCapabilities& link = interfaces[way.link].capabilities;
    if (shape_of(packet, link) == Shape::too_big)
        return refuse(packet, Reason::ip_too_big, wire::DeliveryError::packet_too_big, link.mtu);
    if (way.kind == Way::Kind::group) {
        // RFC 1112 6.1: a multicast stays on the link unless it is told otherwise.
        if (packet.hop_limit == 0 && packet.destination.is_multicast()) packet.hop_limit = 1;
        return send_to(way.link, way.group, packet, frame);
    }
    return send_by(way.link, way.next_hop, packet, frame);
}

Sent IpLayer::Parts::send_by(LinkId link, const wire::Address& next_hop, wire::PacketOut& packet,
                             FrameOut& frame) {
    const Neighbors::Answer answer = neighbors.resolve(link, next_hop, now);
    switch (answer.verdict) {
        case Neighbors::Verdict::use: return send_to(link, answer.mac, packet, frame);
        case Neighbors::Verdict::failed:
            return refuse(packet, Reason::arp_failed, wire::DeliveryError::neighbor_failed, 0);
        case Neighbors::Verdict::wait: break;
    }
    neighbors.wait(link, next_hop, std::move(packet));
    return Sent::kept;
}

Sent IpLayer::Parts::send_to(LinkId link, const wire::MacAddress& mac, wire::PacketOut& packet,
                             FrameOut& frame) {
    const Interface& interface = interfaces[link];
    const Shape shape = shape_of(packet, interface.capabilities);
    if (shape == Shape::too_big)
        return refuse(packet, Reason::ip_too_big, wire::DeliveryError::packet_too_big,
                      interface.capabilities.mtu);
    const auto id = identify(packet, shape);
    if (!id) {
        drops.drop(Reason::ip_id_exhausted, packet.size());
        return Sent::dropped;
    }
    ++counters.ip_out;
    if (packet.protocol == wire::protocol::icmp) ++counters.icmp_out;
    const Framing framing{link, interface.mac, mac, static_cast<std::uint8_t>(settings.hop_limit), *id};
    if (shape == Shape::fragments) return cut(framing, packet);
    frame.clear();
    // A super-segment is always left to the device; it makes a checksum for each segment it cuts.
    if (shape == Shape::super_segment || interface.capabilities.computes_checksums)
        leave_checksum(packet, frame);
    else
        complete_checksum(packet);
    frame.segment_bytes = shape == Shape::super_segment ? packet.segment_bytes : std::uint16_t{0};
    write_whole(packet, framing, frame);
    ++counters.frames_out;
    counters.octets_out += frame.size();
    return Sent::frame;
}

// RFC 6864: a packet that nobody may fragment needs no identification; another one needs its own.
std::optional<std::uint16_t> IpLayer::Parts::identify(wire::PacketOut& packet, Shape shape) {
    if (packet.identification != 0 || packet.has_ip_header) return packet.identification;
    if (packet.dont_fragment) return std::uint16_t{0};
    const auto id = identification.next(packet.source, packet.destination, packet.protocol, now);
    if (id || shape == Shape::fragments) return id;
    // Choice: when all values are on their way, a packet that fits the link goes as one that needs none.
    packet.dont_fragment = true;
    return std::uint16_t{0};
}

Sent IpLayer::Parts::cut(const Framing& framing, wire::PacketOut& packet) {
    if (frames.size() >= settings.reply_queue) {
        drops.drop(Reason::reply_queue_full, packet.size());
        return Sent::dropped;
    }
    complete_checksum(packet);
    const std::uint32_t mtu = interfaces[framing.link].capabilities.mtu;
    for (std::uint32_t at = 0; at < packet.size();) {
        const Piece piece = piece_at(at, packet.size(), mtu);
        FrameOut frame;
        write_frame(packet, framing, piece, frame);
        ++counters.fragments_out;
        ++counters.frames_out;
        counters.octets_out += frame.size();
        frames.push_back(std::move(frame));
        at = piece.end;
    }
    return Sent::kept;
}

// RFC 1122 3.2.1.3 (g), 3.3.1: packets to ourselves never leave the host.
void IpLayer::Parts::loop_back(wire::PacketOut& packet) {
    if (wire::ipv4_header_least + packet.size() > wire::ipv4_packet_most) {
        refuse(packet, Reason::ip_too_big, wire::DeliveryError::packet_too_big, wire::ipv4_packet_most);
        return;
    }
    if (looped.size() >= settings.reply_queue) return drops.drop(Reason::reply_queue_full, packet.size());
    complete_checksum(packet);
    const Framing framing{0, {}, {}, static_cast<std::uint8_t>(settings.hop_limit), 0};
    const wire::Ipv4Header header = ip_header(packet, framing, whole_of(packet.size()));
    Chunk chunk = pool.take(header.total_length);
    Writer out(chunk.writable());
    wire::write_ipv4(out, header);
    out.bytes(packet.header());
    for (const Slice& slice : packet.payload) out.bytes(slice.view());
    wire::PacketIn arrived = packet_from(header, Slice(std::move(chunk), 0, header.total_length), 0, false);
    arrived.is_looped = true;
    arrived.checksum_good = true;
    arrived.segment_bytes = packet.segment_bytes;
    if (arrived.protocol != wire::protocol::icmp) {
        looped.push_back(std::move(arrived));
        return;
    }
    Arrival arrival = on_icmp(std::move(arrived));
    if (auto* failed = std::get_if<wire::DeliveryFailed>(&arrival);
        failed && failures.size() < settings.reply_queue)
        failures.push_back(std::move(*failed));
}

Sent IpLayer::Parts::refuse(const wire::PacketOut& packet, Reason reason, wire::DeliveryError error,
                            std::uint32_t mtu) {
    drops.drop(reason, packet.size());
    fail(packet, error, mtu);
    return Sent::dropped;
}

// Tells the transport of a packet we could not send ourselves.
void IpLayer::Parts::fail(const wire::PacketOut& packet, wire::DeliveryError error, std::uint32_t mtu) {
    if (packet.has_ip_header) return report_transit(packet, error, mtu);
    if (failures.size() >= settings.reply_queue) return;
    wire::DeliveryFailed failed;
    failed.error = error;
    failed.source = packet.source;
    failed.destination = packet.destination;
    failed.protocol = packet.protocol;
    failed.mtu = mtu;
    failed.transport = pool.copy(packet.header());
    failures.push_back(std::move(failed));
}

void IpLayer::Parts::keep_frame(FrameOut&& frame) { frames.push_back(std::move(frame)); }

bool IpLayer::Parts::next_frame(FrameOut& frame) {
    if (!owes()) return false;
    for (;;) {
        if (!frames.empty()) {
            frame = frames.pop_front();
            if (frames.empty()) frames.reset();
            return true;
        }
        if (const auto arp = next_arp()) {
            write_arp(*arp, frame);
            return true;
        }
        if (!neighbors.has_ready() && transits.empty() && !replies.has_owed()) return false;
        if (next_packet(frame)) return true;
    }
}

// Sends the next packet that has its neighbour now, or else one that is passed on, or else the next ICMP message. True if
// that filled `frame`.
bool IpLayer::Parts::next_packet(FrameOut& frame) {
    if (neighbors.has_ready()) {
        Neighbors::Ready ready = neighbors.next_ready();
        return send_to(ready.link, ready.mac, ready.packet, frame) == Sent::frame;
    }
    if (!transits.empty()) {
        Transit transit = transits.pop_front();
        if (transits.empty()) transits.reset();
        const bool filled = send_by(transit.link, transit.next_hop, transit.packet, frame) == Sent::frame;
        settle();
        return filled;
    }
    replies.next(reply);
    const bool filled = send(reply, frame) == Sent::frame;
    reply.clear();
    settle();
    return filled;
}

std::optional<ArpOut> IpLayer::Parts::next_arp() {
    if (const auto owed = addresses.next_owed()) {
        // RFC 5227 2.1.1, 2.3: requests for the address itself, from nobody (a probe) or from it (an announcement).
        const wire::Address sender = owed->kind == ProbeSends::probe ? wire::Address() : owed->address;
        return ArpOut{owed->link,
                      wire::MacAddress::broadcast(),
                      {wire::arp_operation::request, interfaces[owed->link].mac, sender, {}, owed->address}};
    }
    if (!arp_replies.empty()) return arp_replies.pop_front();
    while (const auto ask = neighbors.next_ask()) {
        const auto sender = addresses.source_for(ask->link, ask->target);
        if (!sender) continue;  // our address is gone since
        // RFC 826 Packet Generation: the target's hardware address is what we want to know.
        return ArpOut{ask->link,
                      ask->to,
                      {wire::arp_operation::request, interfaces[ask->link].mac, *sender, {}, ask->target}};
    }
    return std::nullopt;
}

void IpLayer::Parts::write_arp(const ArpOut& arp, FrameOut& frame) {
    frame.clear();
    frame.link = arp.link;
    Writer out(frame.header_bytes);
    wire::write_ethernet(out, {arp.to, interfaces[arp.link].mac, wire::ether_type::arp});
    wire::write_arp(out, arp.packet);
    frame.header_length = static_cast<std::uint32_t>(out.size());
    ++counters.arp_out;
    ++counters.frames_out;
    counters.octets_out += frame.size();
}

}  // namespace sluice::net
