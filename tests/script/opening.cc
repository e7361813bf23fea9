// Opening: passive, active, simultaneous, to oneself; old duplicates; half-open connections; refusals.
// RFC 9293 3.5, 3.10.7.1-3; states.md section 7, scenarios 1-7, 25, 26.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

SCRIPT_TEST("passive open: SYN, SYN,ACK, ACK, and nothing else [scenario 1] [U-4] [T03] [T15]", Worlds::all) {
    Script t;
    t.app().listens();
    t.state_is(State::listen);
    t.peer_sends(syn()).stack_sends(syn_ack().ack(1)).state_is(State::syn_received);
    t.app().accept_finds_nothing();
    t.peer_sends(ack(1)).stack_is_silent().state_is(State::established);
    t.app().accepts().reads_nothing();
    CHECK(wire::to_text(t.app().socket().local()) == "192.0.2.1:80");
    CHECK(wire::to_text(t.app().socket().remote()) == "192.0.2.2:40000");
}

SCRIPT_TEST("active open: SYN, SYN,ACK, ACK [T02] [T08]", Worlds::all) {
    Script t;
    t.app().connects();
    t.stack_sends(syn()).state_is(State::syn_sent);
    t.app().is_not_ready(&Readiness::writable);
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1).seq(1)).state_is(State::established);
    t.app().is_ready(&Readiness::writable).reads_nothing();
    t.walked({State::closed, State::syn_sent, State::established});
}

SCRIPT_TEST("simultaneous open completed by the peer's SYN,ACK [scenario 2a] [MUST-10] [D-1] [T09]",
            Worlds::all) {
    Script t;
    t.app().connects();
    t.stack_sends(syn());
    t.peer_sends(syn()).stack_sends(syn_ack().ack(1)).state_is(State::syn_received);
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1).seq(1)).state_is(State::established);
    CHECK(t.stack().tcp_open() == 1);
    CHECK(t.info().snd_wnd == 64000);  // As it stands in the SYN,ACK, unscaled.
    t.app().writes(10);
    t.stack_sends(data(1, 10).ack(1));
    t.peer_sends(data(1, 5).ack(11)).stack_sends_after(40ms, ack(6));
    t.app().reads_all(5);
    t.walked({State::closed, State::syn_sent, State::syn_received, State::established});
}

SCRIPT_TEST("simultaneous open completed by a bare ACK emits nothing [scenario 2b] [MUST-10]", Worlds::all) {
    Script t;
    t.simultaneous_open();
    t.peer_sends(ack(1)).stack_is_silent().state_is(State::established);
}

SCRIPT_TEST("connect to our own address and port opens to itself [scenario 3]", Worlds::numbers) {
    Script t;
    t.flow().peer_address = "192.0.2.1";
    t.flow().peer_port = 80;
    t.app().connects();
    t.stack_is_silent().state_is(State::established);
    t.app().writes(100);
    t.stack_is_silent();
    Octets room(200);
    const auto got = t.app().socket().read(room);
    REQUIRE(got.has_value());
    CHECK(*got == 100);
    CHECK(room[0] == octet_at(1, true));
    CHECK(room[99] == octet_at(100, true));
    t.walked({State::closed, State::syn_sent, State::syn_received, State::established});
    t.app().aborts();
}

SCRIPT_TEST("an old duplicate SYN is undone by the peer's reset and the next SYN is served [scenario 4]",
            Worlds::all) {
    Script t;
    t.app().listens();
    const std::uint32_t old = t.flow().irs - 1000;
    t.peer_sends(syn().seq_raw(old)).stack_sends(syn_ack().new_iss().ack(1));
    t.peer_sends(rst(1)).stack_is_silent().state_is(State::closed);
    t.peer_sends(syn().seq_raw(old + 1000)).stack_sends(syn_ack().new_iss().ack(1));
    t.peer_sends(ack(1)).state_is(State::established);
    t.app().accepts().accept_finds_nothing();
}

SCRIPT_TEST(
    "a rebooted peer's SYN is challenged, its reset believed, its next SYN served [scenario 5] [R5961-4]",
    Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(syn().seq(4000)).stack_sends(ack(1).seq(1)).state_is(State::established);
    t.peer_sends(rst(1)).stack_is_silent().state_is(State::closed);
    t.app().read_fails(Error::reset);
    t.peer_sends(syn().seq(4000)).stack_sends(syn_ack().new_iss().ack(1)).state_is(State::syn_received);
    t.peer_sends(ack(1)).state_is(State::established);
}

SCRIPT_TEST("data for a connection we forgot draws a reset [scenario 6] [U-9]", Worlds::all) {
    Script t;
    t.peer_sends(data(1, 10).ack_raw(2000)).stack_sends(rst(0).seq_raw(2000));
    t.peer_sends(fin(1).ack_raw(9000)).stack_sends(rst(0).seq_raw(9000));
}

