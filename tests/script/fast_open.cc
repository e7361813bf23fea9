// TCP Fast Open (RFC 7413): cookies, text on a SYN, both sides.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::uint8_t fast_open = 34;
const Octets cookie{1, 2, 3, 4, 5, 6, 7, 8};

void early(TcpOptions& options) { options.fast_open = 4; }
void with_text(TcpOptions& options) { options.fast_open_connect = true; }

// The cookie this stack's listener gives its peer, by a handshake that is left again.
Octets cookie_of(Script& t) {
    t.peer_sends(syn().option(fast_open));
    const auto sent = t.takes_all();
    REQUIRE(sent.size() == 1);
    const auto given = sent.front().option(fast_open);
    REQUIRE(given);
    t.peer_sends(rst(1)).stack_is_silent().on_flow(1);
    return *given;
}

// A first connection of the stack, which asks for a cookie.
void learns(Script& t, int mss = 1460) {
    t.app().connects();
    t.stack_sends(syn().len(0).carries(fast_open));
    t.peer_sends(syn_ack().ack(1).option(fast_open, cookie).mss(mss)).stack_sends(ack(1).seq(1));
    t.on_flow(1);
}

}  // namespace

SCRIPT_TEST("by default there is no option and no text on a SYN, and no cookie for who asks [R7413-1]",
            Worlds::numbers) {
    Script t;
    t.app().connects();
    t.stack_sends(syn().len(0).lacks(fast_open));
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    Script listening;
    listening.app().listens();
    listening.peer_sends(syn().option(fast_open)).stack_sends(syn_ack().ack(1).lacks(fast_open));
}

SCRIPT_TEST("a server hands out a cookie and takes text that comes with it at once [R7413-8] [R7413-2]",
            Worlds::all) {
    Script t{{.socket = early}};
    t.app().listens();
    const Octets given = cookie_of(t);
    CHECK(given.size() >= 4);
    CHECK(given.size() <= 16);
    CHECK(given.size() % 2 == 0);
    t.peer_sends(syn().len(100).option(fast_open, given))
        .stack_sends(syn_ack().ack(101).lacks(fast_open))
        .state_is(State::syn_received);
    t.app().accepts().reads_all(100);
    t.app().is_ready(&Readiness::writable).writes(300);
    t.stack_sends(data(1, 300).ack(101)).state_is(State::syn_received);
    t.peer_sends(ack(301).seq(101)).stack_is_silent().state_is(State::established);
    CHECK(t.info().fast_open);
    CHECK(t.stack().counters().tcp_fast_opens_accepted == 1);
    t.peer_sends(data(101, 10)).stack_sends_after(40ms, ack(111));
}

SCRIPT_TEST("with a cookie that is not ours only the SYN is acknowledged, and a new one is offered [R7413-8]",
            Worlds::numbers) {
    Script t{{.socket = early}};
    t.app().listens();
    const Octets given = cookie_of(t);
    t.peer_sends(syn().len(100).option(fast_open, cookie))
        .stack_sends(syn_ack().ack(1).carries(fast_open, given))
        .state_is(State::syn_received);
    t.app().accept_finds_nothing();
    CHECK(t.stack().counters().tcp_fast_open_cookies_refused == 1);
    t.peer_sends(data(1, 100).ack(1)).stack_sends_after(40ms, ack(101));
    t.app().accepts().reads_all(100);
}

SCRIPT_TEST("a cookie belongs to an address and to its time [R7413-3]", Worlds::numbers) {
    Script t{{.settings = [](tcp::Settings& s) { s.fast_open_cookie_lifetime = 10s; }, .socket = early}};
    t.app().listens();
    const Octets given = cookie_of(t);
    t.flow().peer_address = "192.0.2.9";
    t.peer_sends(syn().len(10).option(fast_open, given)).stack_sends(syn_ack().ack(1));
    t.on_flow(2).after(10s);
    t.takes_all();
    // One period later it is taken still, and replaced.
    t.peer_sends(syn().len(10).option(fast_open, given));
    auto answer = t.takes_all();
    REQUIRE(answer.size() == 1);
    const auto renewed = answer.front().option(fast_open);
    REQUIRE(renewed);
    CHECK(*renewed != given);
    CHECK(t.stack().counters().tcp_fast_opens_accepted == 1);
    t.on_flow(3).after(10s);
    t.takes_all();
    t.peer_sends(syn().len(10).option(fast_open, given)).stack_sends(syn_ack().ack(1));
    CHECK(t.stack().counters().tcp_fast_opens_accepted == 1);
}

