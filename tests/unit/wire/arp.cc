#include "wire/arp.h"

#include <doctest/doctest.h>
#include <tins/tins.h>

#include <vector>

namespace sluice::wire {
namespace {

std::vector<std::uint8_t> request() {
    Tins::ARP arp("192.0.2.2", "192.0.2.1", "00:00:00:00:00:00", "02:00:00:00:00:01");
    arp.opcode(Tins::ARP::REQUEST);
    return arp.serialize();
}

TEST_CASE("an ARP packet is read as another library writes it [RFC 826]") {
    const auto packet = parse_arp(request());
    REQUIRE(packet);
    CHECK(packet->operation == arp_operation::request);
    CHECK(to_text(packet->sender_mac) == "02:00:00:00:00:01");
    CHECK(to_text(packet->sender) == "192.0.2.1");
    CHECK(packet->target_mac == MacAddress{});
    CHECK(to_text(packet->target) == "192.0.2.2");
}

TEST_CASE("an ARP packet is written as another library reads it [RFC 826]") {
    std::vector<std::uint8_t> octets(arp_length);
    Writer out(octets);
    write_arp(out, {arp_operation::reply,
                    {{2, 0, 0, 0, 0, 2}},
                    Address::v4(192, 0, 2, 2),
                    {{2, 0, 0, 0, 0, 1}},
                    Address::v4(192, 0, 2, 1)});
    const Tins::ARP read(octets.data(), static_cast<std::uint32_t>(octets.size()));
    CHECK(read.opcode() == Tins::ARP::REPLY);
    CHECK(read.hw_addr_format() == 1);
    CHECK(read.prot_addr_format() == 0x0800);
    CHECK(read.hw_addr_length() == 6);
    CHECK(read.prot_addr_length() == 4);
    CHECK(read.sender_hw_addr().to_string() == "02:00:00:00:00:02");
    CHECK(read.sender_ip_addr().to_string() == "192.0.2.2");
    CHECK(read.target_hw_addr().to_string() == "02:00:00:00:00:01");
    CHECK(read.target_ip_addr().to_string() == "192.0.2.1");
}

TEST_CASE("a short ARP packet is refused at every length [R826-9] [RFC 826]") {
    const auto octets = request();
    for (std::size_t length = 0; length < octets.size(); ++length) {
        const auto packet = parse_arp(ByteView(octets).first(length));
        REQUIRE_FALSE(packet);
        CHECK(packet.error() == Reason::arp_short);
    }
}

TEST_CASE("other hardware, other protocols and other lengths are refused [R826-9] [RFC 826]") {
    for (const std::size_t octet : {0U, 1U, 2U, 3U, 4U, 5U}) {
        auto octets = request();
        octets[octet] ^= 1U;
        const auto packet = parse_arp(octets);
        REQUIRE_FALSE(packet);
        CHECK(packet.error() == Reason::arp_bad_kind);
    }
}

TEST_CASE("an unknown operation is a value like another, for it is looked at last [R826-1] [RFC 826]") {
    auto octets = request();
    octets[7] = 77;
    const auto packet = parse_arp(octets);
    REQUIRE(packet);
    CHECK(packet->operation == 77);
}

}  // namespace
}  // namespace sluice::wire
