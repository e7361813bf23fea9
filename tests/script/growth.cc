// Which congestion control a connection has, and what of it shows on the wire: CUBIC with HyStart++, BBR, pacing.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

void modern(tcp::Settings& settings) {
    settings.congestion = tcp::Congestion::cubic;
    settings.slow_start_segments = 8;
    settings.hystart = true;
}

// Established with a round-trip time of 100 ms.
void established_slowly(Script& t) {
    t.app().listens();
    t.peer_sends(syn()).stack_sends(syn_ack().ack(1));
    t.after(100ms).peer_sends(ack(1));
    t.app().accepts();
}

}  // namespace

SCRIPT_TEST("CUBIC: a loss leaves 0.7 of what was in flight [R9438-7]", Worlds::numbers) {
    Script t{{.mss = 1000, .settings = [](tcp::Settings& s) {
                  modern(s);
                  s.limited_transmit = false;
              }}};
    t.established();
    CHECK(t.info().congestion == tcp::Congestion::cubic);
    t.app().writes(10000);
    CHECK(t.takes_all().size() == 10);
    t.peer_sends(ack(1)).peer_sends(ack(1)).peer_sends(ack(1)).stack_sends(data(1, 1000));
    CHECK(t.info().ssthresh == 7000);
    t.peer_sends(ack(10001));
    CHECK(t.info().cwnd <= 7000);
}

SCRIPT_TEST("slow start adds all that an ACK covers, up to eight segments [R9406-2]", Worlds::numbers) {
    Script t{{.mss = 1000, .settings = modern}};
    t.established();
    t.app().writes(40000);
    t.takes_all();
    t.peer_sends(ack(4001)).takes_all();
    CHECK(t.info().cwnd == 14000);
    t.peer_sends(ack(14001)).takes_all();
    CHECK(t.info().cwnd == 22000);
}

SCRIPT_TEST("longer round trips end slow start without a loss [R9406-3] [R9406-6] [R9438-14]",
            Worlds::numbers) {
    Script t{{.mss = 1000, .settings = modern}};
    established_slowly(t);
    t.app().writes(900000);
    t.takes_all();
    Pos at = 1;
    for (int round = 0; round < 12 && t.info().phase == Phase::slow_start; ++round) {
        t.after(100ms + round * 20ms);
        const Pos end = t.flow().received.next();
        for (int i = 0; at < end && i < 60; ++i, at += 1000) t.peer_sends(ack(at + 1000)).takes_all();
        if (at < end) t.peer_sends(ack(at = end)).takes_all();
    }
    CHECK(t.info().phase == Phase::avoidance);
    CHECK(t.info().ssthresh <= t.info().cwnd);
    CHECK(t.info().retransmitted == 0);
}

SCRIPT_TEST("the congestion control of a connection may be changed while it runs [MAY-18]", Worlds::plain) {
    Script t{{.mss = 1000, .settings = modern}};
    t.established();
    const std::uint32_t before = t.info().cwnd;
    for (const auto wanted : {tcp::Congestion::reno, tcp::Congestion::bbr, tcp::Congestion::cubic}) {
        t.app().sets([&](TcpOptions& options) { options.congestion = wanted; });
        CHECK(t.info().congestion == wanted);
        CHECK(t.info().cwnd == before);
    }
    t.app().writes(1000);
    t.stack_sends(data(1, 1000)).peer_sends(ack(1001));
    t.app().sets([](TcpOptions& options) { options.no_delay = true; });
    CHECK(t.info().congestion == tcp::Congestion::cubic);
}

SCRIPT_TEST("with pacing a window leaves spread over half a round trip in slow start", Worlds::numbers) {
    Script t{{.mss = 1000, .settings = [](tcp::Settings& s) { s.pacing = true; }}};
    established_slowly(t);
    CHECK(t.info().pacing_rate == 200000);  // twice ten segments in 100 ms
    t.app().writes(10000);
    // Two segments take 10 ms; at first there is credit for two more.
    for (Pos at = 1; at < 4000; at += 1000) t.stack_sends(data(at, 1000));
    t.stack_is_silent();
    for (Pos at = 4001; at < 10000; at += 2000) {
        t.stack_sends_after(10ms, data(at, 1000)).stack_sends(data(at + 1000, 1000)).stack_is_silent();
    }
    t.peer_sends(ack(10001)).stack_is_silent_for(1s);
}

SCRIPT_TEST("BBR paces by what the path delivered [draft-ietf-ccwg-bbr 5.6.2]", Worlds::numbers) {
    Script t{{.mss = 1000, .settings = [](tcp::Settings& s) { s.congestion = tcp::Congestion::bbr; }}};
    established_slowly(t);
    t.app().writes(10000);
    CHECK(t.takes_all().size() == 10);  // no round trip is known to it: 2.77 windows in a millisecond
    t.app().writes(200000);
    t.after(100ms).peer_sends(ack(10001));
    CHECK(t.info().delivery_rate == 100000);
    CHECK(t.info().pacing_rate >= 277000);
    CHECK(t.info().pacing_rate <= 290000);
    CHECK(t.takes_all().size() <= 6);  // two quanta, not the window
    t.after(100ms);
    CHECK(t.takes_all().size() >= 10);
    CHECK(t.info().phase == Phase::slow_start);
}
