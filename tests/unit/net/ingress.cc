// What a link may bring: Ethernet and IPv4 headers and their addresses.
#include "net/ingress.h"

#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

bool is_delivered(const IpLayer::Arrival& arrival) { return std::holds_alternative<wire::PacketIn>(arrival); }

TEST_CASE("a packet for us is delivered with what its header says") {
    Lab lab;
    IpFields fields;
    fields.ttl = 9;
    Octets frame = ip_frame(fields, pattern(40));
    frame[ethernet + 1] = 0xb9;
    mend(frame);
    const auto arrival = lab.receive(frame);
    REQUIRE(is_delivered(arrival));
    const auto& packet = std::get<wire::PacketIn>(arrival);
    CHECK(packet.source == ip(peer_ip));
    CHECK(packet.destination == ip(our_ip));
    CHECK(packet.protocol == 253);
    CHECK(packet.hop_limit == 9);
    CHECK(packet.traffic_class == 0xb9);
    CHECK_FALSE(packet.to_group);
    CHECK_FALSE(packet.is_looped);
    CHECK_FALSE(packet.checksum_good);
    CHECK(from_view(packet.payload.view()) == pattern(40));
    CHECK(from_view(packet.whole.view()) == slice_of(frame, ethernet, frame.size()));
    CHECK(lab.counters.ip_delivered == 1);
    CHECK(lab.all_drops() == 0);
}

TEST_CASE("payload is handed up by reference to the frame") {
    Lab lab;
    const Slice bytes = lab.slice(ip_frame({}, pattern(1000)));
    const auto chunks = lab.pool.chunks_in_use();
    const auto arrival = lab.layer.receive(lab.link, {bytes, true, 500}, 12, lab.now);
    REQUIRE(is_delivered(arrival));
    const auto& packet = std::get<wire::PacketIn>(arrival);
    CHECK(packet.payload.chunk().same_as(bytes.chunk()));
    CHECK(packet.whole.chunk().same_as(bytes.chunk()));
    CHECK(lab.pool.chunks_in_use() == chunks);
    CHECK(packet.checksum_good);
    CHECK(packet.segment_bytes == 500);
    CHECK(packet.frame == 12);
}

TEST_CASE("padding to the least Ethernet frame is not payload [R791-2] [RFC 791 3.1]") {
    Lab lab;
    const Octets frame = ip_frame({}, pattern(8));
    REQUIRE(frame.size() == 60);
    const auto arrival = lab.receive(frame);
    REQUIRE(is_delivered(arrival));
    CHECK(std::get<wire::PacketIn>(arrival).payload.size() == 8);
    CHECK(std::get<wire::PacketIn>(arrival).whole.size() == 28);
}

TEST_CASE(
    "each bad field of the header drops the packet under its own name [R791-1] [R1122-1] [RFC 1122 3.2.1]") {
    struct Row {
        std::size_t at;
        std::uint8_t value;
        Reason reason;
        bool is_mended;
    };
    for (const Row row :
         {Row{0, 0x65, Reason::ip_bad_version, true}, Row{0, 0x44, Reason::ip_bad_header_length, true},
          Row{3, 10, Reason::ip_bad_total_length, true}, Row{2, 1, Reason::ip_bad_total_length, true},
          Row{8, 65, Reason::ip_bad_checksum, false}, Row{16, 191, Reason::ip_bad_checksum, false}}) {
        Lab lab;
        Octets frame = ip_frame({}, pattern(40));
        frame[ethernet + row.at] = row.value;
        if (row.is_mended) mend(frame);
        CHECK_FALSE(is_delivered(lab.receive(frame)));
        CHECK(lab.drops(row.reason) == 1);
        CHECK(lab.all_drops() == 1);
        CHECK(lab.is_silent());
    }
}

