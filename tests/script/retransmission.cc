// The retransmission timer and round-trip times. RFC 6298; RFC 9293 3.8.1, 3.8.3.
#include "support/recovery.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Sends ten octets that are acknowledged after `rtt`.
void exchange(Script& t, Pos at, Duration rtt) {
    t.app().writes(10);
    t.stack_sends(data(at, 10)).after(rtt).peer_sends(ack(at + 10));
}

}  // namespace

SCRIPT_TEST("before any sample the timeout is one second [R6298-1]", Worlds::all) {
    Script t;
    t.app().connects();
    t.stack_sends(syn()).stack_sends_after(1s, syn()).stack_sends_after(2s, syn()).stack_sends_after(4s,
                                                                                                     syn());
}

SCRIPT_TEST(
    "the first two samples give SRTT, RTTVAR and RTO by the formulas [R6298-2] [R6298-3] [R6298-4] [MUST-18]",
    Worlds::numbers) {
    Script t{{.settings = [](tcp::Settings& s) { s.rto_min = 1ms; }}};
    t.in(State::syn_sent).after(100ms).peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    CHECK(t.info().srtt == 100ms);
    CHECK(t.info().rttvar == 50ms);
    CHECK(t.info().rto == 300ms);
    exchange(t, 1, 200ms);
    CHECK(t.info().srtt == 112500us);
    CHECK(t.info().rttvar == 62500us);
    CHECK(t.info().rto == 362500us);
}

SCRIPT_TEST("a hundred samples match the formulas to the tick [R6298-4] [MUST-18]", Worlds::numbers) {
    Script t{{.settings = [](tcp::Settings& s) { s.rto_min = 1ms; }}};
    t.in(State::syn_sent).after(100ms).peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    double srtt = 100e6, rttvar = 50e6;
    Random random(7);
    for (Pos i = 0; i < 100; ++i) {
        const Duration rtt = std::chrono::milliseconds(5 + random.below(300));
        if (rtt >= t.info().rto) continue;
        t.app().writes(10);
        const Pos at = t.flow().highest_sent;
        t.stack_sends(data(at, 10)).after(rtt).peer_sends(ack(at + 10));
        const double sample = static_cast<double>(rtt.count());
        rttvar = 0.75 * rttvar + 0.25 * std::abs(srtt - sample);
        srtt = 0.875 * srtt + 0.125 * sample;
        CHECK(static_cast<double>(t.info().srtt.count()) == doctest::Approx(srtt).epsilon(1e-6));
        CHECK(static_cast<double>(t.info().rttvar.count()) == doctest::Approx(rttvar).epsilon(1e-6));
        t.after(1s);
    }
}

SCRIPT_TEST("a timeout below the least is rounded up to it [R6298-5]", Worlds::numbers) {
    for (const Duration least : {Duration(1s), Duration(200ms)}) {
        Script t{{.settings = [least](tcp::Settings& s) { s.rto_min = least; }}};
        t.in(State::syn_sent).after(10ms).peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
        CHECK(t.info().rto == least);
        t.app().writes(10);
        t.stack_sends(data(1, 10)).stack_sends_after(least, data(1, 10));
    }
}

SCRIPT_TEST("the production default is 200 ms, a documented deviation [R6298-5]", Worlds::plain) {
    CHECK(tcp::Settings{}.rto_min == 200ms);
}

SCRIPT_TEST("intervals double up to a bound of at least a minute [R6298-6] [MUST-19]", Worlds::numbers) {
    Script t{{.socket = [](TcpOptions& o) { o.user_timeout = Duration::max(); }}};
    t.established().app().writes(10);
    t.stack_sends(data(1, 10));
    for (const Duration wait : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 120s, 120s, 120s})
        t.stack_sends_after(wait, data(1, 10));
}

SCRIPT_TEST("without timestamps a resent segment gives no sample [R6298-7] [MUST-18]", Worlds::numbers) {
    Script t{{.timestamps = false}};
    t.established().app().writes(10);
    const Duration before = t.info().srtt;
    t.stack_sends(data(1, 10)).stack_sends_after(1s, data(1, 10)).after(300ms).peer_sends(ack(11));
    CHECK(t.info().srtt == before);
}

SCRIPT_TEST("with timestamps the echo tells which transmission was answered [R6298-7]", Worlds::numbers) {
    Script t{{.timestamps = true}};
    t.established().app().writes(10);
    t.stack_sends(data(1, 10)).stack_sends_after(1s, data(1, 10)).after(300ms).peer_sends(ack(11));
    CHECK(t.info().srtt > 0ms);
    CHECK(t.info().srtt <= 300ms);
}