SCRIPT_TEST("a half-open peer is reset and the connection opens on the next SYN [scenario 7]", Worlds::all) {
    Script t;
    t.app().connects();
    t.stack_sends(syn());
    t.peer_sends(ack().seq(3000).ack(1000)).stack_sends(rst(1000)).state_is(State::syn_sent);
    t.stack_sends_after(1s, syn());
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1).seq(1)).state_is(State::established);
}

SCRIPT_TEST("data instead of the lost handshake ACK establishes and is delivered [scenario 25]",
            Worlds::all) {
    Script t;
    t.in(State::syn_received);
    t.peer_sends(data(1, 100).ack(1)).state_is(State::established);
    t.stack_sends_within(0ms, 499ms, ack(101));
    t.app().accepts().reads_all(100);
}

SCRIPT_TEST("a repeated SYN,ACK in ESTABLISHED is answered by an ACK [scenario 26]", Worlds::all) {
    Script t{{.active = true}};
    t.established();
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1).seq(1)).state_is(State::established);
}

SCRIPT_TEST("a SYN to a closed port draws RST,ACK of what it occupied [U-8]", Worlds::all) {
    Script t;
    t.peer_sends(syn().seq_raw(7000)).stack_sends(rst(0).seq_raw(0).ack_raw(7001));
    t.peer_sends(syn().fin().seq_raw(7000).len(10)).stack_sends(rst(0).seq_raw(0).ack_raw(7012));
}

SCRIPT_TEST("a reset is never answered, neither in CLOSED nor in LISTEN [U-10]", Worlds::all) {
    Script t;
    t.peer_sends(rst(1)).stack_is_silent();
    t.peer_sends(rst(1).ack(1)).stack_is_silent();
    CHECK(t.stack().counters().drops(Reason::tcp_reset_to_closed) == 2);
    t.app().listens();
    t.peer_sends(rst(1)).stack_is_silent();
    t.peer_sends(rst(1).ack(1)).stack_is_silent();
    CHECK(t.stack().counters().drops(Reason::tcp_reset_to_listener) == 2);
    t.established();
}

SCRIPT_TEST("an ACK to a listener draws a reset with its number [U-11]", Worlds::all) {
    Script t;
    t.app().listens();
    t.peer_sends(ack().ack_raw(9000)).stack_sends(rst(0).seq_raw(9000));
    t.peer_sends(syn_ack().ack_raw(9000)).stack_sends(rst(0).seq_raw(9000));
    t.peer_sends(fin(1).ack_raw(9000)).stack_sends(rst(0).seq_raw(9000));
    t.peer_sends(Segment(0).seq(1)).stack_is_silent();
    CHECK(t.stack().tcp_open() == 0);
}

SCRIPT_TEST("SYN-SENT: an ACK outside (ISS, snd.nxt] draws a reset, or nothing if it is one [U-5]",
            Worlds::all) {
    Script t;
    t.in(State::syn_sent);
    for (const Pos wrong : {Pos{0}, Pos{2}, Pos{-1}}) {
        t.peer_sends(syn_ack().ack(wrong)).stack_sends(rst(wrong)).state_is(State::syn_sent);
        t.peer_sends(ack(wrong).seq(1)).stack_sends(rst(wrong)).state_is(State::syn_sent);
        t.peer_sends(rst(0).ack(wrong)).stack_is_silent().state_is(State::syn_sent);
    }
    t.peer_sends(ack(1).seq(1)).stack_is_silent().state_is(State::syn_sent);
    t.peer_sends(data(1, 10).ack(1)).stack_is_silent().state_is(State::syn_sent);
    t.peer_sends(Segment(0).seq(1)).stack_is_silent().state_is(State::syn_sent);
    t.peer_sends(rst(0)).stack_is_silent().state_is(State::syn_sent);
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1).seq(1)).state_is(State::established);
}

SCRIPT_TEST("SYN-SENT: a reset with an acceptable ACK refuses the connection [T12] [3.10.7.3]", Worlds::all) {
    Script t;
    t.in(State::syn_sent);
    t.peer_sends(rst(0).ack(1)).stack_is_silent().state_is(State::closed);
    t.app().is_ready(&Readiness::error).error_is(Error::refused).error_is(Error::none);
    t.walked({State::closed, State::syn_sent, State::closed});
    t.stack_is_silent_for(10min);
}

SCRIPT_TEST("SYN-SENT takes the send window from the SYN,ACK [U-6]", Worlds::all) {
    Script t{{.mss = 500, .active = true}};
    t.app().connects();
    t.stack_sends(syn());
    t.peer_sends(syn_ack().ack(1).win(1000)).stack_sends(ack(1));
    t.app().writes(5000);
    t.stack_sends(data(1, 500)).stack_sends(data(501, 500)).stack_is_silent();
    t.app().aborts();
    t.stack_sends(rst(1001));
}

