#include "net/routes.h"

#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

const auto nobody_is_dead = [](LinkId, const wire::Address&) { return false; };

Route route(const char* prefix, const char* gateway, std::uint32_t metric = 0) {
    return {wire::parse_prefix(prefix).value(), ip(gateway), 0, metric};
}

std::string gateway_for(const Routes& routes, const char* destination) {
    const Route* found = routes.find(ip(destination), nobody_is_dead);
    return found ? wire::to_text(found->gateway) : "none";
}

TEST_CASE("the longest prefix wins, then the lowest metric [R1122-7] [RFC 1122 3.3.1.2]") {
    Routes routes;
    routes.add(route("0.0.0.0/0", "192.0.2.1"));
    routes.add(route("198.51.100.0/24", "192.0.2.3", 10));
    routes.add(route("198.51.100.0/24", "192.0.2.4", 5));
    routes.add(route("198.51.100.7/32", "192.0.2.5"));
    CHECK(gateway_for(routes, "203.0.113.1") == "192.0.2.1");
    CHECK(gateway_for(routes, "198.51.100.1") == "192.0.2.4");
    CHECK(gateway_for(routes, "198.51.100.7") == "192.0.2.5");
    CHECK(gateway_for(Routes(), "198.51.100.7") == "none");
}

TEST_CASE("a route replaces the one with the same destination and metric; host bits do not matter") {
    Routes routes;
    routes.add(route("198.51.100.9/24", "192.0.2.3"));
    routes.add(route("198.51.100.0/24", "192.0.2.4"));
    CHECK(routes.list().size() == 1);
    CHECK(gateway_for(routes, "198.51.100.1") == "192.0.2.4");
    CHECK(routes.remove({ip("198.51.100.77"), 24}));
    CHECK_FALSE(routes.remove({ip("198.51.100.77"), 24}));
    CHECK(routes.list().empty());
}

TEST_CASE("networks of our addresses come and go with them, not with the configured routes") {
    Routes routes;
    routes.add(route("192.0.2.0/24", "192.0.2.9", 1));
    routes.set_on_link({route("192.0.2.2/24", "0.0.0.0")});
    CHECK(gateway_for(routes, "192.0.2.1") == "0.0.0.0");
    CHECK(routes.list().size() == 2);
    CHECK(routes.remove({ip("192.0.2.0"), 24}));
    CHECK(gateway_for(routes, "192.0.2.1") == "0.0.0.0");
    routes.set_on_link({});
    CHECK(gateway_for(routes, "192.0.2.1") == "none");
}

TEST_CASE(
    "a dead gateway is passed over while there is another for the same destination [R1122-8] [RFC 1122 "
    "3.3.1.4]") {
    Routes routes;
    routes.add(route("0.0.0.0/0", "192.0.2.1", 1));
    routes.add(route("0.0.0.0/0", "192.0.2.3", 2));
    const auto first_is_dead = [](LinkId, const wire::Address& gateway) {
        return gateway == ip("192.0.2.1");
    };
    CHECK(routes.find(ip(far_ip), first_is_dead)->gateway == ip("192.0.2.3"));
    const auto all_are_dead = [](LinkId, const wire::Address&) { return true; };
    CHECK(routes.find(ip(far_ip), all_are_dead)->gateway == ip("192.0.2.1"));
}

TEST_CASE("on the link the destination is asked for, beyond it the gateway [R1122-7] [RFC 1122 3.3.1.1]") {
    Lab lab;
    lab.layer.add_route(route("0.0.0.0/0", peer_ip));
    lab.send(other_ip, {1});
    CHECK(read_arp(lab.frame()).target_ip == other_ip);
    lab.send(far_ip, {1});
    CHECK(read_arp(lab.frame()).target_ip == peer_ip);
    lab.receive(arp_frame(2, peer_ip, peer_mac, our_ip, our_mac, our_mac));
    const Ip seen = read_ip(lab.frame());
    CHECK(seen.to_mac == peer_mac);
    CHECK(seen.destination == far_ip);
}

TEST_CASE(
    "a gateway that does not answer is left for another one, without asking all the time [R1122-8] [RFC 1122 "
    "3.3.1.4]") {
    Lab lab;
    lab.layer.add_route(route("0.0.0.0/0", peer_ip, 1));
    lab.layer.add_route(route("0.0.0.0/0", other_ip, 2));
    lab.meet(other_ip, other_mac);
    lab.send(far_ip, {1});
    lab.after(3s);
    lab.sent.clear();
    CHECK(lab.send(far_ip, {2}) == Sent::frame);
    CHECK(read_ip(lab.sent.at(0)).to_mac == other_mac);
    lab.sent.clear();
    lab.after(1h);
    for (const Octets& frame : lab.sent) CHECK(read_arp(frame).target_ip != peer_ip);
}

