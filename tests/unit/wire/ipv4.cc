#include "wire/ipv4.h"

#include <doctest/doctest.h>
#include <tins/tins.h>

#include <vector>

#include "base/checksum.h"

namespace sluice::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets packet(std::size_t data = 8) {
    Tins::IP ip("192.0.2.2", "192.0.2.1");
    ip.tos(0xb9);
    ip.id(0x1234);
    ip.ttl(7);
    ip.protocol(253);
    ip.flags(Tins::IP::MORE_FRAGMENTS);
    ip.fragment_offset(185);
    const Octets payload(data, 0x55);
    ip /= Tins::RawPDU(payload.data(), static_cast<std::uint32_t>(payload.size()));
    Octets octets = ip.serialize();
    octets[9] = 253;  // libtins would write the protocol of its own payload
    return octets;
}

void mend(Octets& octets, std::size_t header = 20) {
    octets[10] = octets[11] = 0;
    Checksum sum;
    sum.add(ByteView(octets).first(header));
    put_u16(octets, 10, sum.value());
}

Reason refused(const Octets& octets) {
    const auto header = parse_ipv4(octets);
    return header ? Reason::none : header.error();
}

TEST_CASE("an IPv4 header is read as another library writes it [RFC 791 3.1]") {
    Octets octets = packet();
    mend(octets);
    const auto header = parse_ipv4(octets);
    REQUIRE(header);
    CHECK(header->traffic_class == 0xb9);
    CHECK(header->header_length == 20);
    CHECK(header->total_length == 28);
    CHECK(header->identification == 0x1234);
    CHECK(header->more_fragments);
    CHECK_FALSE(header->dont_fragment);
    CHECK(header->fragment_offset == 1480);
    CHECK(header->is_fragment());
    CHECK(header->hop_limit == 7);
    CHECK(header->protocol == 253);
    CHECK(to_text(header->source) == "192.0.2.1");
    CHECK(to_text(header->destination) == "192.0.2.2");
}

TEST_CASE("an IPv4 header is written as another library reads it [RFC 791 3.1]") {
    Ipv4Header header;
    header.traffic_class = 0x2e;
    header.total_length = 20;
    header.identification = 0xabcd;
    header.dont_fragment = true;
    header.hop_limit = 64;
    header.protocol = 6;
    header.source = Address::v4(192, 0, 2, 1);
    header.destination = Address::v4(192, 0, 2, 2);
    Octets octets(20);
    Writer out(octets);
    write_ipv4(out, header);
    const Tins::IP read(octets.data(), 20);
    CHECK(read.tos() == 0x2e);
    CHECK(read.tot_len() == 20);
    CHECK(read.id() == 0xabcd);
    CHECK(read.flags() == Tins::IP::DONT_FRAGMENT);
    CHECK(read.fragment_offset() == 0);
    CHECK(read.ttl() == 64);
    CHECK(read.protocol() == 6);
    CHECK(read.src_addr().to_string() == "192.0.2.1");
    CHECK(read.dst_addr().to_string() == "192.0.2.2");
    std::uint32_t sum = Tins::Utils::do_checksum(octets.data(), octets.data() + 20);
    while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
    CHECK(sum == 0xffff);
}

TEST_CASE("each bad field of an IPv4 header is refused by name [R791-1] [RFC 791 3.1] [RFC 1122 3.2.1]") {
    struct Row {
        std::size_t at;
        std::uint8_t value;
        Reason reason;
    };
    for (const Row row :
         {Row{0, 0x65, Reason::ip_bad_version}, Row{0, 0x05, Reason::ip_bad_version},
          Row{0, 0x44, Reason::ip_bad_header_length}, Row{0, 0x40, Reason::ip_bad_header_length},
          Row{0, 0x4f, Reason::ip_bad_header_length}, Row{3, 19, Reason::ip_bad_total_length},
          Row{3, 29, Reason::ip_bad_total_length}, Row{2, 0xff, Reason::ip_bad_total_length}}) {
        Octets octets = packet();
        octets[row.at] = row.value;
        mend(octets);
        CHECK_MESSAGE(refused(octets) == row.reason, "octet ", row.at, " value ", int{row.value});
    }
}

