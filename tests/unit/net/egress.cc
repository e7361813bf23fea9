// From a packet to frames: header, fragments, checksums, super-segments.
#include "net/egress.h"

#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

// A UDP datagram or TCP segment from us, its checksum left to net.
wire::PacketOut transport(Lab& lab, std::uint8_t protocol, const Octets& header, const Octets& data) {
    wire::PacketOut packet;
    packet.source = ip(our_ip);
    packet.destination = ip(peer_ip);
    packet.protocol = protocol;
    packet.checksum_offset = protocol == 6 ? 16 : 6;
    Writer out(packet.header_room());
    out.bytes(header);
    packet.header_length = static_cast<std::uint32_t>(header.size());
    if (!data.empty()) packet.payload.push_back(lab.slice(data));
    return packet;
}

wire::PacketOut udp(Lab& lab, const Octets& data) {
    const auto length = static_cast<std::uint16_t>(data.size() + 8);
    return transport(
        lab, 17,
        {0x9c, 0x40, 0, 53, static_cast<std::uint8_t>(length >> 8U), static_cast<std::uint8_t>(length), 0, 0},
        data);
}

wire::PacketOut tcp(Lab& lab, const Octets& data) {
    Octets header(20, 0);
    header[1] = 80;
    header[3] = 81;
    header[12] = 0x50;
    header[13] = 0x10;
    return transport(lab, 6, header, data);
}

// Whether libtins would compute the same checksum: it fills its own in when it serialises.
bool checksum_is_good(const Octets& frame) {
    Tins::EthernetII read(frame.data(), static_cast<std::uint32_t>(frame.size()));
    Octets again = read.serialize();
    again.resize(frame.size());
    return again == frame;
}

LabOptions with_mtu(std::uint32_t mtu) {
    LabOptions options;
    options.link.mtu = mtu;
    return options;
}

TEST_CASE("a packet that fits leaves as it is, atomic and without identification [R791-9] [RFC 6864 4.1]") {
    Lab lab;
    lab.meet();
    CHECK(lab.send(peer_ip, pattern(1480)) == Sent::frame);
    const Ip seen = read_ip(lab.sent.at(0));
    CHECK(seen.to_mac == peer_mac);
    CHECK(seen.from_mac == our_mac);
    CHECK(seen.source == our_ip);
    CHECK(seen.destination == peer_ip);
    CHECK(seen.ttl == 64);
    CHECK(seen.id == 0);
    CHECK(seen.dont_fragment);
    CHECK_FALSE(seen.more);
    CHECK(seen.data == pattern(1480));
}

TEST_CASE("fragments are cut at multiples of 8, the last takes the rest [R791-4] [RFC 791 3.2]") {
    Lab lab(with_mtu(576));
    lab.meet();
    wire::PacketOut packet = udp(lab, pattern(2000));
    packet.dont_fragment = false;
    CHECK(lab.send(packet) == Sent::kept);
    const auto frames = lab.frames();
    REQUIRE(frames.size() == 4);
    Octets data;
    for (std::size_t i = 0; i < 4; ++i) {
        const Ip seen = read_ip(frames[i]);
        CHECK(seen.offset == i * 552);
        CHECK(seen.more == (i < 3));
        CHECK(seen.data.size() == (i < 3 ? 552 : 2008 - 3 * 552));
        CHECK_FALSE(seen.dont_fragment);
        CHECK(seen.id == read_ip(frames[0]).id);
        data.insert(data.end(), seen.data.begin(), seen.data.end());
    }
    CHECK(checksum_is_good(ip_frame(
        {.source = our_ip, .destination = peer_ip, .protocol = 17, .to_mac = peer_mac, .from_mac = our_mac},
        data)));
    CHECK(slice_of(data, 8, 2008) == pattern(2000));
    CHECK(lab.counters.fragments_out == 4);
}

TEST_CASE("fragments of every size put together give the packet back [R791-4] [RFC 791 3.2]") {
    for (const std::uint32_t mtu : {68U, 69U, 75U, 76U, 576U, 1006U, 1500U})
        for (const std::size_t size : {60U, 1472U, 1473U, 1480U, 1481U, 2960U, 2961U, 9000U, 65507U}) {
            CAPTURE(mtu);
            CAPTURE(size);
            Lab lab(with_mtu(mtu));
            lab.meet();
            wire::PacketOut packet = udp(lab, pattern(size));
            packet.dont_fragment = false;
            const Sent what = lab.send(packet);
            std::vector<Octets> frames = lab.frames();
            if (what == Sent::frame) frames = lab.sent;
            Octets data;
            for (std::size_t i = 0; i < frames.size(); ++i) {
                const Ip seen = read_ip(frames[i]);
                CHECK(frames[i].size() <= mtu + ethernet);
                CHECK(seen.offset == data.size());
                CHECK(seen.more == (i + 1 < frames.size()));
                data.insert(data.end(), seen.data.begin(), seen.data.end());
            }
            CHECK(slice_of(data, 8, data.size()) == pattern(size));
        }
}

