#include "wire/pseudo_header.h"

#include <doctest/doctest.h>
#include <tins/tins.h>

#include <string>
#include <vector>

namespace sluice::wire {
namespace {

const Address ours = Address::v4(192, 0, 2, 2);
const Address theirs = Address::v4(198, 51, 100, 7);

// The transport part of a packet built by another library, with its checksum.
template <typename Transport>
std::vector<std::uint8_t> segment(const Transport& transport, const std::string& data) {
    Tins::IP ip("192.0.2.2", "198.51.100.7");
    ip /= transport;
    if (!data.empty()) ip /= Tins::RawPDU(data);
    std::vector<std::uint8_t> octets = ip.serialize();
    octets.erase(octets.begin(), octets.begin() + 20);
    return octets;
}

TEST_CASE(
    "a segment of another library sums to zero with its pseudo-header [RFC 9293 3.1] [R768-3] [RFC 768]") {
    for (const std::string data : {"", "x", "even", "seven of"}) {
        CHECK(transport_checksum(theirs, ours, 6, segment(Tins::TCP(80, 40000), data)) == 0);
        CHECK(transport_checksum(theirs, ours, 17, segment(Tins::UDP(53, 40000), data)) == 0);
    }
}

TEST_CASE("each field of the pseudo-header counts [RFC 9293 3.1]") {
    const auto octets = segment(Tins::TCP(80, 40000), "data");
    CHECK(transport_checksum(theirs, ours, 17, octets) != 0);
    CHECK(transport_checksum(theirs, Address::v4(192, 0, 2, 3), 6, octets) != 0);
    CHECK(transport_checksum(Address::v4(198, 51, 100, 8), ours, 6, octets) != 0);
    auto longer = octets;
    longer.push_back(0);
    CHECK(transport_checksum(theirs, ours, 6, longer) != 0);
}

TEST_CASE("pieces added to the pseudo-header give the checksum of the whole") {
    auto octets = segment(Tins::TCP(80, 40000), "some data of odd length");
    const std::uint16_t expected = static_cast<std::uint16_t>(octets[16] << 8U | octets[17]);
    octets[16] = octets[17] = 0;
    for (std::size_t cut = 0; cut <= octets.size(); ++cut) {
        Checksum sum = pseudo_header(theirs, ours, 6, static_cast<std::uint32_t>(octets.size()));
        sum.add(ByteView(octets).first(cut));
        sum.add(ByteView(octets).subspan(cut));
        CHECK(sum.value() == expected);
    }
}

}  // namespace
}  // namespace sluice::wire
