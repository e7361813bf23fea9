// What is remembered of the last packet in each direction saves work and changes nothing.
#include "unit/draw.h"
#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

using sluice::test::Draw;

// A frame of the same flow, or one that is not quite.
Octets drawn_frame(Draw& draw) {
    IpFields fields{.protocol = 6, .ttl = static_cast<std::uint8_t>(draw.between(1, 255))};
    fields.id = static_cast<std::uint16_t>(draw.below(65536));
    fields.dont_fragment = draw.one_in(2);
    Octets frame = ip_frame(fields, pattern(20 + draw.below(200)));
    if (draw.one_in(2)) return frame;
    for (auto changes = draw.between(1, 2); changes > 0; --changes)
        frame[draw.below(34)] ^= static_cast<std::uint8_t>(1U << draw.below(8));
    if (draw.one_in(2)) mend(frame);
    return frame;
}

TEST_CASE("a packet like the last one is taken exactly as a full look takes it [RFC 1122 3.2.1]") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        Draw draw(seed);
        Lab quick;
        Lab full;
        quick.receive(ip_frame({.protocol = 6}, pattern(20)));
        full.receive(ip_frame({.protocol = 6}, pattern(20)));
        int taken = 0;
        for (int i = 0; i < 3000; ++i) {
            const Octets frame = drawn_frame(draw);
            CAPTURE(i);
            FrameIn in{quick.slice(frame), draw.one_in(2), static_cast<std::uint16_t>(draw.below(1460))};
            const bool is_good = in.checksum_good;
            const std::uint16_t segment_bytes = in.segment_bytes;
            wire::PacketIn packet;
            if (!quick.layer.receive_familiar(quick.link, in, 7, quick.now, packet)) {
                REQUIRE(in.bytes.size() == frame.size());
                continue;
            }
            ++taken;
            const auto arrival = full.receive(frame);
            REQUIRE(std::holds_alternative<wire::PacketIn>(arrival));
            const auto& wanted = std::get<wire::PacketIn>(arrival);
            REQUIRE(packet.source == wanted.source);
            REQUIRE(packet.destination == wanted.destination);
            REQUIRE(packet.protocol == wanted.protocol);
            REQUIRE(packet.traffic_class == wanted.traffic_class);
            REQUIRE(packet.hop_limit == wanted.hop_limit);
            REQUIRE(packet.to_group == wanted.to_group);
            REQUIRE(packet.link == wanted.link);
            REQUIRE(from_view(packet.payload.view()) == from_view(wanted.payload.view()));
            REQUIRE(from_view(packet.whole.view()) == from_view(wanted.whole.view()));
            REQUIRE(packet.checksum_good == is_good);
            REQUIRE(packet.segment_bytes == segment_bytes);
            REQUIRE(packet.frame == 7);
        }
        REQUIRE(taken > 1000);
        REQUIRE(quick.counters.ip_delivered == full.counters.ip_delivered);
        REQUIRE(quick.counters.octets_in == full.counters.octets_in);
    }
}

TEST_CASE("nothing is familiar at an address that was taken away [RFC 1122 3.2.1.3]") {
    Lab lab;
    const Octets frame = ip_frame({.protocol = 6}, pattern(20));
    const auto is_familiar = [&] {
        FrameIn in{lab.slice(frame)};
        wire::PacketIn packet;
        return lab.layer.receive_familiar(lab.link, in, 0, lab.now, packet);
    };
    CHECK_FALSE(is_familiar());
    lab.receive(frame);
    CHECK(is_familiar());
    lab.layer.remove_address(ip(our_ip));
    CHECK_FALSE(is_familiar());
}

TEST_CASE("a way found before is looked for again when a route or an address changed [RFC 1122 3.3.1]") {
    Lab lab;
    lab.meet(peer_ip, peer_mac);
    lab.meet(other_ip, other_mac);
    const wire::Prefix everything{wire::Address(), 0};
    const auto sent_to = [&] {
        lab.sent.clear();
        REQUIRE(lab.send(far_ip, pattern(20)) == Sent::frame);
        return read_ip(lab.sent.at(0)).to_mac;
    };
    lab.layer.add_route({everything, ip(peer_ip), lab.link, 0});
    CHECK(sent_to() == peer_mac);
    lab.layer.add_route({everything, ip(other_ip), lab.link, 0});
    CHECK(sent_to() == other_mac);
    lab.layer.remove_address(ip(our_ip));
    CHECK(lab.send(far_ip, pattern(20)) == Sent::dropped);
}

}  // namespace
}  // namespace sluice::net::test
