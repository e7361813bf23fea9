#include "wire/ethernet.h"

#include <doctest/doctest.h>
#include <tins/tins.h>

#include <vector>

namespace sluice::wire {
namespace {

const MacAddress ours{{2, 0, 0, 0, 0, 1}};
const MacAddress theirs{{2, 0, 0, 0, 0, 2}};

TEST_CASE("an Ethernet II header is read as another library writes it [RFC 894]") {
    Tins::EthernetII frame("02:00:00:00:00:01", "02:00:00:00:00:02");
    frame /= Tins::IP("192.0.2.1", "192.0.2.2");
    const auto octets = frame.serialize();
    const auto header = parse_ethernet(octets);
    REQUIRE(header);
    CHECK(header->destination == ours);
    CHECK(header->source == theirs);
    CHECK(header->type == ether_type::ipv4);
}

TEST_CASE("an Ethernet II header is written as another library reads it [RFC 894]") {
    std::vector<std::uint8_t> octets(ethernet_header_length);
    Writer out(octets);
    write_ethernet(out, {theirs, ours, 0x86dd});
    const Tins::EthernetII read(octets.data(), static_cast<std::uint32_t>(octets.size()));
    CHECK(read.dst_addr().to_string() == "02:00:00:00:00:02");
    CHECK(read.src_addr().to_string() == "02:00:00:00:00:01");
    CHECK(read.payload_type() == 0x86dd);
}

TEST_CASE("a frame shorter than its header is refused at every length") {
    const std::vector<std::uint8_t> octets(ethernet_header_length, 2);
    for (std::size_t length = 0; length < octets.size(); ++length) {
        const auto header = parse_ethernet(ByteView(octets).first(length));
        REQUIRE_FALSE(header);
        CHECK(header.error() == Reason::eth_short);
    }
    CHECK(parse_ethernet(octets));
}

TEST_CASE("a multicast address is mapped to its low 23 bits [RFC 1112 6.4]") {
    CHECK(multicast_mac(Address::v4(224, 0, 0, 1)) == MacAddress{{1, 0, 0x5e, 0, 0, 1}});
    CHECK(multicast_mac(Address::v4(239, 255, 1, 2)) == MacAddress{{1, 0, 0x5e, 0x7f, 1, 2}});
}

}  // namespace
}  // namespace sluice::wire
