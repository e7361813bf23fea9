// Closing: active, passive, simultaneous, half; close() that resets; lost FINs and lost last ACKs.
// RFC 9293 3.6, 3.10.4, 3.10.7.4 step 8; states.md section 7, scenarios 8-15, 19-21.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

SCRIPT_TEST("active close, four segments, then 2 MSL [scenario 8] [T26] [T33] [T40] [T58] [MUST-13]",
            Worlds::all) {
    Script t;
    t.established();
    t.app().shuts_down();
    t.stack_sends(fin(1).ack(1)).state_is(State::fin_wait_1);
    t.peer_sends(ack(2)).stack_is_silent().state_is(State::fin_wait_2);
    t.peer_sends(fin(1)).stack_sends(ack(2).seq(2)).state_is(State::time_wait);
    t.app().reads_end();
    t.after(60s - 1ms).state_is(State::time_wait);
    t.after(1ms).stack_is_silent().state_is(State::closed);
    t.peer_sends(fin(1)).stack_sends(rst(2));
    t.walked({State::closed, State::syn_received, State::established, State::fin_wait_1, State::fin_wait_2,
              State::time_wait, State::closed});
}

SCRIPT_TEST("active close, three segments: through FIN-WAIT-2 in one step [scenario 9]", Worlds::all) {
    Script t;
    t.in(State::fin_wait_1);
    t.peer_sends(fin(1).ack(2)).stack_sends(ack(2).seq(2)).state_is(State::time_wait);
    t.app().reads_end();
}

SCRIPT_TEST("simultaneous close [scenario 10] [T34] [T50]", Worlds::all) {
    Script t;
    t.in(State::fin_wait_1);
    t.peer_sends(fin(1).ack(1)).stack_sends(ack(2).seq(2)).state_is(State::closing);
    t.peer_sends(ack(2)).stack_is_silent().state_is(State::time_wait);
    t.after(60s).state_is(State::closed);
}

SCRIPT_TEST("simultaneous close while our FIN waits behind data [scenario 11]", Worlds::all) {
    Script t{{.mss = 500, .window = 1000}};
    t.established();
    t.app().writes(3000);
    t.stack_sends(data(1, 500)).stack_sends(data(501, 500)).stack_is_silent();
    t.app().shuts_down();
    t.stack_is_silent().state_is(State::fin_wait_1);
    t.peer_sends(fin(1).ack(1)).stack_sends(ack(2)).state_is(State::closing);
    t.peer_sends(ack(1001).win(4000));
    t.stack_sends(data(1001, 500)).stack_sends(data(1501, 500)).stack_sends(data(2001, 500));
    t.stack_sends(data(2501, 500).fin()).state_is(State::closing);
    t.peer_sends(ack(3002)).stack_is_silent().state_is(State::time_wait);
}

SCRIPT_TEST("passive close: the reader sees the end, the writer goes on [scenario 12] [T27] [T45] [T54]",
            Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(fin(1)).stack_sends(ack(2).seq(1)).state_is(State::close_wait);
    t.app().is_ready(&Readiness::readable).is_ready(&Readiness::peer_closed).reads_end();
    t.app().writes(100);
    t.stack_sends(data(1, 100).ack(2));
    t.peer_sends(ack(101));
    t.app().shuts_down();
    t.stack_sends(fin(101).ack(2)).state_is(State::last_ack);
    t.peer_sends(ack(102)).stack_is_silent().state_is(State::closed);
    t.app().write_fails(Error::closing);
    t.peer_sends(ack(102)).stack_sends(rst(102));
}

SCRIPT_TEST("half-close: ten segments are taken in FIN-WAIT-2 [scenario 13]", Worlds::all) {
    Script t;
    t.in(State::fin_wait_2);
    for (Pos i = 0; i < 10; ++i) {
        t.peer_sends(data(1 + i * 100, 100));
        t.stack_sends_within(0ms, 499ms, ack(101 + i * 100).seq(2));
        t.app().reads(100);
    }
    t.state_is(State::fin_wait_2).peer_sends(fin(1001)).stack_sends(ack(1002)).state_is(State::time_wait);
    t.app().reads_end();
}

SCRIPT_TEST("half-close: ten segments are sent in CLOSE-WAIT [scenario 13]", Worlds::all) {
    Script t{{.mss = 100}};
    t.in(State::close_wait);
    t.app().writes(1000);
    for (Pos i = 0; i < 10; ++i) t.stack_sends(data(1 + i * 100, 100).ack(2));
    t.peer_sends(ack(1001)).stack_is_silent().state_is(State::close_wait);
    t.app().shuts_down();
    t.stack_sends(fin(1001).ack(2)).state_is(State::last_ack);
}

SCRIPT_TEST("a lost FIN is sent again with the same number [scenario 14] [U-27]", Worlds::all) {
    Script t;
    t.in(State::fin_wait_1);
    t.stack_sends_after(1s, fin(1).ack(1)).stack_sends_after(2s, fin(1).ack(1)).state_is(State::fin_wait_1);
    t.peer_sends(ack(2)).state_is(State::fin_wait_2).stack_is_silent_for(10s);
}

