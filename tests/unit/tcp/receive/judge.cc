#include "tcp/receive/judge.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace sluice::tcp {
namespace {

using What = Verdict::What;
using enum State;

constexpr std::array synchronized{established, fin_wait_1, fin_wait_2, close_wait, closing, last_ack};

// SND.UNA 2000, SND.NXT 2100, MAX.SND.WND 500; RCV.NXT 6000, RCV.WND 1000.
JudgeContext in(State state) {
    JudgeContext c;
    c.state = state;
    c.span = {6000, 7000};
    c.una = 2000;
    c.snd_max = 2100;
    c.largest_window = 500;
    return c;
}

// Our SYN,ACK is out, the peer's SYN is in: positions 0 and 1.
JudgeContext half_open(bool is_passive) {
    JudgeContext c = in(syn_received);
    c.is_passive = is_passive;
    c.span = {1, 1001};
    c.una = 0;
    c.snd_max = 1;
    return c;
}

Segment segment(int flags, Pos seq, Pos ack = 0, std::size_t text = 0) {
    Segment seg;
    seg.flags = static_cast<std::uint8_t>(flags);
    seg.seq = seq;
    seg.ack = ack;
    ChunkPool pool;
    if (text > 0) seg.text = pool.copy(std::vector<std::uint8_t>(text, 7));
    return seg;
}

Verdict judged(const JudgeContext& context, Segment seg) { return judge(seg, context); }
What what(const JudgeContext& context, const Segment& seg) { return judged(context, seg).what; }

TEST_CASE("a reset at RCV.NXT resets in every later state [U-12] [R5961-1] [RFC 9293 3.10.7.4 second]") {
    for (const State state : synchronized) {
        CHECK(what(in(state), segment(flag::rst, 6000)) == What::reset);
        CHECK(what(in(state), segment(flag::rst | flag::ack, 6000, 99)) ==
              What::reset);                                                      // its ACK does not matter
        CHECK(what(in(state), segment(flag::rst, 6000, 0, 20)) == What::reset);  // [SHLD-2]
        CHECK(what(in(state), segment(flag::rst | flag::syn, 6000)) == What::reset);
    }
    CHECK(what(half_open(false), segment(flag::rst, 1)) == What::reset);  // [MUST-11]
    CHECK(what(half_open(true), segment(flag::rst, 1)) == What::forget);  // [MUST-11] back to LISTEN
}

TEST_CASE("a reset elsewhere in the window is challenged, outside it is dropped [U-13] [R5961-1] [R5961-2]") {
    for (const State state : synchronized) {
        CHECK(judged(in(state), segment(flag::rst, 6001)).reason == Reason::tcp_reset_inexact);
        CHECK(what(in(state), segment(flag::rst, 6001)) == What::challenge);
        CHECK(what(in(state), segment(flag::rst, 6999)) == What::challenge);
        CHECK(what(in(state), segment(flag::rst, 7000)) == What::ignore);
        CHECK(what(in(state), segment(flag::rst, 5999)) == What::ignore);
        CHECK(judged(in(state), segment(flag::rst, 5999)).reason == Reason::tcp_reset_outside);
    }
    for (const bool passive : {true, false}) {
        CHECK(what(half_open(passive), segment(flag::rst, 2)) == What::challenge);
        CHECK(what(half_open(passive), segment(flag::rst, 0)) == What::ignore);
        CHECK(what(half_open(passive), segment(flag::rst, 1001)) == What::ignore);
    }
}

TEST_CASE("with a zero window only the exact reset counts [MUST-66] [RFC 9293 3.4]") {
    JudgeContext c = in(established);
    c.span = {6000, 6000};
    CHECK(what(c, segment(flag::rst, 6000)) == What::reset);
    CHECK(what(c, segment(flag::rst, 6001)) == What::ignore);
}

TEST_CASE(
    "a SYN in a synchronized state is challenged, whatever its sequence and ACK [U-14] [R5961-3] [RFC 5961 "
    "4.2]") {
    for (const State state : synchronized)
        for (const Pos seq :
             {Pos{0}, Pos{5999}, Pos{6000}, Pos{6001}, Pos{7000}, Pos{6000} + (Pos{1} << 31) - 1})
            for (const int flags : {0 + flag::syn, flag::syn | flag::ack}) {
                const Verdict verdict = judged(in(state), segment(flags, seq, 2050));
                CHECK(verdict.what == What::challenge);
                CHECK(verdict.reason == Reason::tcp_syn_in_sync);
            }
}

TEST_CASE(
    "a new SYN in SYN-RECEIVED: passive forgets the child, active challenges; outside the window an ACK "
    "[MUST-11]") {
    CHECK(what(half_open(true), segment(flag::syn, 1)) == What::forget);
    CHECK(what(half_open(true), segment(flag::syn, 1000)) == What::forget);
    CHECK(what(half_open(false), segment(flag::syn, 1)) == What::challenge);
    for (const bool passive : {true, false}) {
        CHECK(what(half_open(passive), segment(flag::syn, 1001)) == What::acknowledge);
        CHECK(what(half_open(passive), segment(flag::syn, -1)) == What::acknowledge);
    }
}

TEST_CASE("the first SYN again makes the SYN,ACK leave again [D-2] [RFC 9293 3.10.7.4]") {
    for (const bool passive : {true, false}) {
        CHECK(what(half_open(passive), segment(flag::syn, 0)) == What::resend_syn_ack);
        CHECK(what(half_open(passive), segment(flag::syn, 0, 0, 10)) == What::resend_syn_ack);
    }
}

TEST_CASE(
    "simultaneous open: the peer's SYN,ACK completes it, its SYN trimmed [MUST-10] [D-1] [RFC 9293 3.5]") {
    Segment seg = segment(flag::syn | flag::ack, 0, 1, 5);
    const Verdict verdict = judge(seg, half_open(false));
    CHECK(verdict.what == What::accept);
    CHECK(verdict.owes_ack);
    CHECK_FALSE(seg.has(flag::syn));
    CHECK(seg.seq == 1);
    CHECK(seg.text.size() == 5);
    CHECK(what(half_open(false), segment(flag::syn | flag::ack, 0, 1)) == What::accept);
    // Not for a passive child, and not with an ACK of nothing.
    CHECK(what(half_open(true), segment(flag::syn | flag::ack, 0, 1)) == What::acknowledge);
    CHECK(what(half_open(false), segment(flag::syn | flag::ack, 0, 0)) == What::acknowledge);
    CHECK(what(half_open(false), segment(flag::syn | flag::ack, 0, 2)) == What::acknowledge);
}

TEST_CASE(
    "SYN-RECEIVED: the ACK of our SYN goes on, any other draws a reset [U-19] [D-4] [D-14] [RFC 9293 "
    "3.10.7.4]") {
    for (const bool passive : {true, false}) {
        CHECK(what(half_open(passive), segment(flag::ack, 1, 1)) == What::accept);
        CHECK(what(half_open(passive), segment(flag::ack, 1, 1, 100)) ==
              What::accept);  // with data, or a FIN
        CHECK(what(half_open(passive), segment(flag::ack | flag::fin, 1, 1)) == What::accept);
        for (const Pos ack : {Pos{0}, Pos{2}, Pos{-1}, Pos{-70000}}) {
            CHECK(what(half_open(passive), segment(flag::ack, 1, ack)) == What::refuse);
            CHECK(judged(half_open(passive), segment(flag::ack, 1, ack)).reason ==
                  Reason::tcp_ack_unacceptable);
        }
        CHECK(what(half_open(passive), segment(flag::ack, 2000, 7)) ==
              What::acknowledge);  // first step comes first
    }
}

TEST_CASE(
    "an unacceptable segment is answered with an ACK and dropped, its text too [U-16] [RFC 9293 3.10.7.4 "
    "first]") {
    for (const State state : synchronized) {
        for (const auto& [seq, text] :
             {std::pair<Pos, std::size_t>{5900, 100}, {7000, 10}, {5999, 0}, {7000, 0}}) {
            const Verdict verdict = judged(in(state), segment(flag::ack, seq, 2000, text));
            CHECK(verdict.what == What::acknowledge);
            CHECK(verdict.reason == Reason::tcp_unacceptable);
        }
        // The peer's FIN again, or anything without ACK outside.
        CHECK(what(in(state), segment(flag::ack | flag::fin, 5999, 2000)) == What::acknowledge);
        CHECK(what(in(state), segment(0, 7000)) == What::acknowledge);
    }
}

TEST_CASE("no ACK in a later state: dropped, nothing said [U-17] [RFC 9293 3.10.7.4 fifth]") {
    for (const State state : synchronized) {
        CHECK(what(in(state), segment(0, 6000, 0, 10)) == What::ignore);
        CHECK(judged(in(state), segment(flag::fin, 6000)).reason == Reason::tcp_no_ack);
    }
    CHECK(what(half_open(true), segment(0, 1, 0, 10)) == What::ignore);
}

TEST_CASE(
    "an ACK of something not sent is answered, and its text is not taken [U-18] [RFC 9293 3.10.7.4 fifth]") {
    for (const State state : synchronized) {
        CHECK(what(in(state), segment(flag::ack, 6000, 2100, 10)) == What::accept);
        const Verdict verdict = judged(in(state), segment(flag::ack, 6000, 2101, 10));
        CHECK(verdict.what == What::acknowledge);
        CHECK(verdict.reason == Reason::tcp_ack_above);
    }
}

TEST_CASE(
    "an ACK older than the largest window is answered, a younger one is a duplicate [U-21] [R5961-5] "
    "[MAY-12]") {
    for (const State state : synchronized) {
        CHECK(what(in(state), segment(flag::ack, 6000, 1500)) == What::accept);
        const Verdict verdict = judged(in(state), segment(flag::ack, 6000, 1499));
        CHECK(verdict.what == What::acknowledge);
        CHECK(verdict.reason == Reason::tcp_ack_below);
        JudgeContext off = in(state);
        off.check_old_acks = false;
        CHECK(what(off, segment(flag::ack, 6000, 1499)) == What::accept);
    }
}

TEST_CASE(
    "text in the window is accepted, in order or above a hole, and trimmed [SHLD-31] [RFC 9293 3.10.7.4]") {
    for (const State state : synchronized) {
        Segment seg = segment(flag::ack | flag::fin, 5990, 2050, 20);
        CHECK(judge(seg, in(state)).what == What::accept);
        CHECK(seg.seq == 6000);
        CHECK(seg.text.size() == 10);
        Segment above = segment(flag::ack | flag::fin, 6990, 2050, 20);
        const Verdict verdict = judge(above, in(state));
        CHECK(verdict.what == What::accept);
        CHECK_FALSE(verdict.owes_ack);
        CHECK(above.text.size() == 10);
        CHECK_FALSE(above.has(flag::fin));
    }
}

TEST_CASE(
    "with a zero window the ACK and URG of a segment at RCV.NXT are used, its text and FIN are not [MUST-66] "
    "[U-24]") {
    JudgeContext c = in(established);
    c.span = {6000, 6000};
    Segment seg = segment(flag::ack | flag::urg | flag::fin, 6000, 2050, 1);
    const Verdict verdict = judge(seg, c);
    CHECK(verdict.what == What::accept);
    CHECK(verdict.owes_ack);
    CHECK(verdict.reason == Reason::tcp_window_full);
    CHECK(seg.text.empty());
    CHECK_FALSE(seg.has(flag::fin));
    CHECK(seg.has(flag::urg));
    CHECK(what(c, segment(flag::ack, 6001, 2050, 1)) == What::acknowledge);
    CHECK(what(c, segment(flag::ack, 6000, 2101, 1)) == What::acknowledge);
    Segment bare = segment(flag::ack, 6000, 2050);
    CHECK_FALSE(judge(bare, c).owes_ack);
    CHECK(what(c, segment(flag::ack, 6000, 2050)) == What::accept);
}

TEST_CASE(
    "an old timestamp: ACK and drop, before the sequence is looked at, never for a reset [R7323-18] "
    "[R7323-19]") {
    JudgeContext c = in(established);
    c.timestamps = true;
    c.is_old_timestamp = true;
    Segment seg = segment(flag::ack, 6000, 2050, 10);
    seg.timestamps = wire::Timestamps{1, 2};
    CHECK(judged(c, seg).what == What::acknowledge);
    CHECK(judged(c, seg).reason == Reason::tcp_paws);
    seg.seq = 9000;
    CHECK(judged(c, seg).reason == Reason::tcp_paws);
    Segment reset = segment(flag::rst, 6000);
    CHECK(judged(c, reset).what == What::reset);
    reset.timestamps = wire::Timestamps{1, 2};
    CHECK(judged(c, reset).what == What::reset);
}

TEST_CASE(
    "a segment without the agreed timestamp is dropped silently, a reset is not [R7323-10] [RFC 7323 3.2]") {
    JudgeContext c = in(established);
    c.timestamps = true;
    CHECK(judged(c, segment(flag::ack, 6000, 2050, 10)).what == What::ignore);
    CHECK(judged(c, segment(flag::ack, 6000, 2050, 10)).reason == Reason::tcp_timestamp_missing);
    CHECK(judged(c, segment(flag::rst, 6000)).what == What::reset);
}

TEST_CASE("a segment that fails an earlier step never reaches a later one [RFC 9293 3.10.7.4]") {
    // Outside the window with an ACK of something not sent: the sequence comes first.
    CHECK(judged(in(established), segment(flag::ack, 7000, 9999)).reason == Reason::tcp_unacceptable);
    // A SYN with good data: nothing of it is used.
    Segment syn = segment(flag::syn | flag::ack, 6000, 2050, 10);
    CHECK(judge(syn, in(established)).what == What::challenge);
    CHECK(syn.text.size() == 10);
}

}  // namespace
}  // namespace sluice::tcp
