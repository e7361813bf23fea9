// Explicit congestion notification on the wire. RFC 3168 6.1.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::uint16_t ece = tcp_flag::ece;
constexpr std::uint16_t cwr = tcp_flag::cwr;
constexpr std::uint8_t ect_0 = 2;
constexpr std::uint8_t ce = 3;

ScriptOptions with(tcp::EcnUse use) {
    return {.mss = 1000, .settings = [use](tcp::Settings& s) {
                s.ecn = use;
                s.congestion = tcp::Congestion::reno;
                s.slow_start_segments = 1;
                s.hystart = false;
            }};
}

// Established passively, the peer asked for ECN.
void agreed(Script& t) {
    t.app().listens();
    t.peer_sends(syn().flags(ece | cwr)).stack_sends(syn_ack().ack(1));
    t.peer_sends(ack(1));
    t.app().accepts();
}

std::uint8_t mark_of(const Seen& seen) { return seen.segment.traffic_class & 3; }

}  // namespace

SCRIPT_TEST("a SYN asks with ECE and CWR, only if we are to ask [SHLD-8] [R3168-1] [R3168-4]",
            Worlds::options) {
    for (const auto use : {tcp::EcnUse::off, tcp::EcnUse::accept, tcp::EcnUse::on}) {
        Script t(with(use));
        t.app().connects();
        const Seen sent = t.takes_all().at(0);
        const bool asks = use == tcp::EcnUse::on;
        CHECK(sent.has(ece) == asks);
        CHECK(sent.has(cwr) == asks);
        CHECK(mark_of(sent) == 0);
    }
}

SCRIPT_TEST(
    "a SYN,ACK agrees with ECE alone, to an ECN SYN only, and not if switched off [R3168-1] [R3168-2] "
    "[R3168-4]",
    Worlds::options) {
    struct Row {
        tcp::EcnUse use;
        std::uint16_t flags;
        std::uint8_t mark;
        bool agrees;
    };
    const Row rows[] = {{tcp::EcnUse::accept, ece | cwr, 0, true},  {tcp::EcnUse::on, ece | cwr, 0, true},
                        {tcp::EcnUse::off, ece | cwr, 0, false},    {tcp::EcnUse::accept, 0, 0, false},
                        {tcp::EcnUse::accept, ece, 0, false},       {tcp::EcnUse::accept, cwr, 0, false},
                        {tcp::EcnUse::accept, ece | cwr, ce, false}};
    for (const Row& row : rows) {
        Script t(with(row.use));
        t.app().listens();
        t.peer_sends(syn().flags(row.flags).dscp_byte(row.mark));
        const Seen sent = t.takes_all().at(0);
        CHECK(sent.has(ece) == row.agrees);
        CHECK_FALSE(sent.has(cwr));
        CHECK(mark_of(sent) == 0);
        t.peer_sends(ack(1));
        t.app().accepts().writes(100);
        CHECK(mark_of(t.takes_all().at(0)) == (row.agrees ? ect_0 : 0));
    }
}

SCRIPT_TEST("no code point unless the SYN,ACK carried ECE alone [R3168-3] [R3168-5]", Worlds::options) {
    for (const std::uint16_t flags : {std::uint16_t{0}, ece, cwr, static_cast<std::uint16_t>(ece | cwr)}) {
        Script t(with(tcp::EcnUse::on));
        t.app().connects();
        t.stack_sends(syn()).peer_sends(syn_ack().ack(1).flags(flags)).stack_sends(ack(1).dscp_byte(0));
        t.app().writes(100);
        t.stack_sends(data(1, 100).dscp_byte(flags == ece ? ect_0 : 0));
        CHECK(t.info().ecn == (flags == ece ? tcp::EcnMode::classic : tcp::EcnMode::none));
    }
}

SCRIPT_TEST("a SYN that is repeated does not ask again [R3168-13]", Worlds::numbers) {
    Script t(with(tcp::EcnUse::on));
    t.app().connects();
    CHECK(t.takes_all().at(0).has(ece));
    t.after(1s);
    const Seen again = t.takes_all().at(0);
    CHECK_FALSE(again.has(ece));
    CHECK_FALSE(again.has(cwr));
    t.peer_sends(syn_ack().ack(1).flags(ece)).stack_sends(ack(1));
    t.app().writes(100);
    t.stack_sends(data(1, 100).dscp_byte(0));
}