SCRIPT_TEST("options of a wrong length, or without SYN, are ignored [R7413-2]", Worlds::numbers) {
    for (const std::size_t octets : {1U, 2U, 3U, 5U, 17U, 18U}) {
        CAPTURE(octets);
        Script t{{.window_scaling = false, .socket = early}};
        t.app().listens();
        t.peer_sends(syn().option(fast_open, Octets(octets, 7)))
            .stack_sends(syn_ack().ack(1).lacks(fast_open));
    }
    Script t;
    t.established();
    t.peer_sends(data(1, 10).option(fast_open, cookie)).stack_sends_after(40ms, ack(11).lacks(fast_open));
}

SCRIPT_TEST("beyond the listener's limit a good cookie gets an ordinary handshake [R7413-5]",
            Worlds::numbers) {
    Script t{{.socket = [](TcpOptions& options) { options.fast_open = 1; }}};
    t.app().listens();
    const Octets given = cookie_of(t);
    t.peer_sends(syn().len(10).option(fast_open, given)).stack_sends(syn_ack().ack(11));
    t.on_flow(2);
    t.peer_sends(syn().len(10).option(fast_open, given)).stack_sends(syn_ack().ack(1));
    t.on_flow(1).peer_sends(ack(1).seq(11)).state_is(State::established);
    t.on_flow(3);
    t.peer_sends(syn().len(10).option(fast_open, given)).stack_sends(syn_ack().ack(11));
    // A reset frees no place: it may have been provoked.
    t.peer_sends(rst(11)).stack_is_silent().on_flow(4);
    t.peer_sends(syn().len(10).option(fast_open, given)).stack_sends(syn_ack().ack(1));
}

SCRIPT_TEST("a SYN,ACK that is repeated has no cookie and acknowledges the text still [R7413-9]",
            Worlds::numbers) {
    Script t{{.socket = early}};
    t.app().listens();
    const Octets given = cookie_of(t);
    t.peer_sends(syn().len(10).option(fast_open, given)).stack_sends(syn_ack().ack(11));
    t.peer_sends(syn().len(10).option(fast_open, given)).stack_sends(syn_ack().ack(11).lacks(fast_open));
    t.app().accepts().reads_all(10);
    t.stack_sends_after(1s, syn_ack().ack(11).lacks(fast_open));
    t.peer_sends(ack(1).seq(11)).stack_is_silent().state_is(State::established);
    Script asks{{.socket = early}};
    asks.app().listens();
    asks.peer_sends(syn().option(fast_open));
    CHECK(asks.takes_all().front().option(fast_open));
    asks.stack_sends_after(1s, syn_ack().ack(1).lacks(fast_open));
}

SCRIPT_TEST("a client asks for a cookie first, and then sends text with it [R7413-6] [R7413-4] [R7413-7]",
            Worlds::all) {
    Script t{{.socket = with_text}};
    learns(t);
    t.app(1).connects();
    t.stack_is_silent().state_is(State::syn_sent);  // it waits for text
    t.app(1).is_ready(&Readiness::writable).writes(100);
    t.stack_sends(syn().len(100).carries(fast_open, cookie));
    t.app(1).is_not_ready(&Readiness::writable).writes(50);  // this waits for the handshake
    t.stack_is_silent();
    t.peer_sends(syn_ack().ack(101)).stack_sends(data(101, 50).ack(1)).state_is(State::established);
    CHECK(t.info().fast_open);
    CHECK(t.info().bytes_acked == 100);
    t.peer_sends(ack(151)).stack_is_silent();
}

SCRIPT_TEST("a SYN carries what fits beside its options into a segment the server announced [R7413-7]",
            Worlds::numbers) {
    for (const int mss : {800, 1460}) {
        Script t{{.socket = with_text}};
        learns(t, mss);
        t.app(1).connects().writes(3000);
        const auto sent = t.takes_all();
        REQUIRE(sent.size() == 1);
        // MSS, SACK permitted and timestamps, window scale, the cookie with two of padding.
        CHECK(sent.front().length() == static_cast<std::uint32_t>(mss) - (4 + 12 + 4 + 12));
        t.peer_sends(syn_ack().ack(1 + sent.front().length()));
        t.takes_all();
    }
}

