// User calls in each state: what is done, what is answered. RFC 9293 3.10.1-6; states.md section 3.
#include <array>

#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::array with_socket{State::syn_sent,   State::syn_received, State::established,
                                 State::fin_wait_1, State::fin_wait_2,   State::close_wait,
                                 State::closing,    State::last_ack,     State::time_wait};

bool is_closed_for_writing(State state) {
    return state != State::syn_sent && state != State::syn_received && state != State::established &&
           state != State::close_wait;
}

// SYN-RECEIVED holds a socket only after an active open.
ScriptOptions options_for(State state) { return {.active = state == State::syn_received}; }

}  // namespace

SCRIPT_TEST(
    "a socket without a connection answers that there is none [3.3 CLD] [3.4 CLD] [3.5 CLD] [3.7 CLD]",
    Worlds::plain) {
    TcpSocket none;
    std::array<std::uint8_t, 8> room;
    CHECK(none.read(room).error() == Error::not_connected);
    CHECK(none.write(room).error() == Error::not_connected);
    CHECK(none.shutdown_write().error() == Error::not_connected);
    CHECK(none.state() == State::closed);
    none.close();
    none.abort();
    TcpListener nothing;
    CHECK_FALSE(nothing.accept().has_value());
    nothing.close();
}

SCRIPT_TEST("OPEN of a tuple that exists is refused in every state [3.2]", Worlds::numbers) {
    for (const State state : with_socket) {
        Script t(options_for(state));
        t.in(state);
        App& second = t.app(1);
        second.connect_options.local.port = 80;
        second.connect_options.remote = {wire::parse_address("192.0.2.2").value(), 40000};
        second.connect_fails(Error::address_in_use);
        t.stack_is_silent().state_is(state);
    }
}

SCRIPT_TEST(
    "OPEN to no address, a group or a broadcast address is refused without a frame [3.2 CLD] [MUST-46]",
    Worlds::numbers) {
    Script t;
    App& app = t.app();
    const auto refuse = [&](const char* address, Error error) {
        INFO(address);
        app.connect_options.remote = {wire::parse_address(address).value(), 80};
        app.connect_fails(error);
        t.stack_is_silent();
    };
    refuse("255.255.255.255", Error::invalid_destination);
    refuse("224.0.0.1", Error::invalid_destination);
    refuse("192.0.2.255", Error::invalid_destination);
    refuse("0.0.0.0", Error::destination_required);
    app.connect_options.remote = {wire::parse_address("192.0.2.2").value(), 0};
    CHECK_FALSE(t.stack().connect(app.connect_options).has_value());
    app.connect_options.remote.port = 80;
    app.connect_options.local.address = wire::parse_address("192.0.2.77").value();
    app.connect_fails(Error::address_not_available);
    t.stack_is_silent();
    CHECK(t.stack().tcp_open() == 0);
}

SCRIPT_TEST("SEND queues while opening [3.3 SSN] [3.3 SRC]", Worlds::all) {
    for (const State state : {State::syn_sent, State::syn_received}) {
        Script t{{.mss = 1000, .active = true}};
        t.in(state).app().writes(1500);
        t.stack_is_silent().state_is(state);
        t.peer_sends(state == State::syn_sent ? syn_ack().ack(1) : ack(1));
        t.takes_all();
        t.peer_sends(ack());
        t.takes_all();
        CHECK(t.flow().received.next() == 1501);
    }
}

SCRIPT_TEST("SEND after CLOSE answers \"connection closing\" in every state [3.3]", Worlds::all) {
    for (const State state : with_socket) {
        if (!is_closed_for_writing(state)) continue;
        Script t;
        t.in(state).app().write_fails(Error::closing).error_is(Error::none);
        t.stack_is_silent().state_is(state);
    }
}

SCRIPT_TEST("SEND answers \"insufficient resources\" when the buffer is full, and room is told [3.3 EST]",
            Worlds::numbers) {
    Script t{{.mss = 500, .window = 1000, .socket = [](TcpOptions& o) { o.send_buffer = 2000; }}};
    t.established();
    t.app().forget_told();
    t.app().writes(2000);
    t.takes_all();
    t.app().write_fails(Error::would_block).is_not_ready(&Readiness::writable);
    CHECK(t.app().socket().room() == 0);
    t.app().forget_told();
    t.peer_sends(ack(1001));
    t.takes_all();
    t.app().is_ready(&Readiness::writable);
    CHECK(t.app().socket().room() == 1000);
    t.app().was_told(1).writes(1000);
    t.takes_all();
}

SCRIPT_TEST("RECEIVE waits while opening and while nothing came [3.4]", Worlds::all) {
    for (const State state :
         {State::syn_sent, State::syn_received, State::established, State::fin_wait_1, State::fin_wait_2}) {
        Script t(options_for(state));
        t.in(state).app().reads_nothing().is_not_ready(&Readiness::readable);
        t.stack_is_silent().state_is(state);
    }
}

SCRIPT_TEST("RECEIVE after the peer's FIN answers the end, again and again [3.4 CLW] [D-6]", Worlds::all) {
    for (const State state : {State::close_wait, State::closing, State::last_ack, State::time_wait}) {
        Script t;
        t.in(state).app().reads_end().reads_end();
        t.stack_is_silent().state_is(state);
    }
}

