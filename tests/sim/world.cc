// Whole networks in virtual time: what a test of an application looks like, and what the parts of a World do.
#include "sim/world.h"

#include <doctest/doctest.h>

#include "sim/traffic.h"

using namespace sluice;
using namespace sluice::sim;

namespace {

constexpr std::uint16_t port = 7;

Task<> echo_once(TcpSocket accepted) {
    AsyncTcp peer(std::move(accepted));
    std::array<std::uint8_t, 4096> room;
    for (;;) {
        const auto octets = co_await peer.read(room);
        if (!octets || *octets == 0) break;
        if (!co_await peer.write(ByteView(room.data(), *octets))) break;
    }
}

Task<> echo_server(World& world, Host& host) {
    AsyncListener listener = host.listen(port);
    for (;;) world.start_service(echo_once(co_await listener.accept()));
}

Task<> echo_client(Host& host, Host& server, std::uint64_t count) {
    AsyncTcp peer = host.connect(server, port);
    CHECK(co_await peer.opened() == Error::none);
    std::uint64_t done = 0;
    for (std::array<std::uint8_t, 512> text{}, back{}; done < count; done += text.size()) {
        for (std::size_t i = 0; i < text.size(); ++i) text[i] = stream_octet(1, done + i);
        if (!co_await peer.write(text)) break;
        if (co_await peer.read_all(back) != text.size() || back != text) break;
    }
    CHECK(done >= count);
}

Task<> download(Host& client, const Host& server, std::uint64_t count, Received& result) {
    AsyncTcp peer = client.connect(server, port);
    (void)co_await peer.opened();
    (void)peer.shutdown_write();
    result = co_await receive_stream(peer, count);
}

Task<> serve_stream(Host& host, std::uint64_t count) {
    AsyncListener listener = host.listen(port);
    AsyncTcp peer(co_await listener.accept());
    CHECK(co_await send_stream(peer, count, count));
}

}  // namespace

TEST_CASE("three hosts, a switch and a lossy cable: both clients get their echo") {
    World world({.seed = 7});
    Host& server = world.add_host("server", "192.0.2.1/24");
    Host& alice = world.add_host("alice", "192.0.2.2/24");
    Host& bob = world.add_host("bob", "192.0.2.3/24");
    Switch& lan = world.add_switch();
    world.connect(server, lan);
    world.connect(alice, lan);
    world.connect(bob, lan, {.delay = 20ms, .faults = {.loss = 0.05}});
    world.start_service(echo_server(world, server));
    world.start(echo_client(alice, server, 20'000));
    world.start(echo_client(bob, server, 20'000));
    CHECK(world.finish() == "");
    CHECK(world.links()[2]->counters(Side::a).lost + world.links()[2]->counters(Side::b).lost > 0);
}

TEST_CASE("everything at once: loss, bursts, doubling, reordering, changed bits, jitter, drifting clocks") {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        INFO("seed ", seed);
        World world({.seed = seed});
        Host& server = world.add_host("server", "192.0.2.1/24", {.clock_ppm = 200});
        Host& client = world.add_host("client", "192.0.2.2/24", {.clock_ppm = -150});
        world.connect(server, client,
                      {.delay = 15ms,
                       .bits_per_second = 10'000'000,
                       .faults = {.loss = 0.01,
                                  .burst = {.begins = 0.005},
                                  .duplicate = 0.02,
                                  .reorder = 0.05,
                                  .corrupt = 0.01,
                                  .jitter = 3ms}});
        Received got;
        world.start(serve_stream(server, 300'000));
        world.start(download(client, server, 300'000, got));
        CHECK(world.finish() == "");
        CHECK(got.is_right);
        CHECK(got.is_whole);
        CHECK(got.octets == 300'000);
    }
}

TEST_CASE("the same seed gives the same trace; another seed another") {
    const auto hash = [](std::uint64_t seed) {
        World world({.seed = seed});
        Host& server = world.add_host("server", "192.0.2.1/24");
        Host& client = world.add_host("client", "192.0.2.2/24");
        world.connect(server, client, {.faults = {.loss = 0.05, .reorder = 0.1}});
        Received got;
        world.start(serve_stream(server, 100'000));
        world.start(download(client, server, 100'000, got));
        CHECK(world.finish() == "");
        return world.trace_hash();
    };
    CHECK(hash(1) == hash(1));
    CHECK(hash(1) != hash(2));
}

TEST_CASE("what the faults did is a schedule that does it again") {
    const auto play = [](const std::optional<Schedule>& schedule) {
        World world({.seed = 3, .schedule = schedule});
        Host& server = world.add_host("server", "192.0.2.1/24");
        Host& client = world.add_host("client", "192.0.2.2/24");
        Link& link =
            world.connect(server, client, {.faults = {.loss = 0.03, .reorder = 0.1, .corrupt = 0.01}});
        world.after(300ms, [&link] { link.cut(); });
        world.after(700ms, [&link] { link.heal(); });
        Received got;
        world.start(serve_stream(server, 200'000));
        world.start(download(client, server, 200'000, got));
        world.run(60s);
        return std::pair(world.schedule(), world.trace_hash());
    };
    const auto drawn = play(std::nullopt);
    const auto again = play(drawn.first);
    CHECK(drawn.first.size() > 5);
    CHECK(again == drawn);
}

TEST_CASE("a partition that heals delays a transfer; one that stays ends it") {
    for (const bool heals : {true, false}) {
        World world;
        Host& server = world.add_host("server", "192.0.2.1/24");
        Host& client = world.add_host("client", "192.0.2.2/24");
        Link& link = world.connect(server, client, {.delay = 5ms, .bits_per_second = 8'000'000});
        world.after(200ms, [&link] { link.cut(); });
        if (heals) world.after(30s, [&link] { link.heal(); });
        Received got;
        world.start(download(client, server, 1'000'000, got));
        world.start(serve_stream(server, 1'000'000));
        world.run(30min);
        CHECK(got.is_whole == heals);
        CHECK(got.is_right);
        CHECK(server.stack().tcp_open() == 0);
        CHECK(client.stack().tcp_open() == (heals ? 0U : 1U));
    }
}
