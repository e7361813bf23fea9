#include "unit/net/lab.h"

#include <algorithm>
#include <numeric>

namespace sluice::net::test {
namespace {

std::uint16_t fold(std::uint32_t sum) {
    while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(sum);
}

// 0xffff when the checksum inside is right; libtins sums the words in host order, which does not matter for that.
std::uint16_t sum_of(const Octets& octets, std::size_t begin, std::size_t end) {
    return fold(Tins::Utils::do_checksum(octets.data() + begin, octets.data() + end));
}

std::size_t ip_header(const Octets& frame) {
    return static_cast<std::size_t>(frame.at(ethernet) & 0x0fU) * 4;
}

void put(Octets& octets, std::size_t at, std::uint16_t value) {
    octets.at(at) = static_cast<std::uint8_t>(value >> 8U);
    octets.at(at + 1) = static_cast<std::uint8_t>(value);
}

// The checksum field that makes [begin, end) sum to 0xffff; the field is zero now.
std::uint16_t checksum_of(const Octets& octets, std::size_t begin, std::size_t end) {
    std::uint32_t sum = 0;
    for (std::size_t i = begin; i < end; i += 2)
        sum += static_cast<std::uint32_t>(octets.at(i) << 8U) + (i + 1 < end ? octets.at(i + 1) : 0U);
    return static_cast<std::uint16_t>(~fold(sum));
}

}  // namespace

wire::Address ip(const std::string& text) { return wire::parse_address(text).value(); }
wire::MacAddress mac(const std::string& text) { return wire::parse_mac(text).value(); }

Lab::Lab(LabOptions options) : layer(options.settings, Random(7), pool, counters, trace) {
    link = layer.attach(mac(our_mac), options.link);
    if (!options.with_address) return;
    layer.add_address(link, {ip(our_ip), 24}, now);
    frames();
    counters = {};
}

IpLayer::Arrival Lab::receive(const Octets& frame, bool checksum_good) {
    FrameIn in;
    in.bytes = pool.copy(frame);
    in.checksum_good = checksum_good;
    return layer.receive(link, std::move(in), 0, now);
}

void Lab::meet(const std::string& address, const std::string& mac_text) {
    receive(arp_frame(1, address, mac_text, our_ip));
    const Arp reply = read_arp(frame());
    REQUIRE(reply.operation == 2);
}

std::vector<Octets> Lab::frames() {
    std::vector<Octets> all;
    while (layer.next_frame(out, now)) all.push_back(octets_of(out));
    return all;
}

Octets Lab::frame() {
    auto all = frames();
    REQUIRE(all.size() == 1);
    return all[0];
}

void Lab::after(Duration time) {
    const Instant end = now + time;
    while (layer.next_deadline() <= end) {
        REQUIRE(layer.next_deadline() > now);  // else it asked to be woken for nothing
        now = layer.next_deadline();
        layer.on_time(now);
        for (Octets& frame : frames()) sent.push_back(std::move(frame));
    }
    now = end;
    layer.on_time(now);
}

Sent Lab::send(const std::string& to, const Octets& data, bool dont_fragment, std::uint8_t protocol) {
    wire::PacketOut packet;
    packet.destination = ip(to);
    packet.protocol = protocol;
    packet.dont_fragment = dont_fragment;
    packet.has_checksum = false;
    if (!data.empty()) packet.payload.push_back(pool.copy(data));
    return send(packet);
}

Sent Lab::send(wire::PacketOut& packet) {
    const Sent what = layer.send(packet, out, now);
    if (what == Sent::frame) sent.push_back(octets_of(out));
    return what;
}

std::uint64_t Lab::all_drops() const {
    return std::accumulate(counters.dropped.begin(), counters.dropped.end(), std::uint64_t{0});
}

const NeighborView* Lab::neighbor(const std::string& address) {
    neighbors_ = layer.neighbors();
    for (const NeighborView& view : neighbors_)
        if (view.address == ip(address)) return &view;
    return nullptr;
}

Octets octets_of(const FrameOut& frame) {
    Octets octets = from_view(frame.header());
    for (const Slice& slice : frame.payload)
        octets.insert(octets.end(), slice.view().begin(), slice.view().end());
    return octets;
}

Octets from_view(ByteView view) { return {view.begin(), view.end()}; }

Tins::EthernetII ethernet_frame(const std::string& to, const std::string& from) { return {to, from}; }

Octets ip_frame(const IpFields& fields, const Octets& data) {
    Tins::EthernetII frame(fields.to_mac, fields.from_mac);
    Tins::IP packet(fields.destination, fields.source);
    packet.ttl(fields.ttl);
    packet.id(fields.id);
    packet.protocol(fields.protocol);
    unsigned flags = fields.dont_fragment ? 2U : 0U;
    if (fields.more) flags |= 1U;
    packet.flags(static_cast<Tins::IP::Flags>(flags));
    packet.fragment_offset(static_cast<std::uint16_t>(fields.offset / 8));
    Octets payload =
        fields.options;  // libtins 4 spoils packets with options, so they are moved into the header below
    payload.insert(payload.end(), data.begin(), data.end());
    if (!payload.empty()) packet /= Tins::RawPDU(payload.data(), static_cast<std::uint32_t>(payload.size()));
    frame /= packet;
    Octets octets = frame.serialize();
    octets[ethernet + 9] = fields.protocol;
    octets[ethernet] = static_cast<std::uint8_t>(0x45U + fields.options.size() / 4);
    octets[12] = 8;
    octets[13] = 0;
    mend(octets);
    return octets;
}

void mend(Octets& frame) {
    put(frame, ethernet + 10, 0);
    put(frame, ethernet + 10, checksum_of(frame, ethernet, ethernet + ip_header(frame)));
}

Octets arp_frame(std::uint16_t operation, const std::string& sender_ip, const std::string& sender_mac,
                 const std::string& target_ip, const std::string& target_mac, const std::string& to_mac) {
    Tins::ARP arp(target_ip, sender_ip, target_mac, sender_mac);
    arp.opcode(static_cast<Tins::ARP::Flags>(operation));
    Tins::EthernetII frame = Tins::EthernetII(to_mac, sender_mac) / arp;
    return frame.serialize();
}

Octets icmp_frame(std::uint8_t type, std::uint8_t code, std::uint32_t rest, const Octets& body,
                  const IpFields& fields) {
    Octets message{type, code, 0, 0};
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        message.push_back(static_cast<std::uint8_t>(rest >> shift));
    message.insert(message.end(), body.begin(), body.end());
    put(message, 2, checksum_of(message, 0, message.size()));
    IpFields of_icmp = fields;
    of_icmp.protocol = 1;
    return ip_frame(of_icmp, message);
}

Octets echo_frame(std::size_t data_size, const IpFields& fields, std::uint16_t id, std::uint16_t sequence) {
    Tins::EthernetII frame(fields.to_mac, fields.from_mac);
    Tins::IP packet(fields.destination, fields.source);
    packet.ttl(fields.ttl);
    packet.id(fields.id);
    if (fields.dont_fragment) packet.flags(Tins::IP::DONT_FRAGMENT);
    Tins::ICMP icmp;
    icmp.set_echo_request(id, sequence);
    const Octets data = pattern(data_size);
    frame /= packet;
    frame /= icmp;
    if (!data.empty()) frame /= Tins::RawPDU(data.data(), static_cast<std::uint32_t>(data.size()));
    return frame.serialize();
}

Octets pattern(std::size_t size, std::uint8_t first) {
    Octets octets(size);
    // A period of 251 keeps misplaced blocks of 8 from looking right.
    for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>((first + i) % 251);
    return octets;
}

Octets slice_of(const Octets& octets, std::size_t begin, std::size_t end) {
    return {octets.begin() + static_cast<std::ptrdiff_t>(begin),
            octets.begin() + static_cast<std::ptrdiff_t>(end)};
}

std::uint16_t u16_at(const Octets& octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets.at(at) << 8U | octets.at(at + 1));
}