SCRIPT_TEST("a repeated FIN in TIME-WAIT is acknowledged and restarts 2 MSL [scenario 15] [U-28] [D-3]",
            Worlds::all) {
    Script t;
    t.in(State::time_wait);
    t.after(59s).peer_sends(fin(1)).stack_sends(ack(2).seq(2)).state_is(State::time_wait);
    t.after(59s).state_is(State::time_wait);
    t.after(1s).state_is(State::closed);
}

SCRIPT_TEST("plain ACKs in TIME-WAIT change nothing [D-12]", Worlds::all) {
    Script t;
    t.in(State::time_wait);
    t.after(30s).peer_sends(ack(2)).stack_is_silent();
    t.after(30s - 1ms).state_is(State::time_wait).after(1ms).state_is(State::closed);
}

SCRIPT_TEST("close() with unread data is a reset [scenario 19] [D-16] [SHLD-3] [T32]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(1, 10)).stack_sends_after(40ms, ack(11));
    t.app().closes();
    t.stack_sends(rst(1)).state_is(State::closed);
    t.peer_sends(ack(1)).stack_sends(rst(1));
}

SCRIPT_TEST("close() with unread data in CLOSE-WAIT is a reset [T49]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(1, 10).fin()).stack_sends(ack(12)).state_is(State::close_wait);
    t.app().closes();
    t.stack_sends(rst(1)).state_is(State::closed);
}

SCRIPT_TEST("shutdown(write) with unread data sends FIN, not a reset [D-16]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(1, 10)).stack_sends_after(40ms, ack(11));
    t.app().shuts_down();
    t.stack_sends(fin(1).ack(11)).state_is(State::fin_wait_1);
    t.app().reads_all(10);
}

SCRIPT_TEST("data after close() in FIN-WAIT-2 is answered by a reset [scenario 20] [SHLD-3] [T44]",
            Worlds::all) {
    Script t;
    t.established();
    t.app().closes();
    t.stack_sends(fin(1).ack(1)).state_is(State::fin_wait_1);
    t.peer_sends(ack(2)).state_is(State::fin_wait_2);
    t.peer_sends(data(1, 10)).stack_sends(rst(2)).state_is(State::closed);
}

SCRIPT_TEST("data after close() in FIN-WAIT-1 is answered by a reset [T39]", Worlds::all) {
    Script t;
    t.established();
    t.app().closes();
    t.stack_sends(fin(1).ack(1));
    t.peer_sends(data(1, 10).ack(1)).stack_sends(rst(1)).state_is(State::closed);
}

SCRIPT_TEST("data after shutdown(write) is taken in FIN-WAIT-1 and FIN-WAIT-2 [MAY-1]", Worlds::all) {
    Script t;
    t.in(State::fin_wait_1);
    t.peer_sends(data(1, 10).ack(1)).stack_sends_after(40ms, ack(11)).state_is(State::fin_wait_1);
    t.peer_sends(data(11, 10).ack(2)).stack_sends_after(40ms, ack(21)).state_is(State::fin_wait_2);
    t.app().reads_all(20);
}

SCRIPT_TEST("CLOSE in SYN-RECEIVED sends FIN and enters FIN-WAIT-1 [scenario 21] [T23]", Worlds::all) {
    Script t;
    t.simultaneous_open();
    t.app().closes();
    t.stack_sends(fin(1).ack(1)).state_is(State::fin_wait_1);
    t.peer_sends(ack(2).seq(1)).stack_is_silent().state_is(State::fin_wait_2);
}

SCRIPT_TEST("CLOSE in SYN-RECEIVED with data queued waits for ESTABLISHED [3.5 SRC]", Worlds::all) {
    Script t;
    t.simultaneous_open();
    t.app().writes(10).shuts_down();
    t.stack_is_silent().state_is(State::syn_received);
    t.peer_sends(ack(1).seq(1)).stack_sends(data(1, 10).fin()).state_is(State::fin_wait_1);
    t.peer_sends(ack(12)).state_is(State::fin_wait_2);
}

SCRIPT_TEST("CLOSE delivers everything queued before the FIN [U-27]", Worlds::all) {
    Script t{{.mss = 1000, .window = 4000}};
    t.established();
    t.app().writes(10000);
    CHECK(t.takes_all().size() == 4);
    t.app().closes();
    for (int round = 0; round < 4 && t.flow().received.next() < 10002; ++round) {
        t.takes_all();
        if (t.flow().received.next() < 10002) t.state_is(State::fin_wait_1).peer_sends(ack());
    }
    CHECK(t.flow().fin_at == Pos{10001});
    t.peer_sends(ack(10002)).state_is(State::fin_wait_2);
}

SCRIPT_TEST("bytes that came before the peer's FIN are delivered in every later state [D-6]", Worlds::all) {
    Script t;
    t.in(State::fin_wait_1);
    t.peer_sends(data(1, 10).fin().ack(1)).stack_sends(ack(12)).state_is(State::closing);
    t.app().reads(4);
    t.peer_sends(ack(2)).state_is(State::time_wait);
    t.app().reads(6).reads_end();
}