TEST_CASE(
    "a transport that doubts its way has the gateway asked by the next packet [R1122-8] [RFC 1122 3.3.1.4]") {
    Lab lab;
    lab.layer.add_route(route("0.0.0.0/0", peer_ip));
    lab.meet();
    CHECK(lab.send(far_ip, {1}) == Sent::frame);
    CHECK(lab.is_silent());
    for (int i = 0; i < 3; ++i) lab.layer.doubt(ip(far_ip), lab.now);
    lab.layer.doubt(ip(our_ip), lab.now);
    lab.layer.doubt(ip("240.0.0.1"), lab.now);
    CHECK(lab.is_silent());  // advice alone sends nothing
    CHECK(lab.send(far_ip, {1}) == Sent::frame);
    const Arp asked = read_arp(lab.frame());
    CHECK(asked.target_ip == peer_ip);
    CHECK(asked.to == peer_mac);
    CHECK(lab.send(far_ip, {1}) == Sent::frame);
    CHECK(lab.is_silent());
}

TEST_CASE("without a route a packet is refused and reported [R1122-7] [RFC 1122 3.3.1]") {
    Lab lab;
    CHECK(lab.send(far_ip, {1}) == Sent::dropped);
    CHECK(lab.drops(Reason::ip_no_route) == 1);
    REQUIRE(lab.layer.next_failure());
    CHECK(lab.layer.path_to(ip(far_ip), {}).error() == wire::DeliveryError::no_route);
    for (const char* nowhere : {"0.0.0.0", "240.0.0.1"}) CHECK(lab.send(nowhere, {1}) == Sent::dropped);
}

TEST_CASE(
    "a path tells source, link, sizes; the source is on the network of the next hop [R1122-9] [R1122-10] "
    "[RFC 1122 3.3.4.3]") {
    LabOptions options;
    options.link.mtu = 1400;
    options.link.send_segment_bytes = 65000;
    Lab lab(options);
    lab.layer.add_address(lab.link, {ip("203.0.113.2"), 24}, lab.now);
    lab.layer.add_route(route("0.0.0.0/0", "203.0.113.1"));
    const auto near = lab.layer.path_to(ip(peer_ip), {});
    REQUIRE(near);
    CHECK(near->source == ip(our_ip));
    CHECK(near->link == lab.link);
    CHECK(near->mtu == 1400);
    CHECK(near->reassembly_bytes == 65535);
    CHECK(near->send_segment_bytes == 65000);
    CHECK(lab.layer.path_to(ip(far_ip), {})->source == ip("203.0.113.2"));
    CHECK(lab.layer.path_to(ip(far_ip), ip(our_ip))->source == ip(our_ip));
    CHECK_FALSE(lab.layer.path_to(ip(far_ip), ip(other_ip)));
}

TEST_CASE("each link has its own network, neighbours and frames") {
    Lab lab;
    LinkCapabilities capabilities;
    capabilities.mtu = 1000;
    const LinkId second = lab.layer.attach(mac("02:00:00:00:01:01"), capabilities);
    lab.layer.add_address(second, {ip("203.0.113.2"), 24}, lab.now);
    lab.frames();
    CHECK(lab.layer.path_to(ip("203.0.113.1"), {})->mtu == 1000);
    lab.send("203.0.113.1", {1});
    REQUIRE(lab.layer.next_frame(lab.out, lab.now));
    CHECK(lab.out.link == second);
    CHECK(read_arp(octets_of(lab.out)).sender_ip == "203.0.113.2");
    CHECK(read_arp(octets_of(lab.out)).from == "02:00:00:00:01:01");
    wire::PacketOut packet;
    packet.source = ip("203.0.113.2");
    packet.destination = ip("255.255.255.255");
    packet.has_checksum = false;
    CHECK(lab.send(packet) == Sent::frame);
    CHECK(lab.out.link == second);  // the link of its source
}

TEST_CASE("packets to ourselves come back without a frame [RFC 1122 3.2.1.3]") {
    Lab lab;
    for (const char* to : {our_ip, "127.0.0.1", "127.9.9.9"}) {
        CHECK(lab.send(to, pattern(60000)) == Sent::looped);
        const auto packet = lab.layer.next_looped();
        REQUIRE(packet);
        CHECK(packet->is_looped);
        CHECK(packet->checksum_good);
        CHECK(packet->source == ip(to));
        CHECK(packet->destination == ip(to));
        CHECK(from_view(packet->payload.view()) == pattern(60000));
        CHECK(packet->whole.size() == 60020);
        CHECK_FALSE(lab.layer.next_looped());
    }
    CHECK(lab.is_silent());
    CHECK(lab.layer.path_to(ip("127.0.0.1"), {})->mtu == 65535);
}

TEST_CASE("packets to ourselves wait in bounded number") {
    Lab lab;
    for (int i = 0; i < 600; ++i) lab.send(our_ip, {1});
    CHECK(lab.drops(Reason::reply_queue_full) == 600 - 512);
}

}  // namespace
}  // namespace sluice::net::test
