// Which segments are taken, and when they are acknowledged. RFC 9293 3.8.6.3, 3.10.7.4; RFC 5681 4.2.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::uint32_t full = 1440;  // of the peer; below our MSS in every world

}  // namespace

SCRIPT_TEST("one segment is acknowledged after the delay, not at once [SHLD-18] [MUST-40]", Worlds::all) {
    Script t;
    t.established().peer_sends(data(1, 100)).stack_is_silent_for(40ms - 1us).stack_sends_after(1us, ack(101));
    t.app().reads_all(100);
}

SCRIPT_TEST("the delay is below half a second whatever is configured [MUST-40]", Worlds::numbers) {
    Script t{{.settings = [](tcp::Settings& s) { s.delayed_ack = 499ms; }}};
    t.established();
    for (Pos i = 0; i < 10; ++i) {
        t.after(std::chrono::milliseconds(37 * i));
        t.peer_sends(data(1 + i * 10, 10)).stack_sends_within(0ms, 499ms, ack(11 + i * 10));
    }
}

SCRIPT_TEST("the delay counts from the first unacknowledged segment [MUST-40]", Worlds::all) {
    Script t;
    t.established().peer_sends(data(1, 100)).after(30ms).peer_sends(data(101, 100));
    t.stack_sends_after(10ms, ack(201));
}

SCRIPT_TEST("every second full-sized segment is acknowledged at once [SHLD-19] [R5681-20]", Worlds::all) {
    Script t;
    t.established();
    const std::uint32_t mss = t.flow().timestamps() ? 1448 : 1460;
    Pos at = 1;
    for (int pair = 0; pair < 5; ++pair) {
        t.peer_sends(data(at, mss)).stack_is_silent().peer_sends(data(at + mss, mss));
        at += 2 * mss;
        t.stack_sends(ack(at)).stack_is_silent();
    }
    t.app().reads_all(static_cast<std::uint32_t>(at - 1));
    t.takes_all();
}

SCRIPT_TEST("small segments worth two full ones are acknowledged at once [SHLD-19]", Worlds::numbers) {
    Script t;
    t.established();
    Pos at = 1;
    int segments = 0;
    while (at == t.flow().highest_ack || segments < 40) {
        t.peer_sends(data(at, 100));
        at += 100;
        ++segments;
        if (!t.takes_all().empty()) break;
    }
    CHECK(segments <= 30);
    CHECK(t.flow().highest_ack == at);
}

SCRIPT_TEST("data going the other way carries the acknowledgment", Worlds::all) {
    Script t;
    t.established().peer_sends(data(1, 100)).stack_is_silent();
    t.app().writes(10);
    t.stack_sends(data(1, 10).ack(101)).peer_sends(ack(11).seq(101)).stack_is_silent_for(1s);
}

SCRIPT_TEST(
    "segments above a hole are kept, answered at once, and delivered when it fills [SHLD-31] [MAY-13] "
    "[R5681-13]",
    Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(101, 100)).stack_sends(ack(1).seq(1));
    t.peer_sends(data(201, 100)).stack_sends(ack(1).seq(1));
    t.app().reads_nothing();
    t.peer_sends(data(1, 100)).stack_sends(ack(301)).stack_is_silent_for(1s);
    t.app().reads_all(300);
}

SCRIPT_TEST("filling a part of the hole is acknowledged at once [R5681-13]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(101, 100)).stack_sends(ack(1));
    t.peer_sends(data(301, 100)).stack_sends(ack(1));
    t.peer_sends(data(1, 100)).stack_sends(ack(201));
    t.peer_sends(data(201, 100)).stack_sends(ack(401));
    t.app().reads_all(400);
}

SCRIPT_TEST("overlapping pieces in any order deliver each octet once [SHLD-31]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(50, 100)).stack_sends(ack(1));
    t.peer_sends(data(120, 100)).stack_sends(ack(1));
    t.peer_sends(data(300, 10)).stack_sends(ack(1));
    t.peer_sends(data(60, 20)).stack_sends(ack(1));
    t.peer_sends(data(1, 70)).stack_sends(ack(220));
    t.peer_sends(data(200, 105)).stack_sends(ack(310));
    t.app().reads_all(309);
}