SCRIPT_TEST("text the SYN,ACK does not acknowledge goes out with the first ACK [R7413-10]", Worlds::all) {
    Script t{{.socket = with_text}};
    learns(t);
    t.app(1).connects().writes(100);
    t.stack_sends(syn().len(100).carries(fast_open, cookie));
    t.peer_sends(syn_ack().ack(1)).stack_sends(data(1, 100).ack(1));
    CHECK_FALSE(t.info().fast_open);
    t.peer_sends(ack(101)).stack_is_silent();
    // And the server is not tried again for a while [R7413-4].
    CHECK(t.stack().counters().tcp_fast_opens_refused == 1);
    t.on_flow(2).app(2).connects();
    t.stack_sends(syn().len(0).lacks(fast_open));
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    t.on_flow(3).after(1h).app(3).connects();
    t.stack_sends(syn().len(0).carries(fast_open));
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
}

SCRIPT_TEST("of text that is acknowledged in part the rest follows [R7413-10]", Worlds::numbers) {
    Script t{{.socket = with_text}};
    learns(t);
    t.app(1).connects().writes(100);
    t.stack_sends(syn().len(100).carries(fast_open, cookie));
    t.peer_sends(syn_ack().ack(41)).stack_sends(data(41, 60).ack(1));
    t.peer_sends(ack(101)).stack_is_silent();
}

SCRIPT_TEST("a SYN that is not answered is repeated without text and option [R7413-9] [R7413-4]",
            Worlds::numbers) {
    Script t{{.socket = with_text}};
    learns(t);
    t.app(1).connects().writes(100);
    t.stack_sends(syn().len(100).carries(fast_open, cookie));
    t.stack_sends_after(1s, syn().len(0).lacks(fast_open));
    t.peer_sends(syn_ack().ack(1)).stack_sends(data(1, 100).ack(1));
    t.peer_sends(ack(101)).stack_is_silent();
    t.on_flow(2).app(2).connects();
    t.stack_sends(syn().len(0).lacks(fast_open));
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
}

SCRIPT_TEST("a late answer to the first SYN acknowledges its text [R7413-8]", Worlds::numbers) {
    Script t{{.socket = with_text}};
    learns(t);
    t.app(1).connects().writes(100);
    t.stack_sends(syn().len(100));
    t.stack_sends_after(1s, syn().len(0));
    t.peer_sends(syn_ack().ack(101)).stack_sends(ack(1).seq(101)).state_is(State::established);
}

SCRIPT_TEST("closing before the SYN has left opens nothing [R7413-7]", Worlds::numbers) {
    Script t{{.socket = with_text}};
    learns(t);
    t.app(1).connects().closes();
    t.stack_is_silent();
}

SCRIPT_TEST("a connection that lives on a cookie ends like any other [R7413-8]", Worlds::numbers) {
    Script t{{.socket = early}};
    t.app().listens();
    const Octets given = cookie_of(t);
    t.peer_sends(syn().len(100).option(fast_open, given)).stack_sends(syn_ack().ack(101));
    t.app().accepts().reads_all(100).writes(300);
    t.stack_sends(data(1, 300));
    t.app().shuts_down();
    t.stack_is_silent().state_is(State::syn_received);
    t.peer_sends(ack(301).seq(101)).stack_sends(fin(301).ack(101)).state_is(State::fin_wait_1);
    t.peer_sends(fin(101).ack(302)).stack_sends(ack(102)).state_is(State::time_wait);
    t.app().reads_end();
}

SCRIPT_TEST("a reset tells who accepted a connection that lives on a cookie [R7413-8]", Worlds::numbers) {
    Script t{{.socket = early}};
    t.app().listens();
    const Octets given = cookie_of(t);
    t.peer_sends(syn().len(100).option(fast_open, given)).stack_sends(syn_ack().ack(101));
    t.app().accepts();
    t.peer_sends(rst(101)).stack_is_silent();
    t.app().error_is(Error::reset);
}
