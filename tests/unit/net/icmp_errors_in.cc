// ICMP errors that arrive about packets of ours.
#include "net/icmp_errors_in.h"

#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

// A packet of ours as a router would quote it.
Octets quote(std::size_t octets = 28,
             IpFields fields = {.source = our_ip, .destination = far_ip, .protocol = 6}) {
    const Octets frame = ip_frame(fields, pattern(200, 10));
    return slice_of(frame, ethernet, ethernet + octets);
}

const wire::DeliveryFailed* failed(const IpLayer::Arrival& arrival) {
    return std::get_if<wire::DeliveryFailed>(&arrival);
}

TEST_CASE(
    "an error names the packet it is about and what happened to it [R792-9] [RFC 1122 3.2.2.1 to 3.2.2.5]") {
    using enum wire::DeliveryError;
    struct Row {
        std::uint8_t type;
        std::uint8_t code;
        wire::DeliveryError error;
    };
    for (const Row row :
         {Row{3, 0, net_unreachable},   Row{3, 1, host_unreachable},   Row{3, 2, protocol_unreachable},
          Row{3, 3, port_unreachable},  Row{3, 4, packet_too_big},     Row{3, 5, source_route_failed},
          Row{3, 6, net_unreachable},   Row{3, 7, host_unreachable},   Row{3, 8, host_unreachable},
          Row{3, 9, prohibited},        Row{3, 10, prohibited},        Row{3, 11, net_unreachable},
          Row{3, 12, host_unreachable}, Row{3, 13, prohibited},        Row{3, 14, prohibited},
          Row{3, 15, prohibited},       Row{3, 200, net_unreachable},  Row{11, 0, time_exceeded},
          Row{11, 1, time_exceeded},    Row{12, 0, parameter_problem}, Row{12, 1, parameter_problem}}) {
        Lab lab;
        const auto arrival =
            lab.receive(icmp_frame(row.type, row.code, 1400, quote(), {.source = "203.0.113.9"}));
        REQUIRE(failed(arrival));
        const auto& f = *failed(arrival);
        CHECK(f.error == row.error);
        CHECK(f.reporter == ip("203.0.113.9"));
        CHECK(f.source == ip(our_ip));
        CHECK(f.destination == ip(far_ip));
        CHECK(f.protocol == 6);
        CHECK(f.type == row.type);
        CHECK(f.code == row.code);
        CHECK(f.mtu == (row.error == packet_too_big ? 1400 : 0));
        CHECK(from_view(f.transport.view()) == pattern(8, 10));
        CHECK(lab.all_drops() == 0);
        CHECK(lab.counters.icmp_errors_in == 1);
        CHECK(lab.is_silent());
    }
}

TEST_CASE("the quoted protocol says whose the error is [R792-5] [RFC 1122 3.2.2]") {
    for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{17}, std::uint8_t{253}}) {
        Lab lab;
        const auto arrival = lab.receive(
            icmp_frame(3, 3, 0, quote(28, {.source = our_ip, .destination = far_ip, .protocol = protocol})));
        REQUIRE(failed(arrival));
        CHECK(failed(arrival)->protocol == protocol);
    }
}

TEST_CASE("an old router reports no MTU [RFC 1191 5]") {
    Lab lab;
    const auto arrival = lab.receive(icmp_frame(3, 4, 0, quote()));
    REQUIRE(failed(arrival));
    CHECK(failed(arrival)->error == wire::DeliveryError::packet_too_big);
    CHECK(failed(arrival)->mtu == 0);
}

TEST_CASE("quoted options move the transport header [R792-3] [RFC 1122 3.2.2]") {
    Lab lab;
    const auto arrival = lab.receive(icmp_frame(
        3, 3, 0,
        quote(40, {.source = our_ip, .destination = far_ip, .protocol = 6, .options = {0x94, 4, 0, 0}})));
    REQUIRE(failed(arrival));
    CHECK(from_view(failed(arrival)->transport.view()) == pattern(16, 10));
}

TEST_CASE("an error that quotes no packet of ours is dropped by name [RFC 1122 3.2.2]") {
    Lab lab;
    lab.layer.add_address(lab.link, {ip("192.0.2.77"), 24}, lab.now);
    lab.frames();
    for (const Octets& body :
         {quote(27), quote(20), quote(3), Octets{},
          quote(28, {.source = peer_ip, .destination = far_ip, .protocol = 6}),
          quote(28, {.source = "192.0.2.77",
                    .destination = far_ip,
                    .protocol = 6}),  // ours, but not the one it came to
          quote(28, {.source = our_ip, .destination = far_ip, .protocol = 6, .offset = 8})})
        CHECK_FALSE(failed(lab.receive(icmp_frame(3, 1, 0, body))));
    Octets bad_version = quote();
    bad_version[0] = 0x65;
    CHECK_FALSE(failed(lab.receive(icmp_frame(3, 1, 0, bad_version))));
    Octets bad_length = quote();
    bad_length[0] = 0x44;
    CHECK_FALSE(failed(lab.receive(icmp_frame(3, 1, 0, bad_length))));
    CHECK(lab.drops(Reason::icmp_bad_quote) == 9);
    CHECK(lab.is_silent());
}

