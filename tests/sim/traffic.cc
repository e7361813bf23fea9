// The applications of the built-in scenarios, and the checks that look at them.
#include "sim/traffic.h"

#include <doctest/doctest.h>

#include "sim/datagrams.h"
#include "sim/world.h"

using namespace sluice;
using namespace sluice::sim;

namespace {

Task<> send_urgent(Host& host, std::size_t piece) {
    AsyncListener listener = host.listen(80);
    AsyncTcp peer(co_await listener.accept());
    CHECK(co_await send_stream(peer, 1, 8000, {.piece = piece, .urgent = true}));
}

Task<> receive(Host& host, const Host& from, Received& result) {
    AsyncTcp peer = host.connect(from, 80);
    result = co_await receive_stream(peer, 1, {.piece = 1000, .urgent = true});
    (void)peer.shutdown_write();
}

Received receive_urgent(std::size_t piece) {
    World world;
    Host& server = world.add_host("server", "192.0.2.1/24");
    Host& client = world.add_host("client", "192.0.2.2/24");
    world.connect(client, server);
    Received result;
    world.start(send_urgent(server, piece));
    world.start(receive(client, server, result));
    CHECK(world.finish() == "");
    return result;
}

TraceRecord state_record(std::uint32_t number, Duration at, State before, State after, Event event) {
    TraceRecord record;
    record.number = number;
    record.time_ns = at.count();
    record.connection = 1;
    record.kind = Kind::state;
    record.before = before;
    record.after = after;
    record.detail = static_cast<std::uint16_t>(event);
    record.rule = Rule::r9293_3_10_7_4;
    return record;
}

// What the checker says of a TIME-WAIT that ends after `lasted`.
std::string time_wait_of(Duration lasted, Event end) {
    TraceChecker checker;
    checker.expect_time_wait(60s);
    std::uint32_t number = 0;
    const auto tell = [&](Duration at, State before, State after, Event event) {
        return checker.check_record(state_record(++number, at, before, after, event));
    };
    CHECK(tell(0s, State::closed, State::syn_sent, Event::active_open) == "");
    CHECK(tell(1s, State::syn_sent, State::established, Event::syn_acked) == "");
    CHECK(tell(1s, State::established, State::fin_wait_1, Event::close_call) == "");
    CHECK(tell(2s, State::fin_wait_1, State::fin_wait_2, Event::ack_of_fin) == "");
    CHECK(tell(3s, State::fin_wait_2, State::time_wait, Event::fin_arrives) == "");
    return tell(3s + lasted, State::time_wait, State::closed, end);
}

}  // namespace

TEST_CASE("urgent marks are held against the places where they were set [MUST-62]") {
    const Received right = receive_urgent(1000);
    CHECK(right.marks_are_right);
    CHECK(right.octets == 8000);
    CHECK_FALSE(receive_urgent(1250).marks_are_right);
}

TEST_CASE("TIME-WAIT is held against 2 MSL; a reset or the application may end it before [MUST-13]") {
    CHECK(time_wait_of(60s, Event::time_wait_over) == "");
    CHECK(time_wait_of(59s, Event::time_wait_over) == "TIME-WAIT lasted 59000 ms");
    CHECK(time_wait_of(1s, Event::reset_arrives) == "");
    CHECK(time_wait_of(1s, Event::abort_call) == "");
}

TEST_CASE("datagrams there and back, in fragments, over a cable that changes bits") {
    World world({.seed = 2});
    Host& server = world.add_host("server", "192.0.2.1/24");
    Host& client = world.add_host("client", "192.0.2.2/24");
    const Link& cable =
        world.connect(client, server, {.faults = {.loss = 0.05, .corrupt = 0.05}, .mtu = 576});
    start_datagrams(world, client, server, {.count = 100, .size_most = 4000});
    CHECK(world.finish() == "");
    CHECK(cable.counters(Side::b).delivered > 100);
    CHECK(server.stack().counters().drops(Reason::udp_bad_checksum) > 0);
}
