#include "wire/icmp.h"

#include <doctest/doctest.h>
#include <tins/tins.h>

#include <vector>

#include "base/checksum.h"

namespace sluice::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets echo_request() {
    Tins::ICMP icmp;
    icmp.set_echo_request(0x1234, 0x5678);
    icmp /= Tins::RawPDU("some odd data");
    return icmp.serialize();
}

TEST_CASE("an ICMP message is read as another library writes it [RFC 792]") {
    const auto header = parse_icmp(echo_request());
    REQUIRE(header);
    CHECK(header->type == icmp_type::echo_request);
    CHECK(header->code == 0);
    CHECK(header->identifier() == 0x1234);
    CHECK(header->sequence() == 0x5678);
}

TEST_CASE("an ICMP message is written as another library writes it [RFC 792]") {
    const Octets expected = echo_request();
    const ByteView body = ByteView(expected).subspan(icmp_header_length);
    Checksum sum;
    sum.add(body);
    Octets octets(expected.size());
    Writer out(octets);
    write_icmp(out, {icmp_type::echo_request, 0, IcmpHeader::echo(0x1234, 0x5678)}, sum.sum());
    out.bytes(body);
    CHECK(octets == expected);
}

TEST_CASE("the ICMP checksum covers the whole message [R792-2] [RFC 792]") {
    const Octets good = echo_request();
    for (std::size_t octet = 0; octet < good.size(); ++octet)
        for (unsigned bit = 0; bit < 8; ++bit) {
            Octets octets = good;
            octets[octet] = static_cast<std::uint8_t>(octets[octet] ^ 1U << bit);
            const auto header = parse_icmp(octets);
            REQUIRE_FALSE(header);
            CHECK(header.error() == Reason::icmp_bad_checksum);
        }
}

TEST_CASE("a short ICMP message is refused at every length [RFC 792]") {
    const Octets octets = echo_request();
    for (std::size_t length = 0; length < icmp_header_length; ++length) {
        const auto header = parse_icmp(ByteView(octets).first(length));
        REQUIRE_FALSE(header);
        CHECK(header.error() == Reason::icmp_short);
    }
    for (std::size_t length = icmp_header_length; length < octets.size(); ++length)
        CHECK_FALSE(parse_icmp(ByteView(octets).first(length)));
}

TEST_CASE("what asks or answers is no error; everything else is taken for one [RFC 1122 3.2.2]") {
    for (const int type : {0, 8, 13, 14, 15, 16, 17, 18})
        CHECK_FALSE(is_icmp_error(static_cast<std::uint8_t>(type)));
    for (const int type : {3, 4, 5, 11, 12, 77}) CHECK(is_icmp_error(static_cast<std::uint8_t>(type)));
}

TEST_CASE("the length attribute ends the original datagram before the extensions [R792-15] [RFC 4884 4]") {
    const Octets body(200, 1);
    CHECK(icmp_quote({icmp_type::unreachable, 0, 33U << 16U}, body).size() == 132);
    CHECK(icmp_quote({icmp_type::time_exceeded, 0, 32U << 16U}, body).size() == 128);
    CHECK(icmp_quote({icmp_type::parameter_problem, 0, 0x14000000U | 32U << 16U}, body).size() == 128);
    CHECK(icmp_quote({icmp_type::unreachable, 4, 50U << 16U | 1400U}, body).size() == 200);
}

TEST_CASE("a length of zero, or one that cannot be, means no extensions [R792-16] [RFC 4884 5.5]") {
    const Octets body(200, 1);
    CHECK(icmp_quote({icmp_type::unreachable, 4, 1400}, body).size() == 200);
    CHECK(icmp_quote({icmp_type::unreachable, 0, 31U << 16U}, body).size() == 200);  // below 128 octets
    CHECK(icmp_quote({icmp_type::unreachable, 0, 51U << 16U}, body).size() == 200);  // past the end
    CHECK(icmp_quote({icmp_type::redirect, 0, 32U << 16U}, body).size() == 200);  // an address, not a length
}

}  // namespace
}  // namespace sluice::wire