SCRIPT_TEST("peek shows what read would give, consume takes it [3.4]", Worlds::numbers) {
    Script t;
    t.established();
    t.peer_sends(data(1, 100)).stack_sends_after(40ms, ack(101));
    const auto seen = t.app().socket().peek();
    REQUIRE(seen.has_value());
    REQUIRE(seen->size() == 100);
    CHECK((*seen)[0] == octet_at(1, false));
    CHECK((*seen)[99] == octet_at(100, false));
    t.app().socket().consume(40);
    const auto rest = t.app().socket().peek_slice();
    REQUIRE(rest.has_value());
    REQUIRE(rest->size() == 60);
    CHECK(rest->view()[0] == octet_at(41, false));
    t.app().socket().consume(60);
    t.app().reads_nothing();
}

SCRIPT_TEST("CLOSE in SYN-SENT deletes the connection and sends nothing [3.5 SSN] [T10]", Worlds::all) {
    Script t;
    t.in(State::syn_sent).app().closes();
    t.stack_is_silent().state_is(State::closed).stack_is_silent_for(10min);
    t.peer_sends(syn_ack().ack(1)).stack_sends(rst(1));
}

SCRIPT_TEST("a second CLOSE never makes a second FIN [3.5]", Worlds::all) {
    for (const State state :
         {State::fin_wait_1, State::fin_wait_2, State::closing, State::last_ack, State::time_wait}) {
        Script t;
        t.in(state);
        const auto again = t.app().socket().shutdown_write();
        CHECK((again.has_value() || again.error() == Error::closing));
        t.stack_is_silent().state_is(state);
        t.app().closes();
        t.stack_is_silent().state_is(state);
    }
}

SCRIPT_TEST("STATUS tells state and variables and changes nothing [3.7]", Worlds::all) {
    for (const State state : with_socket) {
        Script t(options_for(state));
        t.in(state);
        const TcpInfo info = t.info();
        CHECK(info.state == state);
        CHECK(wire::to_text(info.local) == "192.0.2.1:80");
        CHECK(wire::to_text(info.remote) == "192.0.2.2:40000");
        CHECK(info.receive_queue == 0);
        t.stack_is_silent().state_is(state);
    }
    Script t{{.mss = 1000}};
    t.established();
    t.app().writes(100);
    t.stack_sends(data(1, 100));
    t.peer_sends(data(1, 50).ack(1)).stack_sends_after(40ms, ack(51));
    CHECK(t.info().send_queue == 100);
    CHECK(t.info().in_flight == 100);
    CHECK(t.info().receive_queue == 50);
    CHECK(t.info().snd_wnd == 64000);
    CHECK(t.info().mss_send == 1000);
    CHECK(t.app().socket().info().bytes_received == 50);
}

SCRIPT_TEST("a listener shows itself and what waits in it [3.7 LIS]", Worlds::numbers) {
    Script t;
    t.app().listens(7);
    for (const std::size_t flow : {0U, 1U})
        t.on_flow(flow).peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1));
    bool found = false;
    for (const TcpEntry& entry : t.stack().tcp_entries()) {
        if (entry.info.state != State::listen) continue;
        found = true;
        CHECK(entry.backlog == 7);
        CHECK(entry.waiting == 2);
        CHECK(entry.info.local.port == 80);
    }
    CHECK(found);
}

SCRIPT_TEST("shutdown(read) answers end of stream and throws away what comes", Worlds::all) {
    Script t;
    t.established().app().shuts_down_reading().reads_end();
    t.peer_sends(data(1, 100)).stack_sends_within(0ms, 499ms, ack(101)).state_is(State::established);
    t.app().reads_end().writes(10);
    t.stack_sends(data(1, 10).ack(101));
}

SCRIPT_TEST("edges are told once each: established, readable, writable again, end", Worlds::numbers) {
    Script t;
    t.in(State::syn_sent).app().forget_told();
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    t.app().was_told(1);
    t.peer_sends(data(1, 10)).stack_sends_after(40ms, ack(11));
    t.app().was_told(1).is_ready(&Readiness::readable).reads_all(10).is_not_ready(&Readiness::readable);
    t.peer_sends(data(11, 10)).stack_sends_after(40ms, ack(21));
    t.peer_sends(data(21, 10)).stack_sends_after(40ms, ack(31));
    t.app().was_told(2).reads(20);
    t.peer_sends(fin(31)).stack_sends(ack(32));
    t.app().was_told(1).reads_end();
}

SCRIPT_TEST("a moved-from handle holds nothing, a destroyed one closes [3.5]", Worlds::numbers) {
    Script t;
    t.established();
    {
        TcpSocket moved = std::move(t.app().socket());
        CHECK(moved.state() == State::established);
        CHECK_FALSE(static_cast<bool>(t.app().socket()));
    }
    t.app(1).listen_options.port = 0;
    t.after(0ms).stack_sends(fin(1).ack(1)).state_is(State::fin_wait_1);
}