SCRIPT_TEST("what was received before is acknowledged and not delivered again [U-16]", Worlds::all) {
    Script t;
    t.established().peer_sends(data(1, 100)).stack_sends_after(40ms, ack(101));
    t.peer_sends(data(1, 100)).stack_sends(ack(101).seq(1));
    t.peer_sends(data(51, 100)).stack_sends_within(0ms, 499ms, ack(151));
    t.app().reads_all(150);
}

SCRIPT_TEST("text across the right edge is cut there [5.2 step 1] [U-16]", Worlds::all) {
    Script t{{.socket = [](TcpOptions& o) { o.receive_buffer = 1000; }}};
    t.established();
    const Pos edge = t.edge();
    t.peer_sends(data(1, static_cast<std::uint32_t>(edge) + 199));
    t.stack_sends_within(0ms, 499ms, ack(edge).win(0));
    t.app().reads(static_cast<std::uint32_t>(edge - 1));
    t.takes_all();
}

SCRIPT_TEST("text into a zero window is answered by the numbers, not taken [U-24] [MAY-8] [U-16]",
            Worlds::all) {
    Script t{{.socket = [](TcpOptions& o) { o.receive_buffer = 1000; }}};
    t.established();
    t.peer_sends(data(1, 1000)).stack_sends_within(0ms, 499ms, ack(1001).win(0));
    for (int hour = 0; hour < 24; ++hour) {
        t.after(1h)
            .peer_sends(data(1001, 1))
            .stack_sends(ack(1001).seq(1).win(0))
            .state_is(State::established);
        t.flow().sent.reset(1001);
    }
    t.app().reads(1000);
    t.stack_sends(ack(1001).win(1000));
}

SCRIPT_TEST("an ACK that comes with text beyond a zero window is still used [MUST-66] [5.2]", Worlds::all) {
    Script t{{.socket = [](TcpOptions& o) { o.receive_buffer = 1000; }}};
    t.established();
    t.app().writes(10);
    t.stack_sends(data(1, 10));
    t.peer_sends(data(1, 1000).ack(1)).stack_sends_within(0ms, 499ms, ack(1001).win(0));
    t.peer_sends(data(1001, 1).ack(11)).stack_sends(ack(1001).win(0));
    t.flow().sent.reset(1001);
    CHECK(t.info().send_queue == 0);
    t.stack_is_silent_for(10s);
}

SCRIPT_TEST("a segment without ACK is dropped [U-17]", Worlds::all) {
    Script t;
    t.established().peer_sends(data(1, 10).no_ack()).stack_is_silent_for(1s);
    t.flow().sent.reset(1);
    t.app().reads_nothing();
    t.peer_sends(data(1, 10)).stack_sends_after(40ms, ack(11));
}

SCRIPT_TEST("a FIN above a hole is held [U-22]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(101, 100).fin()).stack_sends(ack(1).seq(1)).state_is(State::established);
    t.app().reads_nothing();
    t.peer_sends(data(1, 100)).stack_sends(ack(202)).state_is(State::close_wait);
    t.app().reads(200).reads_end();
}

SCRIPT_TEST("a batch of segments is processed before any ACK is sent [MUST-58] [MUST-59]", Worlds::all) {
    Script t;
    t.established();
    std::vector<Segment> batch;
    for (Pos i = 0; i < 8; ++i) batch.push_back(data(1 + i * full, full));
    t.peer_sends_at_once(batch);
    const auto sent = t.takes_all();
    REQUIRE(!sent.empty());
    CHECK(sent.size() < 8);
    for (const Seen& seen : sent) CHECK(seen.segment.ack == t.flow().wire_of_peer(1 + 8 * full));
}

SCRIPT_TEST("the receiver avoids silly windows [MUST-39]", Worlds::all) {
    Script t{{.socket = [](TcpOptions& o) { o.receive_buffer = 4000; }}};
    t.established();
    t.peer_sends(data(1, 1000)).peer_sends(data(1001, 1000)).takes_all();
    t.peer_sends(data(2001, 1000)).peer_sends(data(3001, 1000)).takes_all();
    t.after(500ms).takes_all();
    const Pos edge = t.edge();
    CHECK(edge == 4001);
    std::uint32_t freed = 0;
    while (t.edge() == edge && freed < 4000) {
        t.app().reads(1);
        ++freed;
        t.takes_all();
    }
    CHECK(freed >= 1448);
    CHECK(t.edge() - edge >= 1448);
    CHECK(t.takes_all().empty());
}

