#include "net/ingress.h"

namespace sluice::net {
namespace {

// RFC 1112 4: the group every host is a member of. Choice: no other group can be joined yet.
constexpr wire::Address all_hosts = wire::Address::v4(224, 0, 0, 1);

std::expected<bool, Reason> judge_destination(const wire::Address& to, bool frame_to_group,
                                              const Addresses& addresses) {
    // RFC 1122 3.2.1.3 (g): loopback addresses never come from outside.
    if (to.is_loopback()) return std::unexpected(Reason::ip_not_for_us);
    if (addresses.is_ours(to)) {
        // RFC 1122 3.3.6: a unicast packet in a link broadcast is dropped.
        if (frame_to_group) return std::unexpected(Reason::ip_unicast_in_group_frame);
        return false;
    }
    if (to == all_hosts || addresses.is_broadcast(to)) return true;
    return std::unexpected(Reason::ip_not_for_us);
}

}  // namespace

bool is_host_address(const wire::Address& address) {
    const std::uint32_t first = address.to_v4() >> 24U;
    return first != 0 && first != 127 && first < 224;
}

std::expected<JudgedFrame, Reason> judge_frame(ByteView frame, const wire::MacAddress& own) {
    const auto header = wire::parse_ethernet(frame);
    if (!header) return std::unexpected(header.error());
    const bool to_group = header->destination.is_group();
    const bool for_us = header->destination == own || header->destination.is_broadcast() ||
                        header->destination == wire::multicast_mac(all_hosts);
    if (!for_us) return std::unexpected(Reason::eth_not_for_us);
    // IEEE 802.3 3.2.3: a source is never a group.
    if (header->source.is_group()) return std::unexpected(Reason::eth_bad_source);
    // Our own frames come back on a link with a loop, and no other station has our address.
    if (header->source == own) return std::unexpected(Reason::eth_own_source);
    // RFC 1122 2.3.1: Ethernet II; a length in place of the type means IEEE 802.3, which we need not read.
    if (header->type != wire::ether_type::ipv4 && header->type != wire::ether_type::arp)
        return std::unexpected(Reason::eth_unknown_type);
    return JudgedFrame{*header, to_group};
}

std::expected<JudgedPacket, Reason> judge_packet(ByteView packet, bool frame_to_group,
                                                 const Addresses& addresses) {
    const auto header = wire::parse_ipv4(packet);
    if (!header) return std::unexpected(header.error());
    // RFC 1122 3.2.1.3: the destination is ours or a group we belong to.
    // Choice: any address of ours on any link (the weak host model, RFC 1122 3.3.4.2).
    const auto to_group = judge_destination(header->destination, frame_to_group, addresses);
    if (!to_group) return std::unexpected(to_group.error());
    // RFC 1122 3.2.1.3: the source is one host's address, and another host's.
    if (addresses.is_ours(header->source)) return std::unexpected(Reason::ip_own_source);
    if (!is_host_address(header->source) || addresses.is_broadcast(header->source))
        return std::unexpected(Reason::ip_bad_source);
    return JudgedPacket{*header, *to_group};
}

}  // namespace sluice::net