SCRIPT_TEST("every round trip gives a sample [R6298-8]", Worlds::numbers) {
    Script t{{.mss = 1000}};
    t.established();
    t.records();
    for (Pos round = 0; round < 20; ++round) {
        t.app().writes(4000);
        t.takes_all();
        t.after(50ms).peer_sends(ack(1 + (round + 1) * 4000));
    }
    std::size_t samples = 0;
    for (const TraceRecord& record : t.records()) samples += record.kind == Kind::rtt;
    CHECK(samples >= 20);
}

SCRIPT_TEST("a constant round trip keeps the timeout above it by the granularity [R6298-9]",
            Worlds::numbers) {
    Script t{{.settings = [](tcp::Settings& s) { s.rto_min = 1ms; }}};
    t.in(State::syn_sent).after(100ms).peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    for (Pos i = 0; i < 200; ++i) exchange(t, 1 + i * 10, 100ms);
    CHECK(t.info().rto >= 101ms);
    CHECK(t.info().rto <= 102ms);
}

SCRIPT_TEST("the timer counts from the first segment sent, not the last [R6298-11]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.established().app().writes(1000);
    t.stack_sends(data(1, 1000)).after(500ms);
    t.app().writes(1000);
    t.stack_sends(data(1001, 1000)).stack_sends_after(500ms, data(1, 1000)).stack_is_silent();
}

SCRIPT_TEST("when everything is acknowledged the timer is off [R6298-12]", Worlds::all) {
    Script t;
    t.established();
    exchange(t, 1, 10ms);
    t.stack_is_silent_for(1h);
}

SCRIPT_TEST("an ACK of new data restarts the timer for a full timeout [R6298-13] [R6298-10]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.established().app().writes(2000);
    t.stack_sends(data(1, 1000)).stack_sends(data(1001, 1000)).after(900ms).peer_sends(ack(1001));
    const Duration rto = t.info().rto;
    t.stack_sends_after(rto, data(1001, 1000));
}

SCRIPT_TEST("a retransmission has a full timeout before it is repeated by timer [R6298-10]", Worlds::all) {
    Script t(with_sack(10, classic));
    established_in(t, 100ms);
    sends_flight(t, 5000, 5);
    t.after(900ms).peer_sends(ack(1).sack({{1001, 5001}})).stack_sends(data(1, 1000)).stack_is_silent();
    t.stack_sends_after(t.info().rto, data(1, 1000));
}

SCRIPT_TEST("on expiry only the earliest segment is resent [R6298-14] [U-26]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.established().app().writes(3000);
    t.stack_sends(data(1, 1000)).stack_sends(data(1001, 1000)).stack_sends(data(2001, 1000));
    t.stack_sends_after(1s, data(1, 1000))
        .stack_is_silent()
        .stack_sends_after(2s, data(1, 1000))
        .stack_is_silent();
}

SCRIPT_TEST("a lost SYN makes the first timeout of data three seconds [R6298-16]", Worlds::numbers) {
    Script t{{.timestamps = false}};
    t.app().connects();
    t.stack_sends(syn()).stack_sends_after(1s, syn()).peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    CHECK(t.info().srtt == 0ms);  // Karn: which SYN was answered?
    t.app().writes(10);
    t.stack_sends(data(1, 10)).stack_sends_after(3s, data(1, 10));
}

SCRIPT_TEST("a late ACK after a timeout ends the back-off [R6298-15]", Worlds::all) {
    Script t;
    t.established().app().writes(10);
    t.stack_sends(data(1, 10)).stack_sends_after(1s, data(1, 10)).stack_sends_after(2s, data(1, 10));
    t.peer_sends(ack(11)).stack_is_silent();
    exchange(t, 11, 10ms);
    t.app().writes(10);
    t.stack_sends(data(21, 10));
    const Duration rto = t.info().rto;
    CHECK(rto <= 3s);
    t.stack_sends_after(rto, data(21, 10));
}

SCRIPT_TEST("a resend carries the newest acknowledgment and window [U-23]", Worlds::all) {
    Script t;
    t.established().app().writes(10);
    t.stack_sends(data(1, 10).ack(1));
    t.peer_sends(data(1, 100).ack(1)).stack_sends_after(40ms, ack(101));
    t.stack_sends_within(0s, 1s, data(1, 10).ack(101));
}

SCRIPT_TEST("an ACK that covers a resent segment and another gives no sample either [R6298-7]",
            Worlds::numbers) {
    Script t{{.mss = 1000, .timestamps = false}};
    t.established().app().writes(2000);
    const Duration before = t.info().srtt;
    t.stack_sends(data(1, 1000)).stack_sends(data(1001, 1000)).stack_sends_after(1s, data(1, 1000));
    t.after(300ms).peer_sends(ack(2001));
    CHECK(t.info().srtt == before);
}