SCRIPT_TEST("with a small buffer half of it is a step worth telling [MUST-39]", Worlds::all) {
    Script t{{.socket = [](TcpOptions& o) { o.receive_buffer = 1000; }}};
    t.established();
    for (Pos at = 1; at < t.edge() && t.flow().sent.next() < 1001; at += 100) {
        t.peer_sends(data(at, 100));
        t.takes_all();
    }
    t.after(500ms).takes_all();
    const Pos edge = t.edge();
    for (int i = 0; i < 1000 && t.edge() == edge; ++i) {
        t.app().reads(1);
        t.takes_all();
    }
    CHECK(t.edge() - edge >= 500);
}

SCRIPT_TEST("the right edge stays where it is while octets wait to be read [SHLD-14]", Worlds::all) {
    Script t{{.socket = [](TcpOptions& o) { o.receive_buffer = 8000; }}};
    t.established();
    const Pos edge = t.edge();
    for (Pos at = 1; at + 1000 < edge; at += 1000) {
        t.peer_sends(data(at, 1000));
        t.takes_all();
        CHECK(t.edge() == edge);
    }
    t.after(500ms).takes_all();
}

SCRIPT_TEST("making the receive buffer smaller does not move the right edge left [SHLD-14]", Worlds::all) {
    Script t{{.socket = [](TcpOptions& o) { o.receive_buffer = 20000; }}};
    t.established();
    const Pos edge = t.edge();
    t.app().sets([](TcpOptions& o) { o.receive_buffer = 2000; });
    for (Pos at = 1; at + 1000 <= edge; at += 1000) t.peer_sends(data(at, 1000)).takes_all();
    t.after(500ms).takes_all();
    CHECK(t.flow().highest_ack + 1000 > edge);
}

SCRIPT_TEST("too many pieces out of order are refused, and the transfer survives", Worlds::numbers) {
    Script t{{.settings = [](tcp::Settings& s) { s.reassembly_pieces = 8; }}};
    t.established();
    for (Pos i = 0; i < 20; ++i) t.peer_sends(data(11 + i * 20, 10)).stack_sends(ack(1));
    CHECK(t.stack().counters().drops(Reason::tcp_reassembly_full) > 0);
    for (Pos i = 0; i < 42; ++i) {
        t.peer_sends(data(1 + i * 10, 10));
        t.takes_all();
    }
    t.after(500ms).takes_all();
    t.app().reads_all(420);
}

SCRIPT_TEST("segments that leave anyway move the right edge by a whole step or not at all [MUST-39]",
            Worlds::numbers) {
    Script t{{.socket = [](TcpOptions& o) { o.receive_buffer = 4000, o.no_delay = true; }}};
    t.established();
    for (Pos at = 1; at < 4001; at += 100) t.peer_sends(data(at, 100)).takes_all();
    t.after(500ms).takes_all();
    for (int i = 0; i < 40; ++i) {
        const Pos edge = t.edge();
        t.app().reads(100);
        t.takes_all();
        t.app().writes(1);
        t.takes_all();
        t.peer_sends(ack()).stack_is_silent();
        CHECK((t.edge() == edge || t.edge() - edge >= 1448));
    }
    CHECK(t.edge() > 4001);
}

SCRIPT_TEST("text that covers several held pieces delivers each octet once [SHLD-31]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(50, 10)).stack_sends(ack(1));
    t.peer_sends(data(70, 10)).stack_sends(ack(1));
    t.peer_sends(data(110, 10)).stack_sends(ack(1));
    t.peer_sends(data(1, 99)).stack_sends(ack(100));
    t.peer_sends(data(100, 10)).stack_sends(ack(120));
    t.app().reads_all(119);
}

SCRIPT_TEST("a FIN below text we hold contradicts it: the text wins", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(101, 10)).stack_sends(ack(1));
    t.peer_sends(fin(51)).takes_all();
    t.peer_sends(data(1, 100)).stack_sends(ack(111)).state_is(State::established);
    t.app().reads_all(110);
}
