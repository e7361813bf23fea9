#include "tcp/closing/time_wait.h"

#include <doctest/doctest.h>

#include <vector>

namespace sluice::tcp {
namespace {

using Verdict = TimeWaitVerdict;

// Our FIN was 1999, the peer's 5999; 1000 octets of window.
TimeWaitFacts facts(bool timestamps = false) {
    TimeWaitFacts f;
    f.snd_nxt = 2000;
    f.rcv_nxt = 6000;
    f.rcv_wnd = 1000;
    f.snd_wnd_largest = 500;
    f.timestamps = timestamps;
    f.ts_recent = 7000;
    return f;
}

struct Segment {
    int flags = 0;
    std::uint32_t seq = 6000;
    std::uint32_t ack = 2000;
    std::uint32_t text = 0;
    std::optional<std::uint32_t> ts_value{};
};

TimeWaitAnswer judge(const Segment& s, const TimeWaitFacts& f = facts(), bool would_use_timestamps = true,
                     bool ignore_resets = false) {
    wire::TcpHeader header;
    header.flags = static_cast<std::uint8_t>(s.flags);
    header.sequence = s.seq;
    header.acknowledgment = s.ack;
    if (s.ts_value) header.options.timestamps = wire::Timestamps{*s.ts_value, 0};
    return judge_in_time_wait(f, header, s.text, would_use_timestamps, ignore_resets);
}
Verdict verdict(const Segment& s, const TimeWaitFacts& f = facts()) { return judge(s, f).verdict; }

TEST_CASE(
    "the peer's FIN again is acknowledged and 2MSL starts anew [MUST-13] [U-28] [D-3] [RFC 9293 3.10.7.4]") {
    CHECK(verdict({flag::fin | flag::ack, 5999}) == Verdict::restart);
    CHECK(verdict({flag::fin | flag::ack, 5989, 2000, 10}) == Verdict::restart);  // with its last octets
    CHECK(verdict({flag::fin | flag::ack, 5998}) == Verdict::acknowledge);        // another FIN
}

TEST_CASE(
    "an exact reset closes, one inside the window is challenged, others are dropped [R5961-1] [D-5] [U-12] "
    "[U-13]") {
    CHECK(verdict({flag::rst, 6000}) == Verdict::close);
    CHECK(verdict({flag::rst | flag::ack, 6000, 77}) == Verdict::close);  // whatever its ACK says
    CHECK(verdict({flag::rst, 6001}) == Verdict::challenge);
    CHECK(verdict({flag::rst, 6999}) == Verdict::challenge);
    CHECK(verdict({flag::rst, 7000}) == Verdict::ignore);
    CHECK(verdict({flag::rst, 5999}) == Verdict::ignore);
    CHECK(verdict({flag::rst, 6000 + 0x80000000U}) == Verdict::ignore);
}

TEST_CASE("RFC 1337 instead: resets are ignored [R6191-7] [R6191-6] [RFC 1337 3]") {
    for (const std::uint32_t seq : {6000U, 6001U, 5999U}) {
        const TimeWaitAnswer answer = judge({flag::rst, seq}, facts(), true, true);
        CHECK(answer.verdict == Verdict::ignore);
        CHECK(answer.reason == Reason::tcp_reset_in_time_wait);
    }
}

// The six rows of states.md 5.4 [R6191-1] [R6191-2]. The last sequence is that of the old FIN, 5999.
TEST_CASE(
    "reuse, both with timestamps: a newer timestamp, or the same and a higher sequence [R6191-1] [RFC 6191 "
    "2]") {
    const TimeWaitFacts f = facts(true);
    CHECK(verdict({flag::syn, 100, 0, 0, 7001}, f) == Verdict::reuse);
    CHECK(verdict({flag::syn, 6000, 0, 0, 7000}, f) == Verdict::reuse);
    CHECK(verdict({flag::syn, 5999, 0, 0, 7000}, f) == Verdict::challenge);
    CHECK(verdict({flag::syn, 9000, 0, 0, 6999}, f) == Verdict::challenge);
}

TEST_CASE("reuse, old with and new without timestamps: a higher sequence [R6191-2] [RFC 6191 2]") {
    CHECK(verdict({flag::syn, 6000}, facts(true)) == Verdict::reuse);
    CHECK(verdict({flag::syn, 5999}, facts(true)) == Verdict::challenge);
    // We would not use them: the same row, although the SYN offers them.
    CHECK(judge({flag::syn, 5999, 0, 0, 7001}, facts(true), false).verdict == Verdict::challenge);
    CHECK(judge({flag::syn, 6000, 0, 0, 6999}, facts(true), false).verdict == Verdict::reuse);
}

TEST_CASE("reuse, old without and new with timestamps: always [R6191-2] [RFC 6191 2]") {
    CHECK(verdict({flag::syn, 100, 0, 0, 1}) == Verdict::reuse);
    CHECK(judge({flag::syn, 100, 0, 0, 1}, facts(), false).verdict == Verdict::challenge);
}

TEST_CASE("reuse, neither with timestamps: a SYN above the old FIN [MAY-2] [R6191-4] [RFC 6191 2]") {
    CHECK(verdict({flag::syn, 6000}) == Verdict::reuse);
    CHECK(verdict({flag::syn, 5999}) == Verdict::challenge);
    CHECK(verdict({flag::syn, 5999 + 0x7fffffffU}) == Verdict::reuse);
    CHECK(verdict({flag::syn, 5999 + 0x80000001U}) == Verdict::challenge);
}

TEST_CASE("a SYN that does not qualify is challenged, and so is a SYN,ACK [D-10] [R6191-3] [U-14]") {
    const TimeWaitAnswer answer = judge({flag::syn, 5000});
    CHECK(answer.verdict == Verdict::challenge);
    CHECK(answer.reason == Reason::tcp_syn_in_sync);
    CHECK(verdict({flag::syn | flag::ack, 9000}) == Verdict::challenge);
}

TEST_CASE("plain acceptable ACKs are ignored, so that no loop begins [D-12] [RFC 9293 3.10.7.4]") {
    CHECK(verdict({flag::ack}) == Verdict::ignore);
    CHECK(judge({flag::ack}).reason == Reason::tcp_in_time_wait);
    CHECK(verdict({flag::ack, 6999, 1900}) == Verdict::ignore);
    CHECK(verdict({flag::ack, 6000, 2000, 10}) == Verdict::ignore);             // text after the FIN
    CHECK(verdict({flag::ack | flag::fin, 6010, 2000, 0}) == Verdict::ignore);  // [D-18]
}

TEST_CASE("outside the window: an ACK goes back [U-16] [RFC 9293 3.10.7.4]") {
    CHECK(verdict({flag::ack, 5999}) == Verdict::acknowledge);  // a keep-alive probe
    CHECK(verdict({flag::ack, 7000}) == Verdict::acknowledge);
    CHECK(verdict({flag::ack, 5000, 2000, 100}) == Verdict::acknowledge);
    CHECK(verdict({0, 7000}) == Verdict::acknowledge);
    CHECK(verdict({flag::ack, 5990, 2000, 20}) == Verdict::ignore);  // its end lies inside
}

TEST_CASE("a zero window holds no text, only an empty segment at RCV.NXT [U-16] [RFC 9293 3.10.7.4]") {
    TimeWaitFacts f = facts();
    f.rcv_wnd = 0;
    CHECK(verdict({flag::ack, 6000}, f) == Verdict::ignore);
    CHECK(verdict({flag::ack, 6001}, f) == Verdict::acknowledge);
    CHECK(verdict({flag::ack, 6000, 2000, 1}, f) == Verdict::acknowledge);
    CHECK(verdict({flag::rst, 6000}, f) == Verdict::close);
    CHECK(verdict({flag::rst, 6001}, f) == Verdict::ignore);
}

TEST_CASE("no ACK flag: dropped [U-17] [RFC 9293 3.10.7.4]") {
    CHECK(judge({0}).verdict == Verdict::ignore);
    CHECK(judge({0}).reason == Reason::tcp_no_ack);
}

TEST_CASE(
    "an ACK of something not sent, or older than the largest window, is answered [R5961-5] [U-18] [RFC 5961 "
    "5.2]") {
    CHECK(judge({flag::ack, 6000, 2001}).verdict == Verdict::acknowledge);
    CHECK(judge({flag::ack, 6000, 2001}).reason == Reason::tcp_ack_above);
    CHECK(verdict({flag::ack, 6000, 1500}) == Verdict::ignore);
    CHECK(judge({flag::ack, 6000, 1499}).verdict == Verdict::acknowledge);
    CHECK(judge({flag::ack, 6000, 1499}).reason == Reason::tcp_ack_below);
}

TEST_CASE(
    "a segment without the agreed timestamp is dropped, a reset or SYN is judged [R7323-10] [RFC 7323 3.2]") {
    CHECK(judge({flag::ack}, facts(true)).reason == Reason::tcp_timestamp_missing);
    CHECK(judge({flag::ack}, facts(true)).verdict == Verdict::ignore);
    CHECK(judge({flag::ack, 6000, 2000, 0, 7000}, facts(true)).reason == Reason::tcp_in_time_wait);
    CHECK(verdict({flag::rst, 6000}, facts(true)) == Verdict::close);
}

TEST_CASE("the numbers wrap [U-2] [RFC 9293 3.4]") {
    TimeWaitFacts f = facts();
    f.rcv_nxt = 5;
    f.snd_nxt = 3;
    CHECK(verdict({flag::fin | flag::ack, 4}, f) == Verdict::restart);
    CHECK(verdict({flag::fin | flag::ack, 0xfffffffbU, 3, 9}, f) == Verdict::restart);
    CHECK(verdict({flag::ack, 5, 0xfffffff0U}, f) == Verdict::ignore);
    CHECK(verdict({flag::ack, 0xfffffff0U, 3}, f) == Verdict::acknowledge);
    CHECK(verdict({flag::syn, 5}, f) == Verdict::reuse);
    CHECK(verdict({flag::syn, 0xfffffff0U}, f) == Verdict::challenge);
}

}  // namespace
}  // namespace sluice::tcp
