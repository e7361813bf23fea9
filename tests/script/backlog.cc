// Listening: backlog, order of accept, children that die. states.md section 6; RFC 4987.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

void no_cookies(tcp::Settings& s) { s.syn_cookies = false; }

}  // namespace

SCRIPT_TEST("a full backlog ignores SYNs until accept() makes room [6.1] [6.2] [6.4]", Worlds::all) {
    Script t{{.settings = no_cookies}};
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack().ack(1));
    t.on_flow(1).peer_sends(syn()).stack_is_silent().state_is(State::closed);
    CHECK(t.stack().counters().drops(Reason::tcp_backlog_full) == 1);
    t.on_flow(0).peer_sends(ack(1)).state_is(State::established);
    t.on_flow(1).peer_sends(syn()).stack_is_silent();
    t.app().accepts();
    t.peer_sends(syn()).stack_sends(syn_ack().ack(1)).state_is(State::syn_received);
    t.peer_sends(ack(1)).state_is(State::established);
}

SCRIPT_TEST("a half-open that is reset frees its place [6.2]", Worlds::all) {
    Script t{{.settings = no_cookies}};
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack()).peer_sends(rst(1)).stack_is_silent();
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack());
}

SCRIPT_TEST("a child reset before accept() leaves the queue [6.6]", Worlds::all) {
    Script t{{.settings = no_cookies}};
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1)).state_is(State::established);
    t.peer_sends(rst(1)).stack_is_silent().state_is(State::closed);
    t.app().accept_finds_nothing();
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack());
}

SCRIPT_TEST("accept() gives children in the order they were established, with what they received [6.5]",
            Worlds::all) {
    Script t;
    t.app().listens();
    for (const std::size_t flow : {0U, 1U, 2U}) t.on_flow(flow).peer_sends(syn()).stack_sends(syn_ack());
    for (const std::size_t flow : {2U, 0U, 1U}) t.on_flow(flow).peer_sends(ack(1));
    t.on_flow(0).peer_sends(data(1, 10)).stack_sends_after(40ms, ack(11));
    t.on_flow(1).peer_sends(fin(1)).stack_sends(ack(2));
    for (const std::size_t flow : {2U, 0U, 1U}) {
        t.app(flow).accepts();
        CHECK(t.app(flow).socket().remote().port == 40000 + flow);
    }
    t.app(0).reads_all(10);
    t.app(1).reads_end();
    CHECK(t.app(1).socket().state() == State::close_wait);
    t.app().accept_finds_nothing();
}

SCRIPT_TEST(
    "closing the listener: half-open ones vanish, unaccepted ones are reset, accepted ones stay [6.8] [T22]",
    Worlds::all) {
    Script t;
    t.established();
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack());
    t.on_flow(2).peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1)).state_is(State::established);
    t.app().closes_listener();
    t.stack_sends(rst(1)).stack_is_silent().state_is(State::closed);
    t.on_flow(1).state_is(State::closed).peer_sends(ack(1)).stack_sends(rst(1));
    t.on_flow(0).state_is(State::established);
    t.app().writes(10);
    t.stack_sends(data(1, 10));
}

SCRIPT_TEST("a half-open repeats its SYN,ACK with back-off and dies silently [6.7] [T21]", Worlds::all) {
    Script t;
    t.in(State::syn_received);
    t.stack_sends_after(1s, syn_ack().ack(1)).stack_sends_after(2s, syn_ack().ack(1));
    t.stack_sends_after(4s, syn_ack().ack(1)).stack_sends_after(8s, syn_ack().ack(1));
    t.after(180s - 15s - 1ms).takes_all();
    t.state_is(State::syn_received).after(1ms).stack_is_silent().state_is(State::closed);
    t.app().accept_finds_nothing();
    t.stack_is_silent_for(10min);
}

SCRIPT_TEST("a second listener on the same address and port is refused, the first goes on [MUST-41]",
            Worlds::numbers) {
    Script t;
    t.established();
    const std::uint32_t before = t.stack().tcp_open();
    CHECK_FALSE(t.stack().listen({.address = {}, .port = 80}).has_value());
    CHECK(t.stack().tcp_open() == before);
    t.state_is(State::established);
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1));
    t.app(1).accepts();
}

SCRIPT_TEST("the more specific address wins [6.10] [MUST-43]", Worlds::numbers) {
    Script t;
    t.app(0).listens();
    t.app(1).listen_options.address = wire::parse_address("192.0.2.1").value();
    t.app(1).listens();
    t.peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1));
    t.app(0).accept_finds_nothing();
    t.app(1).accepts();
}

SCRIPT_TEST("LISTEN is possible on a port from which a connection is being opened [MUST-42]",
            Worlds::numbers) {
    Script t;
    t.in(State::syn_sent);
    t.app(1).listens();
    t.on_flow(1)
        .peer_sends(syn())
        .stack_sends(syn_ack().ack(1))
        .peer_sends(ack(1))
        .state_is(State::established);
    t.on_flow(0).state_is(State::syn_sent).peer_sends(syn()).stack_sends(syn_ack().ack(1));
    t.state_is(State::syn_received);
}

SCRIPT_TEST(
    "LISTEN is possible on a port with a half-open connection of an earlier listener gone active [MUST-42]",
    Worlds::numbers) {
    Script t;
    t.simultaneous_open();
    t.app(1).listens();
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack().ack(1));
}

SCRIPT_TEST("the backlog may be changed while listening [6.1]", Worlds::numbers) {
    Script t{{.settings = no_cookies}};
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack());
    t.on_flow(1).peer_sends(syn()).stack_is_silent();
    t.app().listener().set_backlog(2);
    t.peer_sends(syn()).stack_sends(syn_ack());
}