TEST_CASE("an error to a group is about no packet of ours [RFC 1122 3.2.2]") {
    Lab lab;
    CHECK_FALSE(failed(
        lab.receive(icmp_frame(3, 1, 0, quote(), {.destination = "192.0.2.255", .to_mac = all_macs}))));
    CHECK(lab.drops(Reason::icmp_bad_quote) == 1);
}

TEST_CASE(
    "an error about an echo request of ours is delivered, about another ICMP message not [RFC 1122 3.2.2]") {
    for (const std::uint8_t type : {std::uint8_t{8}, std::uint8_t{0}, std::uint8_t{3}}) {
        Lab lab;
        Octets body = quote(28, {.source = our_ip, .destination = far_ip, .protocol = 1});
        body[20] = type;
        CHECK((failed(lab.receive(icmp_frame(11, 0, 0, body))) != nullptr) == (type == 8));
    }
}

TEST_CASE("extensions behind the original datagram are no part of it [R792-15] [RFC 4884 4]") {
    Lab lab;
    Octets body = quote(128);
    const Octets extension{0x20, 0, 0, 0, 0, 8, 1, 1, 0xde, 0xad, 0xbe, 0xef};
    body.insert(body.end(), extension.begin(), extension.end());
    const auto with = lab.receive(icmp_frame(11, 0, 32U << 16U, body));
    REQUIRE(failed(with));
    CHECK(failed(with)->transport.size() == 108);
    CHECK(from_view(failed(with)->transport.view()) == pattern(108, 10));
}

TEST_CASE("an error of a sender that knows no extensions is read as before [R792-16] [RFC 4884 5.5]") {
    Lab lab;
    const auto arrival = lab.receive(icmp_frame(3, 1, 0, quote(150)));
    REQUIRE(failed(arrival));
    CHECK(failed(arrival)->transport.size() == 130);
    const auto garbage = lab.receive(icmp_frame(3, 1, 0x00ff0000, quote(28)));  // a length that cannot be
    REQUIRE(failed(garbage));
    CHECK(failed(garbage)->transport.size() == 8);
}

TEST_CASE("an error another library builds with extensions is read [R792-15] [RFC 4884 4]") {
    Lab lab;
    Tins::ICMP icmp(Tins::ICMP::TIME_EXCEEDED);
    icmp.use_length_field(true);
    Tins::ICMPExtension extension(1, 1);

    icmp.extensions().add_extension(extension);
    const Octets original = quote(60);
    icmp /= Tins::RawPDU(original.data(), static_cast<std::uint32_t>(original.size()));
    Tins::EthernetII frame = ethernet_frame() / Tins::IP(our_ip, peer_ip) / icmp;
    const auto arrival = lab.receive(frame);
    REQUIRE(failed(arrival));
    CHECK(failed(arrival)->transport.size() == 108);  // padded with zeros to 128
    CHECK(slice_of(from_view(failed(arrival)->transport.view()), 0, 40) == pattern(40, 10));
}

TEST_CASE("redirects and source quench are ignored [R792-10] [R792-11] [RFC 6633] [RFC 1122 3.2.2.2]") {
    Lab lab;
    lab.meet();
    lab.layer.add_route({{ip("0.0.0.0"), 0}, ip(peer_ip), lab.link, 0});
    const auto routes = lab.layer.routes().size();
    CHECK_FALSE(failed(lab.receive(icmp_frame(5, 1, 0xc0000203, quote()))));
    CHECK_FALSE(failed(lab.receive(icmp_frame(4, 0, 0, quote()))));
    CHECK(lab.drops(Reason::icmp_redirect_ignored) == 1);
    CHECK(lab.drops(Reason::icmp_source_quench) == 1);
    CHECK(lab.layer.routes().size() == routes);
    lab.send(far_ip, {1});
    CHECK(read_ip(lab.sent.at(0)).to_mac == peer_mac);
    CHECK(lab.is_silent());
}

TEST_CASE("an error about a packet to ourselves is told as a failure [RFC 1122 3.2.2]") {
    Lab lab;
    CHECK(lab.send(our_ip, pattern(20), true, 17) == Sent::looped);
    const auto packet = lab.layer.next_looped();
    REQUIRE(packet);
    lab.layer.refuse_port(*packet, lab.now);
    CHECK(lab.is_silent());
    const auto failure = lab.layer.next_failure();
    REQUIRE(failure);
    CHECK(failure->error == wire::DeliveryError::port_unreachable);
    CHECK(from_view(failure->transport.view()) == pattern(20));
}

}  // namespace
}  // namespace sluice::net::test
