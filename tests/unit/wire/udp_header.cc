#include "wire/udp_header.h"

#include <doctest/doctest.h>
#include <tins/tins.h>

#include <vector>

namespace sluice::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets datagram(std::uint16_t length, std::size_t size) {
    Tins::UDP udp(53, 40000);
    udp /= Tins::RawPDU("data");
    Octets octets = udp.serialize();
    put_u16(octets, 4, length);
    octets.resize(size);
    return octets;
}

TEST_CASE("a UDP header is read as another library writes it [RFC 768]") {
    const auto header = parse_udp(datagram(12, 12));
    REQUIRE(header);
    CHECK(header->source_port == 40000);
    CHECK(header->destination_port == 53);
    CHECK(header->length == 12);
}

TEST_CASE("a UDP header is written as another library reads it [RFC 768]") {
    Octets octets(8);
    Writer out(octets);
    write_udp(out, {1000, 2000, 8, 0x1111});
    const Tins::UDP read(octets.data(), 8);
    CHECK(read.sport() == 1000);
    CHECK(read.dport() == 2000);
    CHECK(read.length() == 8);
    CHECK(read.checksum() == 0);
}

TEST_CASE(
    "the UDP length is at least 8 and ends inside the packet; what is behind is excess [R768-1] [RFC 768]") {
    for (const unsigned length : {0U, 7U, 13U, 65535U}) {
        const auto header = parse_udp(datagram(static_cast<std::uint16_t>(length), 12));
        REQUIRE_FALSE(header);
        CHECK(header.error() == Reason::udp_bad_length);
    }
    CHECK(parse_udp(datagram(8, 12))->length == 8);
    for (std::size_t size = 0; size < 8; ++size)
        CHECK(parse_udp(datagram(12, size)).error() == Reason::udp_short);
}

}  // namespace
}  // namespace sluice::wire