TEST_CASE("a good frame cut off at any length is dropped and counted [R791-1]") {
    for (const Octets& good : {ip_frame({}, pattern(60)), slice_of(echo_frame(20), 0, 62),
                               slice_of(arp_frame(1, peer_ip, peer_mac, our_ip), 0, 42)}) {
        Lab lab;
        for (std::size_t length = 0; length < good.size(); ++length) {
            CHECK_FALSE(is_delivered(lab.receive(slice_of(good, 0, length))));
            CHECK(lab.all_drops() == length + 1);
        }
        CHECK(lab.is_silent());
    }
}

TEST_CASE("a destination that is not ours is dropped silently [R1122-2] [RFC 1122 3.2.1.3]") {
    Lab lab;
    for (const char* destination :
         {other_ip, far_ip, "127.0.0.1", "0.0.0.0", "224.0.0.5", "192.0.3.255", "192.0.2.0"})
        CHECK_FALSE(is_delivered(lab.receive(ip_frame({.destination = destination}, pattern(8)))));
    CHECK(lab.drops(Reason::ip_not_for_us) == 7);
    CHECK(lab.is_silent());
}

TEST_CASE("a source that is no single host is dropped silently [R1122-2] [R768-7] [RFC 1122 3.2.1.3]") {
    Lab lab;
    for (const char* source :
         {"0.0.0.0", "0.1.2.3", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.255"})
        CHECK_FALSE(is_delivered(lab.receive(ip_frame({.source = source}, pattern(8)))));
    CHECK(lab.drops(Reason::ip_bad_source) == 7);
    CHECK(lab.is_silent());
}

TEST_CASE("our own addresses never come from outside [R1122-2] [RFC 1122 3.2.1.3]") {
    Lab lab;
    for (const char* source : {our_ip, "127.0.0.1", "127.255.0.9"})
        CHECK_FALSE(is_delivered(lab.receive(ip_frame({.source = source}, pattern(8)))));
    CHECK(lab.drops(Reason::ip_own_source) == 3);
}

TEST_CASE(
    "broadcasts and the all-hosts group are taken, and marked [R1122-2] [RFC 1122 3.2.1.3] [RFC 1112 4]") {
    Lab lab;
    struct Row {
        const char* destination;
        const char* to_mac;
    };
    for (const Row row : {Row{"255.255.255.255", all_macs}, Row{"192.0.2.255", all_macs},
                          Row{"224.0.0.1", "01:00:5e:00:00:01"}, Row{"192.0.2.255", our_mac}}) {
        const auto arrival =
            lab.receive(ip_frame({.destination = row.destination, .to_mac = row.to_mac}, pattern(8)));
        REQUIRE(is_delivered(arrival));
        CHECK(std::get<wire::PacketIn>(arrival).to_group);
    }
}

TEST_CASE("a unicast packet in a broadcast frame is dropped [R1122-12] [RFC 1122 3.3.6]") {
    Lab lab;
    CHECK_FALSE(is_delivered(lab.receive(ip_frame({.to_mac = all_macs}, pattern(8)))));
    CHECK_FALSE(is_delivered(lab.receive(ip_frame({.to_mac = "01:00:5e:00:00:01"}, pattern(8)))));
    CHECK(lab.drops(Reason::ip_unicast_in_group_frame) == 2);
}

TEST_CASE("a time to live of zero or one is no reason to drop what is for us [R1122-4] [RFC 1122 3.2.1.7]") {
    Lab lab;
    for (const std::uint8_t ttl : {std::uint8_t{0}, std::uint8_t{1}})
        CHECK(is_delivered(lab.receive(ip_frame({.ttl = ttl}, pattern(8)))));
}

TEST_CASE("unknown options are ignored and handed up with the header [R1122-6] [RFC 1122 3.2.1.8]") {
    Lab lab;
    const auto arrival = lab.receive(ip_frame({.options = {0x9e, 6, 1, 2, 3, 4, 0, 0}}, pattern(30)));
    REQUIRE(is_delivered(arrival));
    const auto& packet = std::get<wire::PacketIn>(arrival);
    CHECK(from_view(packet.payload.view()) == pattern(30));
    CHECK(packet.whole.size() == 20 + 8 + 30);
    CHECK(packet.whole.view()[20] == 0x9e);
}

TEST_CASE("a malformed option drops the packet and is pointed at [R1122-6] [RFC 1122 3.2.2.5]") {
    Lab lab;
    lab.meet();
    CHECK_FALSE(is_delivered(lab.receive(ip_frame({.options = {1, 0x9e, 0, 0}}, pattern(30)))));
    CHECK(lab.drops(Reason::ip_bad_options) == 1);
    const Icmp problem = read_icmp(lab.frame());
    CHECK(problem.type == 12);
    CHECK(problem.code == 0);
    CHECK(problem.rest == 21U << 24U);
}

TEST_CASE("source routes are refused, completed or not [R1122-6] [RFC 7126 4.3]") {
    Lab lab;
    for (const std::uint8_t kind : {std::uint8_t{131}, std::uint8_t{137}})
        CHECK_FALSE(
            is_delivered(lab.receive(ip_frame({.options = {kind, 7, 8, 198, 51, 100, 7, 0}}, pattern(30)))));
    CHECK(lab.drops(Reason::ip_source_routed) == 2);
    CHECK(lab.is_silent());
}

TEST_CASE("frames of other stations, types and sources are dropped by name") {
    Lab lab;
    const Octets good = ip_frame({}, pattern(40));
    struct Row {
        std::size_t at;
        std::uint8_t value;
        Reason reason;
    };
    for (const Row row : {Row{5, 9, Reason::eth_not_for_us}, Row{0, 1, Reason::eth_not_for_us},
                          Row{6, 3, Reason::eth_bad_source}, Row{12, 0x86, Reason::eth_unknown_type},
                          Row{12, 0, Reason::eth_unknown_type}}) {
        Octets frame = good;
        frame[row.at] = row.value;
        CHECK_FALSE(is_delivered(lab.receive(frame)));
        CHECK(lab.drops(row.reason) > 0);
    }
    CHECK_FALSE(is_delivered(lab.receive(ip_frame({.from_mac = our_mac}, pattern(8)))));
    CHECK(lab.drops(Reason::eth_own_source) == 1);
    CHECK(lab.all_drops() == 6);
}

TEST_CASE("every drop leaves a trace record with its reason, length and frame") {
    Lab lab;
    std::vector<TraceRecord> records;
    lab.trace.drain([](const TraceRecord&) {});
    const Octets frame = ip_frame({.destination = other_ip}, pattern(40));
    lab.layer.receive(lab.link, {lab.slice(frame), false, 0}, 17, lab.now);
    lab.trace.drain([&](const TraceRecord& record) { records.push_back(record); });
    REQUIRE(records.size() == 1);
    CHECK(records[0].kind == Kind::segment_dropped);
    CHECK(records[0].connection == 0);
    CHECK(records[0].reason == Reason::ip_not_for_us);
    CHECK(records[0].length == frame.size() - ethernet);
    CHECK(records[0].frame == 17);
    CHECK(records[0].time_ns == lab.now.time_since_epoch().count());
}

TEST_CASE("a super-segment of 64 KiB is delivered like any packet") {
    Lab lab;
    const auto arrival = lab.receive(ip_frame({.protocol = 6}, pattern(65515)), true);
    REQUIRE(is_delivered(arrival));
    CHECK(std::get<wire::PacketIn>(arrival).payload.size() == 65515);
}

TEST_CASE(
    "any address of ours is taken on any link; answers come from the one that was asked [R1122-11] [RFC 1122 "
    "3.3.4.2]") {
    Lab lab;
    lab.layer.add_address(lab.link, {ip("192.0.2.77"), 24}, lab.now);
    lab.frames();
    lab.meet();
    for (const char* asked : {our_ip, "192.0.2.77"}) {
        lab.receive(echo_frame(8, {.destination = asked}));
        CHECK(read_icmp(lab.frame()).ip.source == asked);
    }
}

}  // namespace
}  // namespace sluice::net::test
