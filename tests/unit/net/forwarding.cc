// A router between two links: what it passes on, as what, and what it says of the rest (RFC 1812).
#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

constexpr const char* second_mac = "02:00:00:00:00:0a";
constexpr const char* second_ip = "198.51.100.1";
constexpr const char* far_mac = "02:00:00:00:00:0b";

LabOptions forwarding() {
    LabOptions options;
    options.settings.forwarding = true;
    return options;
}

// Link 0 is 192.0.2.2/24 with the peer 192.0.2.1, link 1 is 198.51.100.1/24 with far_ip.
struct Router : Lab {
    explicit Router(std::uint32_t second_mtu = 1500, LabOptions options = forwarding()) : Lab(options) {
        LinkCapabilities second;
        second.mtu = second_mtu;
        second_link = layer.attach(mac(second_mac), second);
        layer.add_address(second_link, {ip(second_ip), 24}, now);
        frames();
        meet();
        link = second_link;
        receive(arp_frame(1, far_ip, far_mac, second_ip));
        frames();
        link = 0;
        counters = {};
    }
    // What becomes of a packet from the peer to far_ip.
    std::vector<Octets> passes(IpFields fields, const Octets& data = pattern(100)) {
        if (fields.destination == our_ip) fields.destination = far_ip;
        receive(ip_frame(fields, data));
        return frames();
    }
    LinkId second_link = 1;
};

// The one frame is an error to the peer about its packet.
Icmp error_in(const std::vector<Octets>& frames) {
    REQUIRE(frames.size() == 1);
    const Icmp icmp = read_icmp(frames[0]);
    CHECK(icmp.ip.destination == peer_ip);
    CHECK(icmp.ip.to_mac == peer_mac);
    return icmp;
}

}  // namespace

TEST_CASE(
    "a packet is passed on with its addresses, other stations' hardware addresses and one hop less [L10] "
    "[RFC 1812 5.3.1]") {
    Router router;
    const auto frames = router.passes({.ttl = 64, .id = 77});
    REQUIRE(frames.size() == 1);
    const Ip seen = read_ip(frames[0]);
    CHECK(seen.from_mac == second_mac);
    CHECK(seen.to_mac == far_mac);
    CHECK(seen.source == peer_ip);
    CHECK(seen.destination == far_ip);
    CHECK(seen.ttl == 63);
    CHECK(seen.id == 77);
    CHECK(seen.data == pattern(100));
    CHECK(router.counters.ip_forwarded == 1);
    CHECK(router.all_drops() == 0);
}

TEST_CASE("without the setting nothing is passed on [RFC 1122 3.3.1.1]") {
    Router host(1500, {});
    CHECK(host.passes({}).empty());
    CHECK(host.drops(Reason::ip_not_for_us) == 1);
}

TEST_CASE("a packet without hops left is reported [L11] [RFC 1812 5.3.1]") {
    for (const std::uint8_t ttl : {std::uint8_t{0}, std::uint8_t{1}}) {
        Router router;
        const Icmp icmp = error_in(router.passes({.ttl = ttl}));
        CHECK(icmp.type == 11);
        CHECK(icmp.code == 0);
        // RFC 1812 4.3.2.4: from the link it leaves by.
        CHECK(icmp.ip.source == our_ip);
        CHECK(router.drops(Reason::ip_expired) == 1);
        CHECK(router.counters.ip_forwarded == 0);
    }
}

TEST_CASE("what is for the router itself needs no hops left [RFC 1812 4.2.2.9]") {
    Router router;
    router.receive(echo_frame(8, {.ttl = 1}));
    CHECK(read_icmp(router.frame()).type == 0);
}

TEST_CASE(
    "what fits no link is cut, or reported with the MTU of the next hop [RFC 1812 5.2.6] [RFC 1191 4]") {
    SUBCASE("cut") {
        Router router(576);
        const auto frames = router.passes({.id = 5}, pattern(1400));
        REQUIRE(frames.size() == 3);
        Octets data;
        for (std::size_t i = 0; i < frames.size(); ++i) {
            const Ip seen = read_ip(frames[i]);
            CHECK(frames[i].size() <= 576 + ethernet);
            CHECK(seen.id == 5);
            CHECK(seen.ttl == 63);
            CHECK(seen.offset == data.size());
            CHECK(seen.more == (i < 2));
            data.insert(data.end(), seen.data.begin(), seen.data.end());
        }
        CHECK(data == pattern(1400));
    }
    SUBCASE("a fragment stays one, and the middle one has more behind it") {
        Router router(576);
        const auto frames = router.passes({.id = 5, .more = true, .offset = 800}, pattern(800));
        REQUIRE(frames.size() == 2);
        CHECK(read_ip(frames[1]).offset == 800 + 552);
        CHECK(read_ip(frames[1]).more);
    }
    SUBCASE("reported") {
        Router router(576);
        const Icmp icmp = error_in(router.passes({.dont_fragment = true}, pattern(1400)));
        CHECK(icmp.type == 3);
        CHECK(icmp.code == 4);
        CHECK(icmp.rest == 576);
        CHECK(router.drops(Reason::ip_too_big) == 1);
    }
}

