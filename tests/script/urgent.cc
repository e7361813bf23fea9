// Urgent data. RFC 9293 3.8.5; RFC 6093.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

SCRIPT_TEST("urgent data is marked, the pointer names the octet after it [MUST-30] [MUST-62]", Worlds::all) {
    Script t;
    t.established().app().writes_urgent(5);
    t.stack_sends(data(1, 5).urg(5));
    t.peer_sends(ack(6)).app().writes(10);
    t.stack_sends(data(6, 10));
}

SCRIPT_TEST("urgent data of any length: every segment up to the mark is urgent [MUST-31]", Worlds::numbers) {
    Script t{
        {.mss = 1000, .window = 64000, .settings = [](tcp::Settings& s) { s.fixed_window_bytes = 1000000; }}};
    t.established().app().writes_urgent(200000);
    Pos at = 1;
    while (at < 200001) {
        const auto sent = t.takes_all();
        REQUIRE(!sent.empty());
        for (const Seen& seen : sent) {
            const Pos begin = t.flow().own_pos(seen.segment.seq);
            CHECK(seen.has(tcp_flag::urg));
            CHECK(seen.segment.urgent == std::min<Pos>(200001 - begin, 65535));
        }
        at = t.flow().received.next();
        t.peer_sends(ack(at));
    }
    t.app().writes(10);
    t.stack_sends(data(200001, 10));
}

SCRIPT_TEST("the application is told when urgent data appears and when the mark moves [MUST-32] [MUST-47]",
            Worlds::all) {
    Script t;
    t.established().app().forget_told();
    CHECK_FALSE(t.app().socket().urgent_mark().has_value());
    t.peer_sends(ack(1).seq(1).urg(100));
    t.takes_all();
    t.app().was_told(1).is_ready(&Readiness::urgent);
    t.peer_sends(ack(1).seq(1).urg(100));
    t.takes_all();
    t.app().was_told(0);
    t.peer_sends(ack(1).seq(1).urg(200));
    t.takes_all();
    t.app().was_told(1).reads_nothing();
}

SCRIPT_TEST("the application learns how much urgent data remains [MUST-33]", Worlds::all) {
    Script t;
    t.established().peer_sends(data(1, 4).urg(10)).stack_sends_within(0ms, 499ms, ack(5));
    CHECK(t.app().socket().urgent_mark() == std::optional<std::uint32_t>(10));
    t.app().reads(4);
    CHECK(t.app().socket().urgent_mark() == std::optional<std::uint32_t>(6));
    t.peer_sends(data(5, 6).urg(6)).stack_sends_within(0ms, 499ms, ack(11));
    t.app().reads(6);
    CHECK(t.app().socket().urgent_mark() == std::optional<std::uint32_t>(0));
    t.peer_sends(data(11, 5)).stack_sends_within(0ms, 499ms, ack(16));
    t.app().reads_all(5).is_not_ready(&Readiness::urgent);
    CHECK_FALSE(t.app().socket().urgent_mark().has_value());
}

SCRIPT_TEST("a mark far ahead stays over many segments [MUST-31]", Worlds::numbers) {
    Script t;
    t.established().peer_sends(data(1, 1000).urg(60000));
    Pos at = 1001;
    for (int i = 0; i < 40; ++i, at += 1000) {
        t.takes_all();
        t.app().reads(1000).is_ready(&Readiness::urgent);
        t.takes_all();
        t.peer_sends(data(at, 1000));
    }
    t.after(500ms).takes_all();
    CHECK(t.app().socket().urgent_mark() == std::optional<std::uint32_t>(60001 - 40001));
}

SCRIPT_TEST("urgency is noticed while our window is zero, the octet is not taken [MUST-66]", Worlds::all) {
    Script t{{.socket = [](TcpOptions& o) { o.receive_buffer = 1000; }}};
    t.established().peer_sends(data(1, 1000)).stack_sends_within(0ms, 499ms, ack(1001).win(0));
    t.peer_sends(data(1001, 1).urg(1)).stack_sends(ack(1001).win(0));
    t.app().is_ready(&Readiness::urgent).reads(1000);
    t.takes_all();
    t.app().reads_nothing();
}

SCRIPT_TEST("URG is ignored after the peer's FIN [5.2 step 6]", Worlds::all) {
    for (const State state : {State::close_wait, State::closing, State::last_ack, State::time_wait}) {
        Script t;
        t.in(state).peer_sends(
            ack()
                .seq(2)
                .ack(t.flow().highest_sent == 2 && state != State::time_wait ? 1 : t.flow().highest_sent)
                .urg(50));
        t.takes_all();
        t.state_is(state).app().is_not_ready(&Readiness::urgent);
    }
}