// --- SYN cookies --------------------------------------------------------------------------------------------------

SCRIPT_TEST("half-opens fill the backlog: a cookie opens a connection without state [6.3] [R4987-3] [T04]",
            Worlds::numbers) {
    Script t{{.mss = 1000}};
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack());
    const std::uint32_t held = t.stack().tcp_open();
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack().new_iss().ack(1));
    CHECK(t.stack().tcp_open() == held);
    t.stack_is_silent_for(500ms);
    t.peer_sends(ack(1)).stack_is_silent().state_is(State::established);
    t.app(1).accepts().writes(3000);
    for (const Seen& seen : t.takes_all()) CHECK(seen.length() <= 1000);
    t.walked({State::closed, State::established});
    t.on_flow(0).after(2s).takes_all();
}

SCRIPT_TEST("cookies are used only under pressure [R4987-7]", Worlds::all) {
    Script t;
    t.app().listens(2);
    t.peer_sends(syn()).stack_sends(syn_ack().mss(1460));
    CHECK(t.stack().counters().tcp_cookies_sent == 0);
}

SCRIPT_TEST("a connection from a cookie does not scale windows [R4987-6]", Worlds::options) {
    Script t{{.timestamps = false}};
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack());
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack().new_iss().no_ws());
    t.peer_sends(ack(1)).state_is(State::established);
    CHECK(t.info().window_shift <= 0);
    t.on_flow(0).after(1s).takes_all();
}

SCRIPT_TEST("where timestamps allow it a connection from a cookie keeps window scaling and SACK [R4987-6]",
            Worlds::numbers) {
    Script t{{.mss = 1448, .sack = true, .timestamps = true, .window_scaling = true}};
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack());
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack().new_iss().sack_permitted());
    CHECK(t.stack().counters().tcp_cookies_sent == 1);
    t.after(100ms).peer_sends(ack(1)).state_is(State::established);
    CHECK(t.info().timestamps);
    CHECK(t.info().peer_window_shift == 2);
    t.peer_sends(data(1001, 1000)).stack_sends(ack(1).sack({{1001, 2001}}));
    t.peer_sends(data(1, 1000)).stack_sends(ack(2001));
    t.app(1).accepts().writes(1000);
    t.stack_sends(data(1, 1000)).peer_sends(ack(1001));
    t.on_flow(0).after(1s).takes_all();
}

SCRIPT_TEST("a cookie whose options were changed on the way is none of ours [R4987-5]", Worlds::numbers) {
    Script t{{.mss = 1000, .sack = true, .timestamps = true}};
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack());
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack().new_iss());
    t.peer_sends(ack(1).ts_echo(*t.flow().last_ts_value ^ 3U)).stack_sends(rst(1));
    t.on_flow(0).after(1s).takes_all();
}

SCRIPT_TEST("a cookie that is too old or not ours is an ACK to a listener [R4987-4] [R4987-5]",
            Worlds::numbers) {
    for (const bool old : {true, false}) {
        Script t{{.settings = [](tcp::Settings& s) { s.half_open_lifetime = 24h; }}};
        t.app().listens(1);
        t.peer_sends(syn()).stack_sends(syn_ack());
        t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack().new_iss().ack(1));
        const Pos at = old ? 1 : 2;
        if (old) t.on_flow(0).after(20min).takes_all();
        t.on_flow(1).peer_sends(ack(at)).stack_sends(rst(at)).state_is(State::closed);
    }
}

SCRIPT_TEST("the client's data repairs a lost cookie ACK [R4987-8]", Worlds::numbers) {
    Script t;
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack());
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack().new_iss().ack(1));
    t.peer_sends(data(1, 10).ack(1)).state_is(State::established);
    t.stack_sends_within(0ms, 499ms, ack(11));
    t.app(1).accepts().reads_all(10);
}

SCRIPT_TEST("a cookie ACK is dropped while the accept queue is full [6.3]", Worlds::numbers) {
    Script t;
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack());
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack().new_iss().ack(1));
    t.on_flow(0).peer_sends(ack(1)).state_is(State::established);
    t.on_flow(1).peer_sends(ack(1)).stack_is_silent().state_is(State::closed);
    t.app().accepts();
    t.peer_sends(data(1, 10).ack(1)).state_is(State::established);
    t.stack_sends_within(0ms, 499ms, ack(11));
}

SCRIPT_TEST("ten thousand forged SYNs leave bounded state and a working listener [R4987-2]", Worlds::plain) {
    Script t;
    t.app().listens(64);
    for (std::uint32_t i = 0; i < 10000; ++i) {
        const Flow fresh = t.on_flow(2).flow();
        Flow& flow = t.on_flow(1).flow();
        flow = fresh;
        flow.peer_port = static_cast<std::uint16_t>(1024 + i);
        flow.irs = i * 7919;
        t.peer_sends(syn());
        for (const Seen& seen : t.takes_all()) CHECK(seen.has(tcp_flag::syn));
    }
    CHECK(t.stack().tcp_open() <= 65);
    t.on_flow(2).peer_sends(syn()).stack_sends(syn_ack().new_iss().ack(1));
    t.peer_sends(ack(1)).stack_is_silent();
}

SCRIPT_TEST("while the accept queue is full not even a cookie is sent [6.3]", Worlds::numbers) {
    Script t;
    t.app().listens(1);
    t.peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1)).state_is(State::established);
    t.on_flow(1).peer_sends(syn()).stack_is_silent();
    CHECK(t.stack().counters().tcp_cookies_sent == 0);
    CHECK(t.stack().counters().drops(Reason::tcp_backlog_full) == 1);
    t.app().accepts();
    t.peer_sends(syn()).stack_sends(syn_ack());
}
