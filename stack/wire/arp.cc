#include "wire/arp.h"

#include "wire/ethernet.h"

namespace sluice::wire {
namespace {

constexpr std::uint16_t hardware_ethernet = 1;
constexpr std::uint8_t mac_octets = 6;
constexpr std::uint8_t ipv4_octets = 4;

}  // namespace

std::expected<ArpPacket, Reason> parse_arp(ByteView octets) {
    Reader in(octets);
    const std::uint16_t hardware = in.u16();
    const std::uint16_t protocol = in.u16();
    const std::uint8_t hardware_length = in.u8();
    const std::uint8_t protocol_length = in.u8();
    if (!in.ok()) return std::unexpected(Reason::arp_short);
    // RFC 826 Packet Reception: "Do I have the hardware type? Do I speak the protocol?", and both lengths.
    if (hardware != hardware_ethernet || protocol != ether_type::ipv4 || hardware_length != mac_octets ||
        protocol_length != ipv4_octets)
        return std::unexpected(Reason::arp_bad_kind);
    ArpPacket packet;
    packet.operation = in.u16();
    packet.sender_mac = take_mac(in);
    packet.sender = Address::v4(in.u32());
    packet.target_mac = take_mac(in);
    packet.target = Address::v4(in.u32());
    if (!in.ok()) return std::unexpected(Reason::arp_short);
    return packet;
}

void write_arp(Writer& out, const ArpPacket& packet) {
    out.u16(hardware_ethernet);
    out.u16(ether_type::ipv4);
    out.u8(mac_octets);
    out.u8(ipv4_octets);
    out.u16(packet.operation);
    out.bytes(packet.sender_mac.octets);
    out.u32(packet.sender.to_v4());
    out.bytes(packet.target_mac.octets);
    out.u32(packet.target.to_v4());
}

}  // namespace sluice::wire
