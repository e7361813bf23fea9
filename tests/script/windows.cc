// The peer's window: shrinking, closing, probing. RFC 9293 3.8.6, 3.8.6.1.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Ten segments of 1000 in flight and ten more queued.
void ten_in_flight(Script& t) {
    t.established().app().writes(20000);
    const auto sent = t.takes_all();
    CHECK(sent.size() == 10);
}

}  // namespace

SCRIPT_TEST("a shrunk window stops new data, and the transfer completes when it reopens [MUST-34] [SHLD-15]",
            Worlds::all) {
    Script t{{.mss = 1000, .window = 10000}};
    ten_in_flight(t);
    t.peer_sends(ack(1001).win(2000)).stack_is_silent();
    t.peer_sends(ack(3001).win(0)).stack_is_silent();
    t.peer_sends(ack(10001).win(1000)).stack_sends(data(10001, 1000)).stack_is_silent();
    Pos end = 11001;
    for (int i = 0; i < 20 && end < 20001; ++i) {
        t.peer_sends(ack(end).win(4000));
        t.takes_all();
        end = t.flow().received.next();
    }
    CHECK(end == 20001);
}

SCRIPT_TEST("after a shrink old data inside the window is resent as usual [SHLD-16]", Worlds::all) {
    Script t{{.mss = 1000, .window = 10000}};
    ten_in_flight(t);
    t.peer_sends(ack(1001).win(2000)).stack_sends_within(0s, 1s, data(1001, 1000)).stack_is_silent();
}

SCRIPT_TEST("a window that shrinks to zero is probed [MUST-35] [MAY-7]", Worlds::all) {
    Script t{{.mss = 1000, .window = 10000}};
    ten_in_flight(t);
    t.peer_sends(ack(1001).win(0)).stack_is_silent();
    t.after(2s);
    const auto probes = t.takes_all();
    REQUIRE(!probes.empty());
    CHECK(probes.front().length() <= 1000);
    CHECK(probes.front().segment.seq == t.flow().wire_of_own(1001));
}

SCRIPT_TEST("data beyond a shrunk edge does not time the connection out while probes are answered [SHLD-17]",
            Worlds::numbers) {
    Script t{{.mss = 1000, .window = 10000}};
    ten_in_flight(t);
    t.peer_sends(ack(1001).win(0));
    for (int minute = 0; minute < 60; ++minute) {
        t.after(1min).takes_all();
        t.peer_sends(ack(1001).win(0)).takes_all();
    }
    t.state_is(State::established);
}

SCRIPT_TEST("a zero window is probed after one RTO, then at doubling intervals [MUST-36] [SHLD-29] [SHLD-30]",
            Worlds::all) {
    Script t{{.mss = 1000}};
    t.established().peer_sends(ack(1).win(0));
    t.app().writes(5000);
    t.stack_is_silent();
    for (const Duration wait : {1s, 2s, 4s, 8s})
        t.stack_sends_after(wait, data(1, 1)).peer_sends(ack(1).win(0));
    t.peer_sends(ack(1).win(64000));
    t.takes_all();
    CHECK(t.flow().received.next() == 5001);
}

SCRIPT_TEST("the interval between probes has an upper bound of at least a minute [SHLD-30]",
            Worlds::numbers) {
    Script t{{.mss = 1000}};
    t.established().peer_sends(ack(1).win(0));
    t.app().writes(5000);
    Instant last = t.stack().now();
    Duration longest{};
    for (int i = 0; i < 200; ++i) {
        t.after(10s);
        for (const Seen& seen : t.takes_all()) {
            longest = std::max(longest, seen.at - last);
            last = seen.at;
        }
        t.peer_sends(ack(1).win(0));
    }
    CHECK(longest >= 60s);
    CHECK(longest <= 120s);
}

SCRIPT_TEST("a window that opens in answer to a probe lets data go [MUST-36]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.established().peer_sends(ack(1).win(0));
    t.app().writes(3000);
    t.stack_sends_after(1s, data(1, 1)).peer_sends(ack(2).win(5000));
    t.takes_all();
    t.peer_sends(ack()).takes_all();
    CHECK(t.flow().received.next() == 3001);
}

SCRIPT_TEST("a zero window may last a day while probes are answered [MUST-37]", Worlds::numbers) {
    Script t{{.mss = 1000}};
    t.established().peer_sends(ack(1).win(0));
    t.app().writes(100);
    for (int i = 0; i < 24 * 60; ++i) {
        t.after(1min).takes_all();
        t.peer_sends(ack(1).win(0));
    }
    t.state_is(State::established).app().error_is(Error::none);
}

SCRIPT_TEST("unanswered probes end at the user timeout [MUST-37] [4.2]", Worlds::numbers) {
    Script t{{.mss = 1000}};
    t.established().peer_sends(ack(1).win(0));
    t.app().writes(100);
    t.after(290s).takes_all();
    t.state_is(State::established).after(130s).takes_all();
    t.state_is(State::closed);
    t.app().error_is(Error::timed_out);
}

SCRIPT_TEST("a FIN alone behind a zero window is probed for as well [4.2]", Worlds::all) {
    Script t;
    t.established().peer_sends(ack(1).win(0));
    t.app().shuts_down();
    t.after(10s);
    const auto sent = t.takes_all();
    REQUIRE(!sent.empty());
    CHECK(sent.back().has(tcp_flag::fin));
    t.peer_sends(ack(2).win(0)).state_is(State::fin_wait_2);
}

SCRIPT_TEST("the window is probed while closing too: FIN-WAIT-1, CLOSING, LAST-ACK [4.2]", Worlds::all) {
    for (const State state : {State::established, State::close_wait}) {
        Script t;
        t.in(state).peer_sends(ack(1).win(0));
        t.app().writes(10).closes();
        t.stack_sends_within(1s, 1s, data(1, 1));
        t.peer_sends(ack(1).win(0)).stack_sends_after(2s, data(1, 1));
        t.peer_sends(ack(2).win(1000));
        t.takes_all();
        t.peer_sends(ack(12));
        t.state_is(state == State::established ? State::fin_wait_2 : State::closed);
    }
}

SCRIPT_TEST("nothing but probes goes beyond the window [R5681-1] [R7323-8]", Worlds::all) {
    Script t{{.mss = 1000, .window = 3000}};
    t.established().app().writes(10000);
    CHECK(t.takes_all().size() == 3);
    t.peer_sends(ack(1001).win(2000)).stack_is_silent();
    t.peer_sends(ack(1001).win(3000)).stack_sends(data(3001, 1000)).stack_is_silent();
}

SCRIPT_TEST("what a shrunk window excludes is not resent until it opens [MAY-7] [SHLD-16]", Worlds::all) {
    Script t{{.mss = 1000, .window = 10000}};
    ten_in_flight(t);
    t.peer_sends(ack(1001).win(500)).stack_sends_within(0s, 1s, data(1001, 500)).stack_is_silent();
    t.stack_sends_after(2s, data(1001, 500)).stack_is_silent();
    t.peer_sends(ack(1501).win(10000));
    CHECK(!t.takes_all().empty());
}