SCRIPT_TEST(
    "data is ECN-capable; pure ACKs, retransmissions and probes are not [R3168-5] [R3168-10] [R3168-11] "
    "[R3168-12]",
    Worlds::options) {
    Script t(with(tcp::EcnUse::accept));
    agreed(t);
    t.app().writes(1000);
    t.stack_sends(data(1, 1000).dscp_byte(ect_0));
    t.stack_sends_within(0ms, 2s, data(1, 1000).dscp_byte(0));
    t.peer_sends(ack(1001)).peer_sends(data(1, 100)).peer_sends(data(101, 2000));
    for (const Seen& seen : t.takes_all()) CHECK(mark_of(seen) == 0);
    t.peer_sends(ack(1001).win(0)).after(50ms).takes_all();
    t.app().writes(1000);
    t.stack_sends_within(0ms, 5s, data(1001, 1).dscp_byte(0));  // zero-window probe
}

SCRIPT_TEST("a mark is echoed on every ACK until CWR; with CWR it is a new one [R3168-9]", Worlds::options) {
    Script t(with(tcp::EcnUse::accept));
    agreed(t);
    Pos at = 1;
    const auto answer = [&](std::uint16_t flags, std::uint8_t mark) {
        t.peer_sends(data(at, 1000).flags(flags).dscp_byte(mark));
        t.peer_sends(data(at + 1000, 1000).dscp_byte(ect_0));
        at += 2000;
        const auto seen = t.takes_all();
        CHECK(seen.size() == 1);
        return seen.at(0).has(ece);
    };
    CHECK_FALSE(answer(0, ect_0));
    CHECK(answer(0, ce));
    CHECK(answer(0, ect_0));
    CHECK(answer(0, ect_0));
    CHECK_FALSE(answer(cwr, ect_0));
    CHECK(answer(0, ce));
    CHECK(answer(cwr, ce));
    t.app().writes(100);
    CHECK(t.takes_all().at(0).has(ece));  // data carries it too
}

SCRIPT_TEST("marks outside the window are not echoed [R3168-11]", Worlds::options) {
    Script t(with(tcp::EcnUse::accept));
    agreed(t);
    t.peer_sends(data(1, 1000).dscp_byte(ect_0)).peer_sends(data(1001, 1000).dscp_byte(ect_0));
    t.takes_all();
    t.peer_sends(data(1, 1000).dscp_byte(ce));  // seen before
    for (const Seen& seen : t.takes_all()) CHECK_FALSE(seen.has(ece));
}

SCRIPT_TEST("echoes halve the window once, and the next new data says CWR [R3168-6] [R3168-7]",
            Worlds::numbers) {
    Script t(with(tcp::EcnUse::accept));
    agreed(t);
    t.app().writes(40000);
    CHECK(t.takes_all().size() == 10);
    std::vector<Seen> sent;
    for (Pos at = 1001; at <= 10001; at += 1000) {
        t.peer_sends(ack(at).flags(ece));
        for (const Seen& seen : t.takes_all()) sent.push_back(seen);
    }
    CHECK(t.info().cwnd <= 5000);
    CHECK(t.info().cwnd >= 4000);
    REQUIRE(sent.size() >= 4);
    CHECK(sent[0].has(cwr));
    for (std::size_t i = 1; i < sent.size(); ++i) CHECK_FALSE(sent[i].has(cwr));
    const std::uint32_t before = t.info().cwnd;
    t.peer_sends(ack(t.flow().received.next()).flags(ece));  // what left after the reduction is marked too
    t.takes_all();
    CHECK(t.info().cwnd < before);
}

SCRIPT_TEST("at one segment an echo makes the next segment wait for the timer [R3168-8] [R9438-9]",
            Worlds::numbers) {
    Script t(with(tcp::EcnUse::accept));
    agreed(t);
    t.app().writes(40000);
    t.takes_all();
    for (int i = 0; i < 8 && t.info().cwnd > 1000; ++i)
        t.after(10ms).peer_sends(ack(t.flow().received.next()).flags(ece)).takes_all();
    REQUIRE(t.info().cwnd == 1000);
    const Pos next = t.flow().received.next();
    t.after(10ms).peer_sends(ack(next).flags(ece)).stack_is_silent_for(150ms);
    t.stack_sends_within(0ms, 1s, data(next, 1000));
}

SCRIPT_TEST("after a fast retransmit the next new data says CWR too [R3168-6]", Worlds::numbers) {
    Script t(with(tcp::EcnUse::accept));
    agreed(t);
    t.app().writes(60000);
    t.takes_all();
    std::vector<Seen> sent;
    const auto take = [&] {
        for (const Seen& seen : t.takes_all()) sent.push_back(seen);
    };
    for (int i = 0; i < 10; ++i) {
        t.peer_sends(ack(1));
        take();
    }
    t.peer_sends(ack(t.flow().received.next()));
    take();
    std::size_t told = 0;
    for (const Seen& seen : sent) told += seen.has(cwr) ? 1U : 0U;
    CHECK(told == 1);
}
