// Both ends are ours: transfers over a wire that loses, doubles, swaps and changes frames; the same seed gives the same
// trace; the first frames are lost one by one.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "support/pair.h"

using namespace sluice;
using namespace sluice::test;

namespace {

struct Ends {
    TcpListener listener;
    TcpSocket client;
    TcpSocket server;
};

// Opens a connection from side 0 to port 80 of side 1.
void open(Pair& pair, Ends& ends, Duration within = 60s) {
    const wire::Address server = wire::parse_address("192.0.2.2").value();
    ends.listener = pair.stack(1).listen({.address = {}, .port = 80}).value();
    ends.client = pair.stack(0).connect({.remote = {server, 80}, .local = {}, .options = {}}).value();
    const bool opened = pair.run(within, [&] {
        if (auto socket = ends.listener.accept()) ends.server = std::move(*socket);
        return static_cast<bool>(ends.server) && ends.client.state() == State::established;
    });
    REQUIRE(opened);
}

// Sends `octets` each way after the other and closes; both ends must finish.
void exchange(Pair& pair, std::uint64_t octets, Duration within) {
    Ends ends;
    open(pair, ends);
    Transfer there{ends.client, ends.server, octets};
    Transfer back{ends.server, ends.client, octets / 4};
    const bool done = pair.run(within, [&] {
        there.step();
        if (there.ended) back.step();
        return there.ended && back.ended;
    });
    CHECK(done);
    CHECK(there.read == octets);
    CHECK(back.read == octets / 4);
    CHECK_FALSE(there.wrong);
    CHECK_FALSE(back.wrong);
    ends.client.close();
    ends.server.close();
    ends.listener.close();
    pair.run(10min);
    CHECK(pair.stack(0).tcp_open() == 0);
    CHECK(pair.stack(1).tcp_open() == 0);
}

}  // namespace

TEST_CASE("a transfer over a clean wire is complete and leaves nothing behind") {
    Pair pair;
    exchange(pair, 4'000'000, 60s);
    CHECK(pair.stack(0).counters().tcp_retransmitted == 0);
}

TEST_CASE("a transfer survives loss, doubling, swapping and changed bits, by seed") {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        INFO("seed ", seed);
        Pair pair{
            {.faults = {.loss = 0.03, .duplicate = 0.02, .reorder = 0.05, .corrupt = 0.005}, .seed = seed}};
        exchange(pair, 200'000, 600s);
    }
}

TEST_CASE("a transfer survives heavy loss") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        INFO("seed ", seed);
        Pair pair{{.faults = {.loss = 0.2}, .seed = seed}};
        exchange(pair, 50'000, 2h);
    }
}

TEST_CASE("losing any one of the first forty frames delays a small exchange, nothing more") {
    for (std::size_t lost = 1; lost <= 40; ++lost) {
        INFO("frame ", lost);
        Pair pair{{.copies = [=](std::size_t index, bool) { return index == lost ? 0 : 1; }}};
        exchange(pair, 20'000, 60s);
    }
}

TEST_CASE("doubling every frame changes nothing that is delivered") {
    Pair pair{{.copies = [](std::size_t, bool) { return 2; }}};
    exchange(pair, 100'000, 120s);
}

TEST_CASE("small buffers and small MTUs") {
    for (const std::uint32_t mtu : {256U, 576U, 1500U}) {
        INFO("mtu ", mtu);
        Pair pair{{.config =
                       [](StackConfig& c) {
                           c.tcp.receive_buffer = 2000, c.tcp.send_buffer = 3000,
                           c.tcp.receive_buffer_max = c.tcp.send_buffer_max = 0;
                       },
                   .link = {.mtu = mtu}}};
        exchange(pair, 60'000, 300s);
    }
}

TEST_CASE("the same seed gives the same trace, octet by octet; another seed another") {
    const auto play = [](std::uint64_t seed) {
        Pair pair{{.faults = {.loss = 0.05, .duplicate = 0.02, .reorder = 0.05}, .seed = seed}};
        exchange(pair, 100'000, 600s);
        return pair.records();
    };
    const auto first = play(5), again = play(5), other = play(6);
    REQUIRE(first.size() == again.size());
    CHECK(std::memcmp(first.data(), again.data(), first.size() * sizeof(TraceRecord)) == 0);
    CHECK((first.size() != other.size() ||
           std::memcmp(first.data(), other.data(), first.size() * sizeof(TraceRecord)) != 0));
}

TEST_CASE("both ends connect to each other at the same time: one connection [MUST-10]") {
    Pair pair;
    const wire::Endpoint first{wire::parse_address("192.0.2.1").value(), 5000};
    const wire::Endpoint second{wire::parse_address("192.0.2.2").value(), 6000};
    TcpSocket a = pair.stack(0).connect({.remote = second, .local = first, .options = {}}).value();
    TcpSocket b = pair.stack(1).connect({.remote = first, .local = second, .options = {}}).value();
    CHECK(pair.run(10s, [&] { return a.state() == State::established && b.state() == State::established; }));
    CHECK(pair.stack(0).tcp_open() == 1);
    CHECK(pair.stack(1).tcp_open() == 1);
    Transfer there{a, b, 10'000};
    CHECK(pair.run(10s, [&] { return there.step(); }));
    CHECK_FALSE(there.wrong);
}

TEST_CASE("both ends close at the same time and both pass through TIME-WAIT") {
    Pair pair;
    Ends ends;
    open(pair, ends);
    CHECK(ends.client.shutdown_write().has_value());
    CHECK(ends.server.shutdown_write().has_value());
    pair.run(1s);
    CHECK(ends.client.state() == State::time_wait);
    CHECK(ends.server.state() == State::time_wait);
    pair.run(61s);
    CHECK(pair.stack(0).tcp_open() == 0);
    CHECK(pair.stack(1).tcp_open() == 0);
}

TEST_CASE("a peer that vanishes ends in a timeout, not in a hang") {
    bool cut = false;
    Pair pair{{.copies = [&](std::size_t, bool) { return cut ? 0 : 1; }}};
    Ends ends;
    open(pair, ends);
    cut = true;
    std::array<std::uint8_t, 1000> text{};
    CHECK(ends.client.write(text).has_value());
    pair.run(400s);
    CHECK(ends.client.state() == State::closed);
    CHECK(ends.client.take_error() != Error::none);
    CHECK(ends.server.state() == State::established);
}

TEST_CASE("a hundred connections at once") {
    Pair pair{{.faults = {.loss = 0.02}, .seed = 9}};
    const wire::Address address = wire::parse_address("192.0.2.2").value();
    TcpListener listener = pair.stack(1).listen({.address = {}, .port = 80}).value();
    std::vector<TcpSocket> clients, servers;
    for (int i = 0; i < 100; ++i)
        clients.push_back(
            pair.stack(0).connect({.remote = {address, 80}, .local = {}, .options = {}}).value());
    CHECK(pair.run(60s, [&] {
        while (auto socket = listener.accept()) servers.push_back(std::move(*socket));
        return servers.size() == 100;
    }));
    std::vector<Transfer> transfers;
    for (TcpSocket& server : servers) {
        for (TcpSocket& client : clients)
            if (client.local() == server.remote()) transfers.push_back({client, server, 5000});
    }
    REQUIRE(transfers.size() == 100);
    CHECK(pair.run(300s, [&] {
        return std::count_if(transfers.begin(), transfers.end(), [](Transfer& t) { return t.step(); }) == 100;
    }));
    for (const Transfer& transfer : transfers) CHECK((transfer.read == 5000 && !transfer.wrong));
}