TEST_CASE(
    "a packet that must not be fragmented and does not fit is an error of ours [R791-4] [R791-9] [RFC 791 "
    "3.2]") {
    Lab lab(with_mtu(576));
    CHECK(lab.send(peer_ip, pattern(557)) == Sent::dropped);
    CHECK(lab.is_silent());
    CHECK(lab.drops(Reason::ip_too_big) == 1);
    const auto failed = lab.layer.next_failure();
    REQUIRE(failed);
    CHECK(failed->error == wire::DeliveryError::packet_too_big);
    CHECK(failed->mtu == 576);
}

TEST_CASE("a packet longer than any datagram is refused, fragmented or not") {
    Lab lab;
    lab.meet();
    CHECK(lab.send(peer_ip, pattern(65516), false) == Sent::dropped);
    CHECK(lab.send(peer_ip, pattern(65515), false) == Sent::kept);
    CHECK(lab.drops(Reason::ip_too_big) == 1);
}

TEST_CASE(
    "a packet that may be fragmented gets another identification each time it is sent [R791-8] [RFC 6864 "
    "4.2]") {
    Lab lab;
    lab.meet();
    CHECK(lab.send(peer_ip, pattern(100), false) == Sent::frame);
    CHECK(lab.send(peer_ip, pattern(100), false) == Sent::frame);
    const Ip first = read_ip(lab.sent.at(0));
    const Ip second = read_ip(lab.sent.at(1));
    CHECK_FALSE(first.dont_fragment);
    CHECK(first.id != second.id);
}

TEST_CASE("a transport may choose time to live and type of service [R1122-5] [R768-8] [RFC 1122 3.2.1.7]") {
    LabOptions options;
    options.settings.hop_limit = 32;
    Lab lab(options);
    lab.meet();
    wire::PacketOut packet = udp(lab, pattern(10));
    lab.send(packet);
    CHECK(read_ip(lab.sent.at(0)).ttl == 32);
    CHECK(read_ip(lab.sent.at(0)).tos == 0);
    packet = udp(lab, pattern(10));
    packet.hop_limit = 5;
    packet.traffic_class = 0xb8;
    lab.send(packet);
    CHECK(read_ip(lab.sent.at(1)).ttl == 5);
    CHECK(read_ip(lab.sent.at(1)).tos == 0xb8);
}

TEST_CASE(
    "a multicast stays on the link unless it is told otherwise, and the default is never zero [R1122-4] [RFC "
    "1112 6.1]") {
    Lab lab;
    CHECK(lab.send("224.0.0.251", {1}) == Sent::frame);
    const Ip seen = read_ip(lab.sent.at(0));
    CHECK(seen.ttl == 1);
    CHECK(seen.to_mac == "01:00:5e:00:00:fb");
    CHECK(lab.is_silent());
}

TEST_CASE("broadcasts need no neighbour [RFC 1122 3.3.6]") {
    Lab lab;
    for (const char* to : {"255.255.255.255", "192.0.2.255"}) {
        CHECK(lab.send(to, {1}) == Sent::frame);
        CHECK(read_ip(lab.sent.back()).to_mac == all_macs);
        CHECK(read_ip(lab.sent.back()).source == our_ip);
    }
    CHECK(lab.is_silent());
}

TEST_CASE("nothing leaves with a source that is not ours [R1122-3] [R768-6] [RFC 1122 3.2.1.3]") {
    Lab lab;
    lab.meet();
    for (const char* source : {other_ip, "255.255.255.255", "192.0.2.255", "224.0.0.1"}) {
        wire::PacketOut packet = udp(lab, {1});
        packet.source = ip(source);
        CHECK(lab.send(packet) == Sent::dropped);
    }
    CHECK(lab.drops(Reason::ip_bad_source) == 4);
    wire::PacketOut packet = udp(lab, {1});
    packet.source = ip("127.0.0.1");
    CHECK(lab.send(packet) == Sent::dropped);
    CHECK(lab.sent.empty());
}

