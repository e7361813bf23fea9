// Raw sockets of IP: copies of what arrives, and what an application makes itself (raw(7)).
#include "support/datagrams.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// An echo message with its checksum, as an application would make it.
Octets echo(std::uint8_t type, std::uint8_t sequence) {
    Octets message{type, 0, 0, 0, 0x12, 0x34, 0, sequence, 'd', 'a', 't', 'a'};
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < message.size(); i += 2)
        sum += static_cast<std::uint32_t>(message[i] << 8U) + message[i + 1];
    while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
    message[2] = static_cast<std::uint8_t>(~sum >> 8U);
    message[3] = static_cast<std::uint8_t>(~sum);
    return message;
}

// The ICMP type of the next packet at a raw socket; -1: none.
int next_type(RawSocket& socket) {
    const auto packet = socket.receive();
    return packet ? packet->data.view()[20] : -1;
}

}  // namespace

TEST_CASE("a raw ICMP socket sends what it is given and sees each message with its IP header [raw(7)]") {
    DatagramLab lab;
    RawSocket socket = lab.stack.open_raw(1).value();
    REQUIRE(socket.send(echo(8, 1), {.to = at(neighbor_ip, 0), .hop_limit = 5}));
    const SeenPacket packet = lab.sends_one();
    CHECK(packet.protocol == 1);
    CHECK(packet.hop_limit == 5);
    CHECK(packet.payload == echo(8, 1));
    lab.receives(ip_frame_of(1, echo(0, 1), {.hop_limit = 61}));
    const auto reply = socket.receive();
    REQUIRE(reply);
    CHECK(reply->from == at(neighbor_ip, 0));
    CHECK(reply->hop_limit == 61);
    CHECK(reply->data.view()[0] == 0x45);
    CHECK(Octets(reply->data.view().begin() + 20, reply->data.view().end()) == echo(0, 1));
    CHECK(lab.drops(Reason::icmp_unmatched) == 0);
}

TEST_CASE("raw sockets see copies: an echo request is still answered, every socket has its own [raw(7)]") {
    DatagramLab lab;
    RawSocket first = lab.stack.open_raw(1).value();
    RawSocket second = lab.stack.open_raw(1).value();
    lab.receives(ip_frame_of(1, echo(8, 1)));
    CHECK(next_type(first) == 8);
    CHECK(next_type(second) == 8);
    const SeenPacket reply = lab.sends_one();
    CHECK(reply.payload == echo(0, 1));
    first.close();
    second.close();
    lab.receives(ip_frame_of(1, echo(0, 1)));
    CHECK(lab.drops(Reason::icmp_unmatched) == 1);
    RawSocket third = lab.stack.open_raw(1).value();
    CHECK(next_type(third) == -1);
}

TEST_CASE("ICMP_FILTER, a bound and a connected address choose what is seen [raw(7)]") {
    DatagramLab lab;
    lab.stack.add_address(lab.link, {ip("192.0.2.77"), 24});
    RawSocket filtered = lab.stack.open_raw(1, {.icmp_types_ignored = ~(1U << 0U)}).value();
    RawSocket bound = lab.stack.open_raw(1).value();
    REQUIRE(bound.bind(at("192.0.2.77", 0)));
    CHECK(bound.bind(at("192.0.2.77", 0)).error() == Error::invalid_argument);
    RawSocket connected = lab.stack.open_raw(1).value();
    REQUIRE(connected.connect(at(other_ip, 0)));
    lab.receives(ip_frame_of(1, echo(8, 1)));
    CHECK(next_type(filtered) == -1);
    CHECK(next_type(bound) == -1);
    CHECK(next_type(connected) == -1);
    lab.receives(ip_frame_of(1, echo(0, 1)));
    CHECK(next_type(filtered) == 0);
    lab.receives(ip_frame_of(1, echo(8, 1), {.destination = "192.0.2.77"}));
    CHECK(next_type(bound) == 8);
    lab.receives(ip_frame_of(1, echo(8, 1), {.source = other_ip}));
    CHECK(next_type(connected) == 8);
}

