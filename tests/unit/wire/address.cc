#include "wire/address.h"

#include <doctest/doctest.h>

namespace sluice::wire {
namespace {

TEST_CASE("an address, a network, an endpoint and a hardware address have one text form each") {
    CHECK(to_text(Address::v4(192, 0, 2, 1)) == "192.0.2.1");
    CHECK(to_text(Address()) == "0.0.0.0");
    CHECK(to_text(Prefix{Address::v4(192, 0, 2, 1), 24}) == "192.0.2.1/24");
    CHECK(to_text(Endpoint{Address::v4(192, 0, 2, 1), 80}) == "192.0.2.1:80");
    CHECK(to_text(MacAddress{{2, 0, 0, 0xab, 0xcd, 0xef}}) == "02:00:00:ab:cd:ef");
}

TEST_CASE("what is printed can be read") {
    for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "10.20.30.40"}) {
        const auto address = parse_address(text);
        REQUIRE(address);
        CHECK(to_text(*address) == text);
    }
    CHECK(parse_address("192.0.2.1") == Address::v4(192, 0, 2, 1));
    CHECK(parse_mac("02:00:00:AB:cd:ef") == MacAddress{{2, 0, 0, 0xab, 0xcd, 0xef}});
    CHECK(parse_prefix("192.0.2.1/24") == Prefix{Address::v4(192, 0, 2, 1), 24});
    CHECK(parse_prefix("192.0.2.1/0") == Prefix{Address::v4(192, 0, 2, 1), 0});
    CHECK(parse_prefix("192.0.2.1") == Prefix{Address::v4(192, 0, 2, 1), 32});
    CHECK(parse_endpoint("192.0.2.1:65535") == Endpoint{Address::v4(192, 0, 2, 1), 65535});
}

TEST_CASE("text that is not exactly an address is refused") {
    for (const char* text : {"", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", "256.0.0.1", "1.2.3.256",
                             "01.2.3.4", "1.2.3.04", "-1.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1..2.3", "a.b.c.d",
                             "0x1.2.3.4", "99999999999.2.3.4"})
        CHECK_FALSE_MESSAGE(parse_address(text), text);
    for (const char* text : {"", "02:00:00:00:00", "02:00:00:00:00:0", "02:00:00:00:00:001",
                             "02-00-00-00-00-01", "g2:00:00:00:00:01", "02:00:00:00:00:01:"})
        CHECK_FALSE_MESSAGE(parse_mac(text), text);
    for (const char* text : {"", "192.0.2.1/", "192.0.2.1/33", "192.0.2.1/024", "192.0.2.1/2x", "192.0.2/24"})
        CHECK_FALSE_MESSAGE(parse_prefix(text), text);
    for (const char* text :
         {"", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:080", ":80", "192.0.2.1:8 "})
        CHECK_FALSE_MESSAGE(parse_endpoint(text), text);
}

TEST_CASE("kinds of addresses are told apart [R1122-2] [RFC 1122 3.2.1.3]") {
    CHECK(Address().is_unspecified());
    CHECK(Address::v4(127, 1, 2, 3).is_loopback());
    CHECK(Address::v4(224, 0, 0, 1).is_multicast());
    CHECK(Address::v4(239, 255, 255, 255).is_multicast());
    CHECK_FALSE(Address::v4(240, 0, 0, 1).is_multicast());
    CHECK(Address::v4(255, 255, 255, 255).is_limited_broadcast());
    const Prefix network{Address::v4(192, 0, 2, 1), 24};
    CHECK(network.contains(Address::v4(192, 0, 2, 200)));
    CHECK_FALSE(network.contains(Address::v4(192, 0, 3, 1)));
    CHECK(network.is_broadcast(Address::v4(192, 0, 2, 255)));
    CHECK_FALSE(network.is_broadcast(Address::v4(192, 0, 3, 255)));
}

TEST_CASE("a network of two addresses has no broadcast address [RFC 3021 2.2]") {
    CHECK_FALSE(Prefix{Address::v4(192, 0, 2, 0), 31}.is_broadcast(Address::v4(192, 0, 2, 1)));
    CHECK_FALSE(Prefix{Address::v4(192, 0, 2, 1), 32}.is_broadcast(Address::v4(192, 0, 2, 1)));
    CHECK(Prefix{Address::v4(192, 0, 2, 1), 0}.contains(Address::v4(203, 0, 113, 9)));
}

}  // namespace
}  // namespace sluice::wire