SCRIPT_TEST("a passive child is forgotten on a reset at rcv.nxt and the listener lives [MUST-11] [T18]",
            Worlds::all) {
    Script t;
    t.in(State::syn_received);
    t.peer_sends(rst(1)).stack_is_silent().state_is(State::closed);
    t.app().accept_finds_nothing();
    t.peer_sends(syn()).stack_sends(syn_ack().new_iss().ack(1));
    t.peer_sends(ack(1)).state_is(State::established);
}

SCRIPT_TEST("a simultaneous open is refused by a reset at rcv.nxt [MUST-11] [T19]", Worlds::all) {
    Script t;
    t.simultaneous_open();
    t.peer_sends(rst(1)).stack_is_silent().state_is(State::closed);
    t.app().error_is(Error::refused);
}

SCRIPT_TEST("SYN-RECEIVED: an unacceptable ACK draws a reset and the half-open stays [U-19] [D-14]",
            Worlds::all) {
    Script t;
    t.in(State::syn_received);
    t.peer_sends(ack(0)).stack_sends(rst(0)).state_is(State::syn_received);
    t.peer_sends(ack(2)).stack_sends(rst(2)).state_is(State::syn_received);
    t.peer_sends(ack(1)).stack_is_silent().state_is(State::established);
}

SCRIPT_TEST("SYN-RECEIVED: the peer's repeated SYN brings the SYN,ACK again [D-2]", Worlds::all) {
    Script t;
    t.in(State::syn_received);
    t.peer_sends(syn()).stack_sends(syn_ack().ack(1)).state_is(State::syn_received);
    t.peer_sends(ack(1)).state_is(State::established);
}

SCRIPT_TEST("SYN-RECEIVED: ACK and FIN in one segment pass through ESTABLISHED [T27] [5.2]", Worlds::all) {
    Script t;
    t.in(State::syn_received);
    t.peer_sends(fin(1).ack(1)).stack_sends(ack(2).seq(1)).state_is(State::close_wait);
    t.app().accepts().reads_end();
}

SCRIPT_TEST("SYN-SENT: SYN,ACK with text and FIN passes through ESTABLISHED to CLOSE-WAIT [5.1 4a]",
            Worlds::all) {
    Script t;
    t.in(State::syn_sent);
    t.peer_sends(syn_ack().fin().len(10).ack(1)).stack_sends(ack(12).seq(1)).state_is(State::close_wait);
    t.app().reads(10).reads_end();
}

SCRIPT_TEST("text on a SYN to a listener is not acknowledged and is delivered once [D-9] [U-7] [R4987-2]",
            Worlds::all) {
    Script t;
    t.app().listens();
    t.peer_sends(syn().len(10)).stack_sends(syn_ack().ack(1));
    t.app().accept_finds_nothing();
    t.peer_sends(ack(1).seq(1)).stack_is_silent();
    t.app().accepts().reads_nothing();
    t.peer_sends(data(1, 10)).stack_sends_after(40ms, ack(11));
    t.app().reads_all(10);
}

SCRIPT_TEST("a write before the connection is open goes out when it is [3.3 SSN]", Worlds::all) {
    Script t;
    t.in(State::syn_sent);
    t.app().writes(100);
    t.stack_is_silent();
    t.peer_sends(syn_ack().ack(1));
    const auto sent = t.takes_all();
    REQUIRE(!sent.empty());
    CHECK(sent.back().length() == 100);
    CHECK(sent.size() <= 2);
}

SCRIPT_TEST("answering a repeated SYN does not touch the back-off of the SYN,ACK [D-2]", Worlds::all) {
    Script t;
    t.in(State::syn_received).after(500ms).peer_sends(syn()).stack_sends(syn_ack().ack(1));
    t.stack_sends_after(500ms, syn_ack().ack(1)).after(1s).peer_sends(syn()).stack_sends(syn_ack().ack(1));
    t.stack_sends_after(1s, syn_ack().ack(1)).stack_sends_after(4s, syn_ack().ack(1));
}

SCRIPT_TEST("text and FIN on a crossing SYN wait for ESTABLISHED [5.1 4b]", Worlds::all) {
    Script t;
    t.in(State::syn_sent)
        .peer_sends(syn().len(10).fin())
        .stack_sends(syn_ack().ack(1))
        .state_is(State::syn_received);
    t.app().reads_nothing();
    t.peer_sends(data(1, 10).fin().ack(1)).stack_sends(ack(12).seq(1)).state_is(State::close_wait);
    t.app().reads(10).reads_end();
}
