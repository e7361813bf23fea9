// TIME-WAIT: how long, what restarts it, who may reuse it. RFC 9293 3.6.1, 3.10.7.4; RFC 6191; RFC 1337; states.md 5.4.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// TIME-WAIT in which the last timestamp of the peer was 5000 (if it used them); rcv.nxt is 2.
void time_wait(Script& t, bool timestamps) {
    t.established();
    t.app().shuts_down();
    t.stack_sends(fin(1)).peer_sends(timestamps ? ack(2).ts_value(5000) : ack(2));
    t.peer_sends(timestamps ? fin(1).ts_value(5000) : fin(1)).stack_sends(ack(2)).state_is(State::time_wait);
}

ScriptOptions old_used(bool timestamps) {
    return {.timestamps = timestamps, .config = [](StackConfig&) {}};
}

// The peer's clock starts where the tests want it.
void set_clock(Script& t) { t.flow().ts_base = 4000; }

void accepted(Script& t, const Segment& again) {
    const std::uint32_t old_iss = t.flow().iss;
    t.peer_sends(again).stack_sends(syn_ack().new_iss().ack(1)).state_is(State::syn_received);
    CHECK(static_cast<std::int32_t>(t.flow().iss - (old_iss + 2)) > 0);
    t.flow().ts_base = 6000;
    t.peer_sends(ack(1)).state_is(State::established);
    t.app(1).accepts();
    CHECK(t.stack().counters().tcp_time_wait_reused == 1);
}

void refused(Script& t, const Segment& again) {
    t.peer_sends(again).stack_sends(ack(2).seq(2)).state_is(State::time_wait);
    t.after(59s).state_is(State::time_wait).after(1s).state_is(State::closed);
}

}  // namespace

SCRIPT_TEST(
    "TIME-WAIT, both with timestamps: a later timestamp is accepted [scenario 24] [5.4] [SHLD-4] [R6191-1] "
    "[MAY-2] "
    "[T61]",
    Worlds::numbers) {
    Script t(old_used(true));
    set_clock(t);
    time_wait(t, true);
    accepted(t, syn().seq(-5000).ts(5001, 0));
}

SCRIPT_TEST("TIME-WAIT, both with timestamps: equal and a higher number is accepted [5.4] [R6191-1]",
            Worlds::numbers) {
    Script t(old_used(true));
    set_clock(t);
    time_wait(t, true);
    accepted(t, syn().seq(2).ts(5000, 0));
}

SCRIPT_TEST("TIME-WAIT, both with timestamps: equal and no higher number is refused [5.4] [R6191-3] [D-10]",
            Worlds::numbers) {
    Script t(old_used(true));
    set_clock(t);
    time_wait(t, true);
    refused(t, syn().seq(1).ts(5000, 0));
}

SCRIPT_TEST("TIME-WAIT, both with timestamps: an earlier timestamp is refused [5.4] [R6191-3]",
            Worlds::numbers) {
    Script t(old_used(true));
    set_clock(t);
    time_wait(t, true);
    refused(t, syn().seq(100000).ts(4999, 0));
}

SCRIPT_TEST("TIME-WAIT, old with, new without timestamps: by number [5.4] [R6191-2]", Worlds::numbers) {
    for (const bool above : {true, false}) {
        Script t(old_used(true));
        set_clock(t);
        time_wait(t, true);
        if (above)
            accepted(t, syn().seq(2).no_ts());
        else
            refused(t, syn().seq(1).no_ts());
    }
}

SCRIPT_TEST("TIME-WAIT, old without, new with timestamps: always accepted [5.4] [R6191-2]", Worlds::numbers) {
    for (const Pos at : {Pos{2}, Pos{1}, Pos{-100000}}) {
        Script t(old_used(false));
        time_wait(t, false);
        accepted(t, syn().seq(at).ts(1, 0));
    }
}

SCRIPT_TEST(
    "TIME-WAIT, none with timestamps: a number above the old FIN's is accepted, the FIN's is not [5.4] "
    "[R6191-4]",
    Worlds::numbers) {
    for (const bool above : {true, false}) {
        Script t(old_used(false));
        time_wait(t, false);
        if (above)
            accepted(t, syn().seq(2));
        else
            refused(t, syn().seq(1));
    }
}

