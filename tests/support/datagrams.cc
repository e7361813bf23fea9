#include "support/datagrams.h"

#include <tins/tins.h>

namespace sluice::test {

wire::Address ip(const std::string& text) { return wire::parse_address(text).value(); }

namespace {

constexpr std::size_t ethernet_length = 14;

StackConfig config_of(const std::function<void(StackConfig&)>& change) {
    StackConfig config;
    config.net.probe_addresses = false;
    config.net.announce_count = 1;
    config.start = Instant(100s);
    config.trace = TraceMode::all;
    if (change) change(config);
    return config;
}

Tins::IP ip_of(const UdpFields& fields) {
    Tins::IP packet(fields.destination, fields.source);
    packet.ttl(fields.hop_limit);
    packet.tos(fields.traffic_class);
    return packet;
}

bool is_right(const SeenPacket& packet) {
    std::uint32_t sum = packet.protocol + static_cast<std::uint32_t>(packet.payload.size());
    for (const std::string& text : {packet.source, packet.destination}) {
        const std::uint32_t address = ip(text).to_v4();
        sum += (address >> 16U) + (address & 0xffffU);
    }
    Octets octets = packet.payload;
    if (octets.size() % 2 != 0) octets.push_back(0);
    for (std::size_t i = 0; i < octets.size(); i += 2)
        sum += static_cast<std::uint32_t>(octets[i] << 8U) + octets[i + 1];
    while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
    return sum == 0xffff;
}

SeenPacket read_packet(const Octets& frame) {
    const Tins::EthernetII ethernet(frame.data(), static_cast<std::uint32_t>(frame.size()));
    const auto& packet = ethernet.rfind_pdu<Tins::IP>();
    SeenPacket seen;
    seen.to_mac = ethernet.dst_addr().to_string();
    seen.source = packet.src_addr().to_string();
    seen.destination = packet.dst_addr().to_string();
    seen.protocol = packet.protocol();
    seen.hop_limit = packet.ttl();
    seen.traffic_class = packet.tos();
    seen.identification = packet.id();
    seen.dont_fragment = (packet.flags() & Tins::IP::DONT_FRAGMENT) != 0;
    seen.more = (packet.flags() & Tins::IP::MORE_FRAGMENTS) != 0;
    seen.offset = packet.fragment_offset() * 8U;
    REQUIRE(packet.head_len() == 5);
    REQUIRE(packet.tot_len() + ethernet_length <= frame.size());
    seen.payload.assign(frame.begin() + ethernet_length + 20,
                        frame.begin() + ethernet_length + packet.tot_len());
    seen.checksum_is_right = is_right(seen);
    return seen;
}

}  // namespace

wire::Endpoint at(const std::string& address, std::uint16_t port) { return {ip(address), port}; }
Octets octets_of(const std::string& text) { return {text.begin(), text.end()}; }
std::string text_of_octets(ByteView octets) { return {octets.begin(), octets.end()}; }

Octets udp_frame(const std::string& text, const UdpFields& fields) {
    Tins::EthernetII frame =
        Tins::EthernetII(Tins::HWAddress<6>(fields.to_mac), Tins::HWAddress<6>(peer_mac)) / ip_of(fields) /
        Tins::UDP(fields.destination_port, fields.source_port) / Tins::RawPDU(text);
    return frame.serialize();
}

Octets ip_frame_of(std::uint8_t protocol, const Octets& payload, const UdpFields& fields) {
    Tins::IP packet = ip_of(fields);
    packet.protocol(protocol);
    Tins::EthernetII frame =
        Tins::EthernetII(Tins::HWAddress<6>(fields.to_mac), Tins::HWAddress<6>(peer_mac)) / packet /
        Tins::RawPDU(payload.data(), static_cast<std::uint32_t>(payload.size()));
    return frame.serialize();
}

DatagramLab::DatagramLab(const std::function<void(StackConfig&)>& change,
                         const LinkCapabilities& capabilities)
    : stack(config_of(change)) {
    link = stack.attach(wire::parse_mac(own_mac).value(), capabilities);
    stack.add_address(link, {ip(stack_ip), 24});
    FrameOut frame;
    while (stack.next_frame(frame)) {
    }  // the announcement
}

UdpSocket DatagramLab::open(std::uint16_t port, UdpOptions options, const std::string& address) {
    auto socket = stack.open_udp(options);
    REQUIRE(socket.has_value());
    REQUIRE(socket->bind(at(address, port)).has_value());
    return std::move(*socket);
}

void DatagramLab::receives(Octets frame, bool checksum_good) {
    FrameIn in;
    in.bytes = stack.pool().copy(frame);
    in.checksum_good = checksum_good;
    stack.receive(link, std::move(in), now);
}

void DatagramLab::receives_udp(const std::string& text, const UdpFields& fields) {
    receives(udp_frame(text, fields));
}

void DatagramLab::receives_error(std::uint8_t type, std::uint8_t code, const SeenPacket& about,
                                 std::uint16_t mtu, const std::string& reporter) {
    Tins::IP quoted(about.destination, about.source);
    quoted.protocol(about.protocol);
    Octets quote =
        (quoted / Tins::RawPDU(about.payload.data(), static_cast<std::uint32_t>(about.payload.size())))
            .serialize();
    Octets message{
        type, code, 0, 0, 0, 0, static_cast<std::uint8_t>(mtu >> 8U), static_cast<std::uint8_t>(mtu)};
    message.insert(message.end(), quote.begin(), quote.end());
    if (message.size() % 2 != 0) message.push_back(0);
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < message.size(); i += 2)
        sum += static_cast<std::uint32_t>(message[i] << 8U) + message[i + 1];
    while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
    message[2] = static_cast<std::uint8_t>(~sum >> 8U);
    message[3] = static_cast<std::uint8_t>(~sum);
    UdpFields fields;
    fields.source = reporter;
    receives(ip_frame_of(1, message, fields));
}

void DatagramLab::answer_arp(const Seen& request) {
    receives(build_arp_reply(request.arp_target, peer_mac, stack_ip, own_mac));
}

std::vector<SeenPacket> DatagramLab::sent() {
    std::vector<SeenPacket> packets;
    FrameOut frame;
    while (stack.next_frame(frame)) {
        Octets octets(frame.header().begin(), frame.header().end());
        for (const Slice& slice : frame.payload)
            octets.insert(octets.end(), slice.view().begin(), slice.view().end());
        if (octets.at(12) == 0x08 && octets.at(13) == 0x06) {
            const Seen seen = read_frame(octets, now);
            const bool is_announcement = seen.arp_sender == seen.arp_target;
            if (seen.kind == Seen::Kind::arp_request && !is_announcement && seen.arp_target != other_ip)
                answer_arp(seen);
            continue;
        }
        packets.push_back(read_packet(octets));
    }
    return packets;
}

SeenPacket DatagramLab::sends_one() {
    auto all = sent();
    REQUIRE(all.size() == 1);
    return all[0];
}

void DatagramLab::after(Duration time) {
    const Instant end = now + time;
    for (;;) {
        sent();
        const Instant next = stack.next_deadline();
        if (next > end) break;
        now = next;
        stack.on_time(now);
    }
    now = end;
    stack.on_time(now);
}

std::string next_text(DatagramSocket& socket) {
    const auto datagram = socket.receive();
    return datagram ? text_of_octets(datagram->data.view()) : "-";
}

}  // namespace sluice::test