TEST_CASE(
    "transport checksums are computed over pseudo-header, header and every slice [R768-3] [RFC 9293 3.1]") {
    for (const std::size_t cut : {0U, 1U, 7U, 99U, 100U}) {
        Lab lab;
        lab.meet();
        for (const bool is_tcp : {true, false}) {
            const Octets data = pattern(101);
            wire::PacketOut packet =
                is_tcp ? tcp(lab, slice_of(data, 0, cut)) : udp(lab, slice_of(data, 0, cut));
            packet.payload.push_back(lab.slice(slice_of(data, cut, data.size())));
            if (!is_tcp) packet.header_bytes[5] = 109;
            CHECK(lab.send(packet) == Sent::frame);
            CHECK_FALSE(lab.out.needs_checksum);
            CHECK(checksum_is_good(lab.sent.back()));
        }
    }
}

TEST_CASE("a UDP checksum computed as zero is sent as all ones [R768-2] [RFC 768]") {
    Lab lab;
    lab.meet();
    wire::PacketOut probe = udp(lab, {0, 0});
    lab.send(probe);
    const Octets first = read_ip(lab.sent.at(0)).data;
    const std::uint16_t wanted = u16_at(first, 6);  // these two octets as data bring the sum to all ones
    wire::PacketOut packet =
        udp(lab, {static_cast<std::uint8_t>(wanted >> 8U), static_cast<std::uint8_t>(wanted)});
    lab.send(packet);
    CHECK(u16_at(read_ip(lab.sent.at(1)).data, 6) == 0xffff);
}

TEST_CASE("a device that computes checksums gets the pseudo-header's sum and where to put the rest") {
    LabOptions options;
    options.link.computes_checksums = true;
    Lab lab(options);
    lab.meet();
    wire::PacketOut packet = tcp(lab, pattern(100));
    CHECK(lab.send(packet) == Sent::frame);
    CHECK(lab.out.needs_checksum);
    CHECK(lab.out.checksum_start == 34);
    CHECK(lab.out.checksum_offset == 16);
    // What the device does: the one's complement sum from checksum_start on, complemented.
    Octets frame = lab.sent.at(0);
    std::uint32_t sum = 0;
    for (std::size_t i = 34; i < frame.size(); i += 2) sum += u16_at(frame, i);
    while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
    frame[50] = static_cast<std::uint8_t>(~sum >> 8U);
    frame[51] = static_cast<std::uint8_t>(~sum);
    CHECK(checksum_is_good(frame));
    packet = udp(lab, pattern(2000));
    packet.dont_fragment = false;
    CHECK(lab.send(packet) == Sent::kept);  // a device cannot sum over fragments
    while (lab.layer.next_frame(lab.out, lab.now)) CHECK_FALSE(lab.out.needs_checksum);
}

TEST_CASE("a super-segment the link can cut passes as one frame with its facts") {
    LabOptions options;
    options.link.send_segment_bytes = 65535;
    Lab lab(options);
    lab.meet();
    wire::PacketOut packet = tcp(lab, pattern(64000));
    packet.segment_bytes = 1460;
    CHECK(lab.send(packet) == Sent::frame);
    CHECK(lab.out.segment_bytes == 1460);
    CHECK(lab.out.needs_checksum);
    CHECK(lab.out.size() == ethernet + 20 + 20 + 64000);
    CHECK(read_ip(lab.sent.at(0)).data.size() == 64020);
    CHECK(lab.counters.ip_out == 1);
    packet = tcp(lab, pattern(1460));  // one segment is an ordinary frame
    packet.segment_bytes = 1460;
    CHECK(lab.send(packet) == Sent::frame);
    CHECK(lab.out.segment_bytes == 0);
    CHECK_FALSE(lab.out.needs_checksum);
}

TEST_CASE("a super-segment the link cannot cut is refused") {
    LabOptions options;
    options.link.send_segment_bytes = 10000;
    Lab lab(options);
    lab.meet();
    wire::PacketOut packet = tcp(lab, pattern(9961));
    packet.segment_bytes = 1460;
    CHECK(lab.send(packet) == Sent::dropped);
    CHECK(lab.drops(Reason::ip_too_big) == 1);
    packet = tcp(lab, pattern(9960));
    packet.segment_bytes = 1460;
    CHECK(lab.send(packet) == Sent::frame);
}

TEST_CASE("payload leaves by reference") {
    Lab lab;
    lab.meet();
    wire::PacketOut packet = udp(lab, {});
    const Slice data = lab.slice(pattern(1000));
    packet.payload.push_back(data);
    const auto chunks = lab.pool.chunks_in_use();
    CHECK(lab.send(packet) == Sent::frame);
    CHECK(lab.out.payload[0].chunk().same_as(data.chunk()));
    CHECK(lab.pool.chunks_in_use() == chunks);
}

}  // namespace
}  // namespace sluice::net::test