SCRIPT_TEST(
    "a SYN that reused TIME-WAIT and was an old duplicate falls back to TIME-WAIT [scenario 24] [MAY-2]",
    Worlds::numbers) {
    Script t(old_used(false));
    time_wait(t, false);
    const Flow old = t.flow();
    t.peer_sends(syn().seq(70)).stack_sends(syn_ack().new_iss().ack(1)).state_is(State::syn_received);
    t.peer_sends(rst(1)).stack_is_silent().state_is(State::time_wait);
    t.flow() = old;
    t.peer_sends(fin(1).ack(2)).stack_sends(ack(2).seq(2)).state_is(State::time_wait);
    t.after(60s).state_is(State::closed);
}

// Found by the simulator: it ended twice.
SCRIPT_TEST("TIME-WAIT that is aborted while a new SYN stands for it does not come back [5.4] [MAY-2]",
            Worlds::numbers) {
    Script t(old_used(false));
    time_wait(t, false);
    t.peer_sends(syn().seq(70)).stack_sends(syn_ack().new_iss().ack(1)).state_is(State::syn_received);
    t.app().aborts();
    t.peer_sends(rst(1)).stack_is_silent_for(120s).state_is(State::closed);
}

SCRIPT_TEST("TIME-WAIT is not reused when nobody listens any more [5.4]", Worlds::numbers) {
    Script t(old_used(false));
    time_wait(t, false);
    t.app().closes_listener();
    refused(t, syn().seq(2));
}

SCRIPT_TEST("a reset at rcv.nxt ends TIME-WAIT unless RFC 1337 is chosen [D-5] [R6191-7] [T59]",
            Worlds::all) {
    {
        Script t;
        t.in(State::time_wait).peer_sends(rst(2)).stack_is_silent().state_is(State::closed);
    }
    Script t{{.settings = [](tcp::Settings& s) { s.time_wait_ignores_resets = true; }}};
    t.in(State::time_wait).peer_sends(rst(2)).stack_is_silent().state_is(State::time_wait);
    CHECK(t.stack().counters().drops(Reason::tcp_reset_in_time_wait) == 1);
    t.after(60s).state_is(State::closed);
}

SCRIPT_TEST("old data in TIME-WAIT is acknowledged, never delivered, and starts no loop [R6191-6]",
            Worlds::all) {
    Script t{{.settings = [](tcp::Settings& s) { s.time_wait_ignores_resets = true; }}};
    t.in(State::time_wait);
    t.peer_sends(data(0, 1).ack(2)).stack_sends(ack(2).seq(2));
    t.peer_sends(ack(2).seq(1)).stack_sends(ack(2).seq(2));
    t.peer_sends(ack(2).seq(2)).stack_is_silent();
    t.peer_sends(data(2, 10).ack(2)).state_is(State::time_wait);
    t.takes_all();
    t.app().reads_end();
}

SCRIPT_TEST("2 MSL is configurable [MUST-13]", Worlds::numbers) {
    Script t{{.settings = [](tcp::Settings& s) { s.time_wait = 240s; }}};
    t.in(State::time_wait).after(240s - 1ms).state_is(State::time_wait);
    t.peer_sends(fin(1)).stack_sends(ack(2));
    t.after(240s - 1ms).state_is(State::time_wait).after(1ms).state_is(State::closed);
}

SCRIPT_TEST("TIME-WAIT holds the numbers while the application has long closed its handle", Worlds::numbers) {
    Script t;
    t.in(State::time_wait).app().closes();
    t.stack_is_silent().state_is(State::time_wait);
    t.peer_sends(fin(1)).stack_sends(ack(2).seq(2));
    t.after(60s).state_is(State::closed);
    CHECK(t.stack().tcp_open() == 0);
}

SCRIPT_TEST("when TIME-WAIT is full the oldest goes first", Worlds::plain) {
    Script t{{.settings = [](tcp::Settings& s) { s.time_wait_max = 4; }}};
    t.app().listens();
    for (std::size_t i = 0; i < 6; ++i) {
        t.on_flow(i).peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1));
        t.app(i).accepts().shuts_down();
        t.stack_sends(fin(1)).peer_sends(ack(2)).peer_sends(fin(1)).stack_sends(ack(2)).after(10ms);
    }
    for (std::size_t i = 0; i < 6; ++i) t.on_flow(i).state_is(i < 2 ? State::closed : State::time_wait);
}

SCRIPT_TEST("a TIME-WAIT that came back ends in its time [scenario 24] [MAY-2]", Worlds::numbers) {
    Script t(old_used(false));
    time_wait(t, false);
    t.after(20s).peer_sends(syn().seq(70)).stack_sends(syn_ack().new_iss().ack(1));
    t.peer_sends(rst(1)).stack_is_silent().state_is(State::time_wait).after(60s).stack_is_silent();
    t.state_is(State::closed);
    CHECK(t.stack().tcp_open() == 0);
}