TEST_CASE("options go along; those without the copied flag stay with the first fragment [RFC 791 3.1]") {
    Router router(576);
    const Octets options{0x07, 7, 4, 0, 0, 0, 0, 1, 0x88, 4, 0, 9};  // record route; stream identifier
    const auto frames = router.passes({.options = options}, pattern(1000));
    REQUIRE(frames.size() == 2);
    const auto options_in = [](const Octets& frame) { return slice_of(frame, ethernet + 20, ethernet + 32); };
    CHECK(options_in(frames[0]) == options);
    CHECK(options_in(frames[1]) == Octets{1, 1, 1, 1, 1, 1, 1, 1, 0x88, 4, 0, 9});
    CHECK(u16_at(frames[1], ethernet + 6) == 544 / 8);
}

TEST_CASE("no way there is told to the sender [RFC 1812 4.3.3.1] [RFC 1812 5.2.7.1]") {
    Router router;
    SUBCASE("no route: network unreachable") {
        const Icmp icmp = error_in(router.passes({.destination = "203.0.113.9"}));
        CHECK(icmp.type == 3);
        CHECK(icmp.code == 0);
        CHECK(router.drops(Reason::ip_no_route) == 1);
    }
    SUBCASE("nobody answers ARP: host unreachable, quoting the packet") {
        const auto asked = router.passes({.destination = "198.51.100.99"});
        REQUIRE(asked.size() == 1);
        CHECK(read_arp(asked[0]).target_ip == "198.51.100.99");
        router.after(4s);
        const Icmp icmp = read_icmp(router.sent.back());
        CHECK(icmp.type == 3);
        CHECK(icmp.code == 1);
        CHECK(icmp.ip.destination == peer_ip);
        CHECK(slice_of(icmp.body, 12, 16) == Octets{192, 0, 2, 1});
        CHECK(slice_of(icmp.body, 16, 20) == Octets{198, 51, 100, 99});
        CHECK_FALSE(router.layer.next_failure());  // it is no transport's business
    }
}

TEST_CASE(
    "broadcasts, multicasts and impossible addresses are not passed on [RFC 1812 5.3.4] [RFC 1812 5.3.5] "
    "[RFC 1812 5.3.7]") {
    struct Row {
        IpFields fields;
        Reason reason;
    };
    for (const Row& row : {Row{{.to_mac = all_macs}, Reason::ip_unicast_in_group_frame},
                           Row{{.destination = "224.0.0.9"}, Reason::ip_not_for_us},
                           Row{{.destination = "127.0.0.1"}, Reason::ip_not_for_us},
                           Row{{.destination = "240.0.0.1"}, Reason::ip_not_for_us},
                           Row{{.source = "127.0.0.1"}, Reason::ip_own_source},
                           Row{{.source = "224.0.0.1"}, Reason::ip_bad_source},
                           Row{{.source = "198.51.100.255"}, Reason::ip_bad_source},
                           Row{{.source = second_ip}, Reason::ip_own_source}}) {
        CAPTURE(row.fields.destination);
        CAPTURE(row.fields.source);
        Router router;
        CHECK(router.passes(row.fields).empty());
        CHECK(router.drops(row.reason) == 1);
        CHECK(router.counters.ip_forwarded == 0);
    }
    SUBCASE("a directed broadcast is for the router only") {
        Router router;
        CHECK(router.passes({.destination = "198.51.100.255"}).empty());
        CHECK(router.counters.ip_forwarded == 0);
    }
}

TEST_CASE(
    "source routes are refused on the way too; bad options are reported [RFC 7126 4.3] [RFC 1812 4.3.3.5]") {
    Router router;
    CHECK(router.passes({.options = {0x83, 7, 4, 203, 0, 113, 9, 0}}).empty());
    CHECK(router.drops(Reason::ip_source_routed) == 1);
    const Icmp icmp = error_in(router.passes({.options = {0x88, 9, 0, 0}}));
    CHECK(icmp.type == 12);
    CHECK(icmp.ip.source == our_ip);
}

TEST_CASE("a sender on the link of the next hop is told of it, and its packet goes on [RFC 1812 5.2.7.2]") {
    Router router;
    router.layer.add_route({{ip("203.0.113.0"), 24}, ip(other_ip), 0, 0});
    router.receive(arp_frame(1, other_ip, other_mac, our_ip));
    router.frames();
    const auto frames = router.passes({.destination = "203.0.113.9"});
    REQUIRE(frames.size() == 2);
    CHECK(read_ip(frames[0]).to_mac == other_mac);
    const Icmp icmp = read_icmp(frames[1]);
    CHECK(icmp.type == 5);
    CHECK(icmp.code == 1);
    CHECK(icmp.rest == 0xc0000203);
    CHECK(icmp.ip.destination == peer_ip);
    SUBCASE("unless that is switched off") {
        LabOptions options = forwarding();
        options.settings.send_redirects = false;
        Router quiet(1500, options);
        quiet.layer.add_route({{ip("203.0.113.0"), 24}, ip(other_ip), 0, 0});
        quiet.receive(arp_frame(1, other_ip, other_mac, our_ip));
        quiet.frames();
        CHECK(quiet.passes({.destination = "203.0.113.9"}).size() == 1);
    }
}

TEST_CASE("what a device with offload hands up is not passed on [project]") {
    LabOptions options = forwarding();
    options.link.receive_segment_bytes = 65535;
    Router router(1500, options);
    CHECK(router.passes({}).empty());
    CHECK(router.drops(Reason::ip_not_for_us) == 1);
}

}  // namespace sluice::net::test
