// The way in: frames become packets for a transport, failures of packets of ours, and debts. Nothing is sent here.
// RFC 826 Packet Reception, RFC 1122 3.2.1 and 3.2.2.
#include "net/icmp_errors_in.h"
#include "net/ingress.h"
#include "net/ip_layer.h"
#include "net/ip_layer_parts.h"
#include "wire/icmp.h"

namespace sluice::net {

IpLayer::Arrival IpLayer::receive(LinkId link, FrameIn frame, std::uint32_t frame_number, Instant now) {
    Parts& p = *parts_;
    p.now = now;
    p.drops.set_time(now);
    p.drops.set_frame(frame_number);
    ++p.counters.frames_in;
    p.counters.octets_in += frame.bytes.size();
    Arrival arrival = p.on_frame(link, frame);
    if (auto* packet = std::get_if<wire::PacketIn>(&arrival)) packet->frame = frame_number;
    p.settle();
    return arrival;
}

bool IpLayer::receive_familiar(LinkId link, FrameIn& frame, std::uint32_t frame_number, Instant now,
                               wire::PacketIn& packet) {
    Parts& p = *parts_;
    const ByteView octets = frame.bytes.view();
    if (!p.familiar.is_like_last(link, octets, p.addresses)) return false;
    const std::uint32_t length = wire::plain_total_length(octets.subspan(wire::ethernet_header_length));
    if (length == 0) return false;
    p.now = now;
    ++p.counters.frames_in;
    p.counters.octets_in += octets.size();
    ++p.counters.ip_in;
    ++p.counters.ip_delivered;
    packet.source = p.familiar.source();
    packet.destination = p.familiar.destination();
    packet.link = link;
    packet.protocol = p.familiar.protocol();
    packet.traffic_class = octets[wire::ethernet_header_length + 1];
    packet.hop_limit = octets[wire::ethernet_header_length + 8];
    packet.checksum_good = frame.checksum_good;
    packet.segment_bytes = frame.segment_bytes;
    packet.frame = frame_number;
    packet.whole = std::move(frame.bytes);
    packet.whole.drop_front(wire::ethernet_header_length);
    packet.whole.truncate(length);
    packet.payload = packet.whole.from(wire::ipv4_header_least);
    return true;
}

void IpLayer::on_time(Instant now) {
    Parts& p = *parts_;
    p.now = now;
    p.drops.set_time(now);
    p.drops.set_frame(0);
    p.addresses.on_time(now);
    p.neighbors.on_time(now);
    p.fragments.on_time(now);
    p.settle();
}

void IpLayer::refuse_port(const wire::PacketIn& packet, Instant now) {
    Parts& p = *parts_;
    p.now = now;
    p.drops.set_time(now);
    p.drops.set_frame(packet.frame);
    p.drops.set_ends(packet.source, packet.destination, Reader(packet.payload.view()).u32());
    p.drops.drop(Reason::udp_no_listener, packet.payload.size());
    // RFC 1122 3.2.2.1: port unreachable if nobody listens.
    p.owe_error(
        {wire::icmp_type::unreachable, wire::icmp_code::port_unreachable, 0, packet.whole, packet.to_group});
}

void IpLayer::refuse_protocol(const wire::PacketIn& packet, Instant now) {
    Parts& p = *parts_;
    p.now = now;
    p.drops.set_time(now);
    p.drops.set_frame(packet.frame);
    p.drops.set_ends(packet.source, packet.destination);
    p.drops.drop(Reason::ip_unknown_protocol, packet.payload.size());
    // RFC 1122 3.2.2.1: protocol unreachable if no transport has this number.
    p.owe_error({wire::icmp_type::unreachable, wire::icmp_code::protocol_unreachable, 0, packet.whole,
                 packet.to_group});
}

void IpLayer::keep_icmp(bool wanted) {
    if (parts_->icmp_is_kept == wanted) return;
    parts_->icmp_is_kept = wanted;
    if (!wanted) parts_->icmp_copies.reset();
}

std::optional<wire::PacketIn> IpLayer::next_icmp() {
    if (parts_->icmp_copies.empty()) return std::nullopt;
    return parts_->icmp_copies.pop_front();
}

IpLayer::Arrival IpLayer::Parts::on_frame(LinkId link, const FrameIn& frame) {
    const auto judged = judge_frame(frame.bytes.view(), interfaces[link].mac);
    if (!judged) {
        drops.drop(judged.error(), frame.bytes.size());
        return {};
    }
    if (judged->header.type == wire::ether_type::ipv4) return on_ipv4(link, frame, judged->to_group);
    on_arp(link, frame.bytes.view().subspan(wire::ethernet_header_length));
    return {};
}

// RFC 826 Packet Reception, in its order; RFC 5227 2.1.1 and 2.4 look at the sender before.
void IpLayer::Parts::on_arp(LinkId link, ByteView octets) {
    ++counters.arp_in;
    const auto length = static_cast<std::uint32_t>(octets.size());
    const auto packet = wire::parse_arp(octets);
    if (!packet) return drops.drop(packet.error(), length);
    const wire::MacAddress& mac = packet->sender_mac;
    if (mac.is_group() || mac == wire::MacAddress{} || interfaces.is_own(mac))
        return drops.drop(Reason::arp_bad_sender, length);
    if (addresses.on_arp(link, *packet, now) != Conflict::none) {
        routes.set_on_link(addresses.networks());
        return drops.drop(Reason::arp_conflict, length);
    }
    const bool is_probe = packet->sender.is_unspecified();
    const bool is_host = is_host_address(packet->sender) && !addresses.is_broadcast(packet->sender);
    if (!is_probe && (!is_host || addresses.is_ours(packet->sender)))
        return drops.drop(Reason::arp_bad_sender, length);
    const bool is_for_us = addresses.is_ours_on(link, packet->target);
    const bool is_request = packet->operation == wire::arp_operation::request;
    // The merge flag of RFC 826; a probe has no address to merge.
    const bool merged = !is_probe && neighbors.hear({link, packet->sender, mac, is_for_us, !is_request}, now);
    if (!is_for_us) {
        if (!merged) drops.drop(Reason::arp_not_for_us, length);
        return;
    }
    // RFC 826: only now the opcode.
    if (is_request) return answer_arp(link, *packet);
    if (packet->operation != wire::arp_operation::reply) return drops.drop(Reason::arp_bad_operation, length);
    if (!merged) drops.drop(Reason::arp_unsolicited, length);
}

void IpLayer::Parts::answer_arp(LinkId link, const wire::ArpPacket& request) {
    if (arp_replies.size() >= settings.reply_queue)
        return drops.drop(Reason::reply_queue_full, wire::arp_length);
    // RFC 826: swap the addresses and send it to whoever asked; RFC 5227 2.6: not by broadcast.
    const wire::MacAddress own = interfaces[link].mac;
    arp_replies.push_back(
        {link,
         request.sender_mac,
         {wire::arp_operation::reply, own, request.target, request.sender_mac, request.sender}});
}

IpLayer::Arrival IpLayer::Parts::on_ipv4(LinkId link, const FrameIn& frame, bool frame_to_group) {
    ++counters.ip_in;
    Slice whole = frame.bytes.from(wire::ethernet_header_length);
    const auto judged = judge_packet(whole.view(), frame_to_group, addresses);
    if (!judged) {
        if (judged.error() == Reason::ip_not_for_us && settings.forwarding)
            on_transit(link, std::move(whole), frame_to_group);
        else
            drops.drop(judged.error(), whole.size());
        return {};
    }
    drops.set_ends(judged->header.source, judged->header.destination);
    whole.truncate(judged->header.total_length);  // RFC 791 3.1: what lies behind is padding
    if (!has_good_options(whole, judged->header, judged->to_group)) return {};
    if (judged->header.is_fragment()) {
        auto packet = on_fragment(*judged, std::move(whole), link);
        return packet ? on_packet(std::move(*packet)) : Arrival{};
    }
    const bool is_usual = !judged->to_group && judged->header.header_length == wire::ipv4_header_least &&
                          judged->header.protocol != wire::protocol::icmp;
    if (is_usual) familiar.remember(link, frame.bytes.view(), judged->header, addresses);
    // RFC 6864 4.1: the identification of a packet that is whole means nothing.
    wire::PacketIn packet = packet_from(judged->header, std::move(whole), link, judged->to_group);
    packet.checksum_good = frame.checksum_good;
    packet.segment_bytes = frame.segment_bytes;
    return on_packet(std::move(packet));
}

bool IpLayer::Parts::has_good_options(const Slice& whole, const wire::Ipv4Header& header, bool to_group) {
    if (header.header_length == wire::ipv4_header_least) return true;
    const auto options = wire::walk_ipv4_options(whole.view().first(header.header_length));
    if (!options) {
        drops.drop(Reason::ip_bad_options, whole.size());
        // RFC 1122 3.2.2.5: a parameter problem points at the octet that is wrong.
        owe_error({wire::icmp_type::parameter_problem, 0, std::uint32_t{options.error()} << 24U, whole,
                   to_group, !addresses.is_ours(header.destination)});
        return false;
    }
    // Choice: source routes are refused (RFC 7126 4.3, 4.4); RFC 1122 3.2.1.8 would take completed ones.
    if (options->source_route) drops.drop(Reason::ip_source_routed, whole.size());
    return !options->source_route;
}

std::optional<wire::PacketIn> IpLayer::Parts::on_fragment(const JudgedPacket& judged, Slice whole,
                                                          LinkId link) {
    ++counters.fragments_in;
    const std::uint32_t length = whole.size();
    auto packet = fragments.add({judged.header, std::move(whole), link, judged.to_group}, now);
    if (!packet) {
        drops.drop(packet.error(), length);
        return std::nullopt;
    }
    if (*packet) ++counters.reassembled;
    return std::move(*packet);
}

IpLayer::Arrival IpLayer::Parts::on_packet(wire::PacketIn packet) {
    if (packet.protocol == wire::protocol::icmp) return on_icmp(std::move(packet));
    ++counters.ip_delivered;
    return packet;
}

IpLayer::Arrival IpLayer::Parts::on_icmp(wire::PacketIn packet) {
    ++counters.icmp_in;
    const auto header = wire::parse_icmp(packet.payload.view());
    Reason reason = header ? Reason::none : header.error();
    const bool is_copied = header && icmp_is_kept && icmp_copies.size() < settings.reply_queue;
    if (is_copied) icmp_copies.push_back(packet);
    if (header) switch (header->type) {
            case wire::icmp_type::echo_request:
                reason = replies.owe_echo(packet, *header, now);
                counters.echo_requests += reason == Reason::none ? 1 : 0;
                break;
            case wire::icmp_type::echo_reply:
                reason = echoes.on_reply(packet, *header, pool);
                if (is_copied) reason = Reason::none;  // a raw socket has it
                break;
            case wire::icmp_type::unreachable:
            case wire::icmp_type::time_exceeded:
            case wire::icmp_type::parameter_problem: {
                ++counters.icmp_errors_in;
                auto failed = read_icmp_error(packet, *header);
                if (failed) return std::move(*failed);
                reason = failed.error();
                break;
            }
            // RFC 6633: source quench is ignored.
            case wire::icmp_type::source_quench: reason = Reason::icmp_source_quench; break;
            // Choice: redirects are ignored (RFC 1122 3.2.2.2 would believe the gateway in use; so would an attacker).
            case wire::icmp_type::redirect: reason = Reason::icmp_redirect_ignored; break;
            // RFC 1122 3.2.2: unknown types are dropped silently. Timestamp, mask and information requests, and router
            // discovery, are not offered (3.2.2.7 to 3.2.2.9).
            default: reason = Reason::icmp_unknown_type; break;
        }
    if (reason != Reason::none) drops.drop(reason, packet.payload.size());
    return {};
}

void IpLayer::Parts::owe_error(const Problem& problem) {
    const Reason reason = replies.owe_error(problem, now);
    if (reason != Reason::none) drops.drop(reason, problem.about.size());
}

void IpLayer::Parts::settle() {
    while (neighbors.has_given_up()) {
        const Neighbors::GivenUp given_up = neighbors.next_given_up();
        drops.drop(given_up.reason, given_up.packet.size());
        // RFC 1122 2.4: that we do not know an address is no failure; that nobody answers for it is.
        if (given_up.reason == Reason::arp_failed)
            fail(given_up.packet, wire::DeliveryError::neighbor_failed, 0);
    }
    while (auto discarded = fragments.next_discarded()) {
        drops.drop(discarded->reason, discarded->length);
        // RFC 1122 3.3.2: time exceeded, code 1, if fragment zero arrived.
        if (discarded->reason == Reason::fragment_timeout && !discarded->first.empty())
            owe_error({wire::icmp_type::time_exceeded, wire::icmp_code::reassembly, 0, discarded->first,
                       discarded->to_group});
    }
}

}  // namespace sluice::net