TEST_CASE("a wrong IPv4 checksum is refused, whichever bit is wrong [R1122-1] [RFC 1122 3.2.1.2]") {
    Octets good = packet();
    mend(good);
    REQUIRE(refused(good) == Reason::none);
    for (std::size_t octet = 1; octet < 20; ++octet)
        for (unsigned bit = 0; bit < 8; ++bit) {
            Octets octets = good;
            octets[octet] = static_cast<std::uint8_t>(octets[octet] ^ 1U << bit);
            CHECK(refused(octets) == Reason::ip_bad_checksum);
        }
}

TEST_CASE("a packet cut off is refused at every length [R791-1] [RFC 791 3.1]") {
    Octets octets = packet();
    mend(octets);
    for (std::size_t length = 0; length < octets.size(); ++length) {
        const auto header = parse_ipv4(ByteView(octets).first(length));
        REQUIRE_FALSE(header);
        CHECK(header.error() == (length < 20 ? Reason::ip_short : Reason::ip_bad_total_length));
    }
}

TEST_CASE("octets behind the total length are padding [R791-2] [RFC 791 3.1]") {
    Octets octets = packet();
    mend(octets);
    octets.resize(46);
    const auto header = parse_ipv4(octets);
    REQUIRE(header);
    CHECK(header->total_length == 28);
}

TEST_CASE("a quoted header is read though its packet is cut off and its checksum is not") {
    Octets octets = packet(64);
    octets.resize(28);
    const auto header = parse_quoted_ipv4(octets);
    REQUIRE(header);
    CHECK(header->total_length == 84);
    octets.resize(19);
    CHECK_FALSE(parse_quoted_ipv4(octets));
}

TEST_CASE("a mended header keeps its options and has a good checksum") {
    Octets octets = packet(4);  // its four octets of data become an option
    octets[0] = 0x46;
    std::copy_n(Octets{0x94, 4, 0, 0}.begin(), 4, octets.begin() + 20);
    mend(octets, 24);
    auto header = parse_ipv4(octets);
    REQUIRE(header);
    REQUIRE(header->header_length == 24);
    octets.resize(100);
    header->total_length = 100;
    header->traffic_class = 3;
    mend_ipv4(octets, *header);
    const auto again = parse_ipv4(octets);
    REQUIRE(again);
    CHECK(again->total_length == 100);
    CHECK(again->traffic_class == 3);
    CHECK(octets[20] == 0x94);
}

Octets header_with(const Octets& options) {
    Octets octets(20 + options.size());
    std::copy(options.begin(), options.end(), octets.begin() + 20);
    return octets;
}

TEST_CASE("unknown options are skipped by their length [R1122-6] [RFC 1122 3.2.1.8]") {
    for (const Octets& options :
         {Octets{}, Octets{0, 0, 0, 0}, Octets{1, 1, 1, 1}, Octets{0x9e, 4, 7, 7}, Octets{1, 0x9e, 2, 0},
          Octets{0x9e, 2, 0x94, 4, 0, 0, 1, 0}, Octets{0, 131, 0, 0}}) {
        const auto found = walk_ipv4_options(header_with(options));
        REQUIRE(found);
        CHECK_FALSE(found->source_route);
    }
}

TEST_CASE("an option with a length of zero, one or past the end is pointed at [RFC 791 3.1]") {
    struct Row {
        Octets options;
        std::uint8_t at;
    };
    for (const Row& row :
         {Row{{0x9e, 0, 0, 0}, 20}, Row{{0x9e, 1, 0, 0}, 20}, Row{{0x9e, 5, 0, 0}, 20},
          Row{{1, 1, 1, 0x9e}, 23}, Row{{0x9e, 3, 0, 0x83}, 23}, Row{{1, 0x9e, 255, 0}, 21}}) {
        const auto found = walk_ipv4_options(header_with(row.options));
        REQUIRE_FALSE(found);
        CHECK(found.error() == row.at);
    }
}

TEST_CASE("source routes are recognised wherever they stand [RFC 1122 3.2.1.8]") {
    for (const Octets& options :
         {Octets{131, 3, 4, 0}, Octets{1, 137, 3, 4}, Octets{0x9e, 2, 1, 131, 3, 4, 0, 0}}) {
        const auto found = walk_ipv4_options(header_with(options));
        REQUIRE(found);
        CHECK(found->source_route);
    }
}

}  // namespace
}  // namespace sluice::wire