TEST_CASE(
    "a raw socket of an unknown protocol takes it: no protocol unreachable [R792-6] [RFC 1122 3.2.2.1]") {
    DatagramLab lab;
    lab.receives(ip_frame_of(253, {1, 2, 3}));
    CHECK(lab.sends_one().payload.at(1) == 2);
    RawSocket socket = lab.stack.open_raw(253).value();
    lab.receives(ip_frame_of(253, {1, 2, 3}));
    CHECK(lab.sent().empty());
    const auto packet = socket.receive();
    REQUIRE(packet);
    CHECK(packet->data.size() == 23);
    lab.receives(ip_frame_of(252, {1, 2, 3}));
    CHECK(lab.sends_one().payload.at(1) == 2);
}

TEST_CASE("raw sockets see UDP and TCP beside their owners [raw(7)]") {
    DatagramLab lab;
    UdpSocket owner = lab.open(7);
    RawSocket udp = lab.stack.open_raw(17).value();
    RawSocket tcp = lab.stack.open_raw(6).value();
    lab.receives_udp("hello");
    CHECK(next_text(owner) == "hello");
    REQUIRE(udp.receive().has_value());
    CHECK_FALSE(tcp.receive().has_value());
}

TEST_CASE(
    "with its own IP header a packet goes as it says; length, checksum and what is zero are ours "
    "[IP_HDRINCL]") {
    DatagramLab lab;
    RawSocket socket = lab.stack.open_raw(255, {.header_included = true}).value();
    Octets packet{0x45, 0x10, 0, 0, 0xab, 0xcd, 0x40, 0, 9,   253, 0,   0,
                  0,    0,    0, 0, 192,  0,    2,    1, 'd', 'a', 't', 'a'};
    REQUIRE(socket.send(packet, {.to = at(neighbor_ip, 0)}));
    const SeenPacket seen = lab.sends_one();
    CHECK(seen.source == stack_ip);
    CHECK(seen.protocol == 253);
    CHECK(seen.hop_limit == 9);
    CHECK(seen.traffic_class == 0x10);
    CHECK(seen.identification == 0xabcd);
    CHECK(seen.dont_fragment);
    CHECK(text_of_octets(seen.payload) == "data");

    const auto refused = [&](std::size_t place, std::uint8_t value) {
        Octets bad = packet;
        bad.at(place) = value;
        const auto sent = socket.send(bad, {.to = at(neighbor_ip, 0)});
        return sent ? Error::none : sent.error();
    };
    CHECK(refused(0, 0x65) == Error::invalid_argument);
    CHECK(refused(0, 0x46) == Error::invalid_argument);
    CHECK(refused(6, 0x20) == Error::invalid_argument);
    CHECK(refused(12, 198) == Error::address_not_available);  // not ours (RFC 1122 3.2.1.3)
    CHECK(socket.send(Octets(19), {.to = at(neighbor_ip, 0)}).error() == Error::invalid_argument);
    CHECK(lab.sent().empty());
}

TEST_CASE("errors about raw packets reach the socket that asks for them [R768-5] [raw(7)]") {
    DatagramLab lab;
    RawSocket socket = lab.stack.open_raw(253, {.keep_failures = true}).value();
    REQUIRE(socket.send(Octets(12, 'x'), {.to = at(neighbor_ip, 0)}));
    lab.receives_error(3, 2, lab.sends_one());
    const auto failure = socket.next_failure();
    REQUIRE(failure);
    CHECK(failure->error == wire::DeliveryError::protocol_unreachable);
    CHECK(failure->remote == at(neighbor_ip, 0));
    CHECK(socket.take_error() == Error::protocol_unreachable);
}

TEST_CASE("a host pings itself through raw sockets without a frame [RFC 1122 3.2.1.3]") {
    DatagramLab lab;
    RawSocket socket = lab.stack.open_raw(1).value();
    REQUIRE(socket.send(echo(8, 1), {.to = at(stack_ip, 0)}));
    CHECK(lab.sent().empty());
    CHECK(next_type(socket) == 8);
    CHECK(next_type(socket) == 0);
    CHECK(next_type(socket) == -1);
}

TEST_CASE("copies for raw sockets are bounded [project]") {
    DatagramLab lab([](StackConfig& config) { config.udp.datagrams_max = 3; });
    RawSocket socket = lab.stack.open_raw(1).value();
    for (std::uint8_t i = 0; i < 5; ++i) lab.receives(ip_frame_of(1, echo(0, i)));
    CHECK(lab.drops(Reason::udp_queue_full) == 2);
}
