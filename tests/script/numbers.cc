// Initial sequence numbers and ports we choose. RFC 9293 3.4.1; RFC 6528; RFC 6056.
#include <set>

#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Scripts whose initial numbers are not fixed.
ScriptOptions free_numbers(SipKey key = {1, 2}) {
    return {.config = [key](StackConfig& config) {
        config.fixed_isn.reset();
        config.seed = key;
    }};
}

// The number of the SYN that opens flow 0 now; the connection is given up again.
std::uint32_t number_now(Script& t) {
    t.app().connects();
    const auto sent = t.takes_all();
    REQUIRE(sent.size() == 1);
    t.app().aborts();
    t.flow().last_syn_seq.reset();
    return sent.front().segment.seq;
}

}  // namespace

SCRIPT_TEST("the clock of initial numbers ticks every four microseconds and wraps cleanly [MUST-8] [R6528-1]",
            Worlds::plain) {
    Script t(free_numbers());
    const std::uint32_t first = number_now(t);
    t.after(1s);
    CHECK(number_now(t) - first == 250000U);
    t.after(5h);
    CHECK(number_now(t) - first == static_cast<std::uint32_t>(250000ULL * (5 * 3600 + 1)));
}

SCRIPT_TEST(
    "the same key, tuple and time give the same number; any difference gives another [SHLD-1] [R6528-1]",
    Worlds::plain) {
    std::set<std::uint32_t> seen;
    {
        Script t(free_numbers()), again(free_numbers());
        const std::uint32_t number = number_now(t);
        CHECK(number_now(again) == number);
        seen.insert(number);
    }
    {
        Script t(free_numbers({1, 3}));
        seen.insert(number_now(t));
    }
    {
        Script t(free_numbers());
        t.flow().peer_port = 40001;
        seen.insert(number_now(t));
        t.flow().own_port = 81;
        seen.insert(number_now(t));
        t.flow().peer_address = "192.0.2.3";
        seen.insert(number_now(t));
    }
    CHECK(seen.size() == 5);
}

SCRIPT_TEST("numbers of different tuples look random [MUST-9] [R6528-2]", Worlds::plain) {
    Script t(free_numbers());
    std::array<int, 16> buckets{};
    std::set<std::uint32_t> differences;
    std::uint32_t last = 0;
    for (std::uint16_t i = 0; i < 2000; ++i) {
        t.flow().peer_port = static_cast<std::uint16_t>(1000 + i);
        const std::uint32_t number = number_now(t);
        ++buckets.at(number >> 28U);
        differences.insert(number - last);
        last = number;
    }
    CHECK(differences.size() == 2000);
    for (const int count : buckets) {
        CHECK(count > 75);
        CHECK(count < 185);
    }
}

SCRIPT_TEST(
    "ports are chosen from the range, unpredictably, and never one in use [R6056-1] [R6056-3] [R6056-4]",
    Worlds::plain) {
    Script t{{.settings = [](tcp::Settings& s) { s.port_first = 50000, s.port_last = 50063; }}};
    std::vector<TcpSocket> sockets;
    std::set<std::uint16_t> ports;
    std::set<int> steps;
    const ConnectOptions options{
        .remote = {wire::parse_address("192.0.2.2").value(), 80}, .local = {}, .options = {}};
    for (int i = 0; i < 64; ++i) {
        auto socket = t.stack().connect(options);
        REQUIRE(socket.has_value());
        const std::uint16_t port = socket->local().port;
        CHECK(port >= 50000);
        CHECK(port <= 50063);
        if (!sockets.empty()) steps.insert(port - sockets.back().local().port);
        CHECK(ports.insert(port).second);
        sockets.push_back(std::move(*socket));
    }
    CHECK(steps.size() > 8);
    const auto none = t.stack().connect(options);
    REQUIRE_FALSE(none.has_value());
    CHECK((none.error() == Error::address_not_available || none.error() == Error::address_in_use ||
           none.error() == Error::no_resources));
    ConnectOptions elsewhere = options;
    elsewhere.remote.port = 81;
    CHECK(t.stack().connect(elsewhere).has_value());
    t.after(0ms, Where::current());
    t.stack_discards();
}

SCRIPT_TEST("a port somebody listens on is not chosen [R6056-2]", Worlds::plain) {
    Script t{{.settings = [](tcp::Settings& s) { s.port_first = 50000, s.port_last = 50001; }}};
    t.flow().own_port = 50000;
    t.app().listens();
    auto socket = t.stack().connect(
        {.remote = {wire::parse_address("192.0.2.2").value(), 80}, .local = {}, .options = {}});
    REQUIRE(socket.has_value());
    CHECK(socket->local().port == 50001);
    socket->abort();
    t.after(0ms);
    t.stack_discards();
}

SCRIPT_TEST("different remotes get different sequences of ports [R6056-5]", Worlds::plain) {
    Script t;
    std::set<int> offsets;
    for (std::uint16_t remote = 1; remote <= 20; ++remote) {
        auto socket = t.stack().connect(
            {.remote = {wire::parse_address("192.0.2.2").value(), remote}, .local = {}, .options = {}});
        REQUIRE(socket.has_value());
        offsets.insert(socket->local().port);
        socket->abort();
    }
    CHECK(offsets.size() > 15);
    t.after(0ms);
    t.stack_discards();
}

SCRIPT_TEST("a listener on port 0 gets a port of its own [R6056-6]", Worlds::plain) {
    Script t;
    auto first = t.stack().listen({});
    auto second = t.stack().listen({});
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    CHECK(first->local().port != 0);
    CHECK(first->local().port != second->local().port);
}