SCRIPT_TEST("LAST-ACK: acknowledged data trims the queue and sending goes on [D-13]", Worlds::all) {
    Script t{{.mss = 500, .window = 4000}};
    t.in(State::close_wait);
    t.app().writes(1000);
    t.stack_sends(data(1, 500)).stack_sends(data(501, 500));
    t.app().shuts_down();
    t.stack_sends(fin(1001).ack(2)).state_is(State::last_ack);
    t.peer_sends(ack(501)).stack_is_silent().state_is(State::last_ack);
    CHECK(t.info().send_queue <= 501);
    t.after(2s);
    const auto again = t.takes_all();
    REQUIRE(!again.empty());
    CHECK(again.front().segment.seq == t.flow().wire_of_own(501));
    CHECK(again.front().length() == 500);
    t.peer_sends(ack(1002)).stack_is_silent().state_is(State::closed);
}

SCRIPT_TEST("CLOSE-WAIT: the state changes when the FIN leaves, not at the call [D-15] [T45]", Worlds::all) {
    Script t{{.mss = 500, .window = 1000}};
    t.in(State::close_wait);
    t.app().writes(2000);
    t.stack_sends(data(1, 500)).stack_sends(data(501, 500));
    t.app().shuts_down();
    t.stack_is_silent().state_is(State::close_wait);
    t.app().write_fails(Error::closing);
    t.peer_sends(ack(1001).win(4000)).stack_sends(data(1001, 500)).stack_sends(data(1501, 500).fin());
    t.state_is(State::last_ack);
}

SCRIPT_TEST("a second FIN at a new number is ignored [D-18]", Worlds::all) {
    Script t;
    t.in(State::close_wait);
    t.peer_sends(fin(2)).state_is(State::close_wait);
    for (const Seen& seen : t.takes_all()) CHECK(seen.segment.ack == t.flow().wire_of_peer(2));
    t.app().writes(10);
    t.stack_sends(data(1, 10).ack(2));
}

SCRIPT_TEST("FIN-WAIT-2 after close() ends after its idle time, after shutdown(write) never [4.2]",
            Worlds::numbers) {
    {
        Script t;
        t.established();
        t.app().closes();
        t.stack_sends(fin(1).ack(1)).peer_sends(ack(2)).state_is(State::fin_wait_2);
        t.after(59s).state_is(State::fin_wait_2).after(1s).stack_is_silent().state_is(State::closed);
    }
    Script t;
    t.in(State::fin_wait_2).stack_is_silent_for(24h).state_is(State::fin_wait_2);
}

SCRIPT_TEST("text and FIN that were lost together are sent again together [U-27]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.established().app().writes(1000);
    t.stack_sends(data(1, 1000)).app().writes(500).shuts_down();
    t.stack_sends(data(1001, 500).fin()).state_is(State::fin_wait_1);
    t.stack_sends_after(1s, data(1, 1000)).peer_sends(ack(1001)).stack_sends(data(1001, 500).fin());
    t.peer_sends(ack(1502)).state_is(State::fin_wait_2).stack_is_silent_for(10s);
}

SCRIPT_TEST("an ACK of the text but not of the FIN leaves the FIN to be sent again [U-27]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.established().app().writes(500);
    t.stack_sends(data(1, 500)).app().shuts_down();
    t.stack_sends(fin(501)).peer_sends(ack(501)).state_is(State::fin_wait_1);
    t.stack_sends_within(1s, 2s, fin(501)).peer_sends(ack(502)).state_is(State::fin_wait_2);
}

SCRIPT_TEST("close() in FIN-WAIT-2 starts its idle time [4.2] [T44]", Worlds::numbers) {
    Script t;
    t.in(State::fin_wait_2).after(1h).app().closes();
    t.state_is(State::fin_wait_2).after(59s).state_is(State::fin_wait_2).after(1s).stack_is_silent();
    t.state_is(State::closed);
}

SCRIPT_TEST("bytes not yet read outlive the connection [D-6]", Worlds::all) {
    Script t;
    t.established().peer_sends(data(1, 100).fin()).stack_sends(ack(102)).app().shuts_down();
    t.stack_sends(fin(1)).peer_sends(ack(2)).state_is(State::closed);
    t.app().is_ready(&Readiness::readable).reads(100).reads_end();
}

SCRIPT_TEST("a SYN,ACK resent after close() promises the window it promised before [MUST-10] [SHLD-14]",
            Worlds::all) {
    Script t{{.settings = [](tcp::Settings& s) { s.receive_buffer = 3000; }}};
    t.simultaneous_open().app().shuts_down();
    t.stack_sends(fin(1));
    const auto resent = t.after(1s).takes_all();
    REQUIRE(!resent.empty());
    for (const Seen& seen : resent) {
        if (seen.has(tcp_flag::syn)) CHECK(seen.segment.window == 3000);
    }
}
