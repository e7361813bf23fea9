// The router of a World seen from hosts behind it: TTL, unreachable networks and hosts, MTU, fragments.
#include <doctest/doctest.h>

#include "sim/traffic.h"
#include "sim/world.h"

using namespace sluice;
using namespace sluice::sim;

namespace {

struct Net {
    explicit Net(const LinkOptions& far = {}) {
        world.connect(near_host, {router, "192.0.2.254/24"}, {.delay = 1ms});
        world.connect({router, "198.51.100.254/24"}, far_host, far);
    }
    // Sends an echo request; answers what came of it.
    void ping(const wire::Address& to, std::size_t octets = 8, bool dont_fragment = false,
              std::uint8_t ttl = 0) {
        const std::vector<std::uint8_t> data(octets);
        CHECK(near_host.stack().send_echo(to, 1, 1, data, dont_fragment, ttl).has_value());
        world.run(10s);
        reply = near_host.stack().next_echo_reply();
        failure = near_host.stack().next_delivery_failure();
        CHECK(world.failure() == "");
    }

    World world;
    Host& near_host = world.add_host("near", "192.0.2.1/24");
    Host& far_host = world.add_host("far", "198.51.100.1/24");
    Router& router = world.add_router();
    std::optional<net::EchoReply> reply;
    std::optional<wire::DeliveryFailed> failure;
};

}  // namespace

TEST_CASE(
    "a router forwards and decrements the TTL; at the last hop it reports the packet [RFC 1812 5.3.1]") {
    Net net;
    net.ping(net.far_host.address(), 8, false, 2);
    REQUIRE(net.reply);
    CHECK(net.reply->hop_limit == 63);
    net.ping(net.far_host.address(), 8, false, 1);
    CHECK_FALSE(net.reply);
    REQUIRE(net.failure);
    CHECK(net.failure->error == wire::DeliveryError::time_exceeded);
    CHECK(net.failure->reporter == net.router.address(0));
}

TEST_CASE("no route, and nobody there [RFC 1812 5.2.7.1]") {
    Net net;
    net.ping(wire::Address::v4(203, 0, 113, 1));
    REQUIRE(net.failure);
    CHECK(net.failure->error == wire::DeliveryError::net_unreachable);
    net.ping(wire::Address::v4(198, 51, 100, 9));
    REQUIRE(net.failure);
    CHECK(net.failure->error == wire::DeliveryError::host_unreachable);
    CHECK(net.router.counters().unreachable == 1);
}

TEST_CASE(
    "a packet too big for the next cable is cut up, or reported with that MTU [RFC 791 3.2, RFC 1191 4]") {
    Net net({.mtu = 576});
    net.ping(net.far_host.address(), 1200);
    CHECK(net.reply);
    CHECK(net.router.counters().fragmented >= 3);
    CHECK(net.far_host.stack().counters().reassembled == 1);
    net.ping(net.far_host.address(), 1200, true);
    CHECK_FALSE(net.reply);
    REQUIRE(net.failure);
    CHECK(net.failure->error == wire::DeliveryError::packet_too_big);
    CHECK(net.failure->mtu == 576);
}

TEST_CASE("a router answers for itself; two in a row find their way by routes") {
    World world;
    Host& left = world.add_host("left", "192.0.2.1/24");
    Host& right = world.add_host("right", "203.0.113.1/24");
    Router& a = world.add_router("a");
    Router& b = world.add_router("b");
    world.connect(left, {a, "192.0.2.254/24"});
    world.connect({a, "198.51.100.1/24"}, {b, "198.51.100.2/24"});
    world.connect({b, "203.0.113.254/24"}, right);
    a.add_route(*wire::parse_prefix("203.0.113.0/24"), wire::Address::v4(198, 51, 100, 2));
    b.add_route(*wire::parse_prefix("192.0.2.0/24"), wire::Address::v4(198, 51, 100, 1));
    for (const wire::Address& to : {a.address(0), right.address()}) {
        CHECK(left.stack().send_echo(to, 1, 1, {}).has_value());
        world.run(5s);
        CHECK(left.stack().next_echo_reply().has_value());
    }
    CHECK(world.finish() == "");
}