bool is_arp(const Octets& frame) { return u16_at(frame, 12) == 0x0806; }

Arp read_arp(const Octets& frame) {
    const Tins::EthernetII read(frame.data(), static_cast<std::uint32_t>(frame.size()));
    const auto* arp = read.find_pdu<Tins::ARP>();
    REQUIRE(arp != nullptr);
    return {read.dst_addr().to_string(),
            read.src_addr().to_string(),
            arp->sender_ip_addr().to_string(),
            arp->sender_hw_addr().to_string(),
            arp->target_ip_addr().to_string(),
            arp->target_hw_addr().to_string(),
            arp->opcode()};
}

Ip read_ip(const Octets& frame) {
    const Tins::EthernetII read(frame.data(), static_cast<std::uint32_t>(frame.size()));
    const auto* packet = read.find_pdu<Tins::IP>();
    REQUIRE(packet != nullptr);
    const std::size_t header = ip_header(frame);
    REQUIRE(packet->tot_len() + ethernet == frame.size());
    REQUIRE(sum_of(frame, ethernet, ethernet + header) == 0xffff);
    Ip seen;
    seen.to_mac = read.dst_addr().to_string();
    seen.from_mac = read.src_addr().to_string();
    seen.source = packet->src_addr().to_string();
    seen.destination = packet->dst_addr().to_string();
    seen.protocol = packet->protocol();
    seen.ttl = packet->ttl();
    seen.tos = packet->tos();
    seen.id = packet->id();
    seen.dont_fragment = (packet->flags() & Tins::IP::DONT_FRAGMENT) != 0;
    seen.more = (packet->flags() & Tins::IP::MORE_FRAGMENTS) != 0;
    seen.offset = packet->fragment_offset() * 8U;
    seen.data = slice_of(frame, ethernet + header, frame.size());
    return seen;
}

Icmp read_icmp(const Octets& frame) {
    Icmp seen;
    seen.ip = read_ip(frame);
    const Octets& message = seen.ip.data;
    REQUIRE(seen.ip.protocol == 1);
    REQUIRE(message.size() >= 8);
    REQUIRE(sum_of(message, 0, message.size()) == 0xffff);
    const Tins::ICMP icmp(message.data(), static_cast<std::uint32_t>(message.size()));
    seen.type = static_cast<std::uint8_t>(icmp.type());
    seen.code = icmp.code();
    seen.rest = std::uint32_t{u16_at(message, 4)} << 16U | u16_at(message, 6);
    seen.body = slice_of(message, 8, message.size());
    return seen;
}

}  // namespace sluice::net::test
