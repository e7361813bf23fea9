#include "tcp/opening/judge_syn_sent.h"

#include <doctest/doctest.h>

#include <vector>

namespace sluice::tcp {
namespace {

using What = SynSentVerdict::What;

constexpr std::uint32_t iss = 1000;

SynSentVerdict judge(int flags, std::uint32_t ack, std::uint32_t initial = iss, Pos end = 1) {
    wire::TcpHeader header;
    header.flags = static_cast<std::uint8_t>(flags);
    header.sequence = 5000;
    header.acknowledgment = ack;
    return judge_in_syn_sent(header, initial, end);
}

TEST_CASE("a SYN,ACK for our SYN establishes [RFC 9293 3.10.7.3]") {
    CHECK(judge(flag::syn | flag::ack, 1001).what == What::established);
    CHECK(judge(flag::syn | flag::ack | flag::psh | flag::fin, 1001).what == What::established);
}

TEST_CASE("text on the SYN may be acknowledged with it, in part or whole [R7413-8]") {
    CHECK(judge(flag::syn | flag::ack, 1001, iss, 11).what == What::established);
    CHECK(judge(flag::syn | flag::ack, 1005, iss, 11).what == What::established);
    CHECK(judge(flag::syn | flag::ack, 1011, iss, 11).what == What::established);
    CHECK(judge(flag::syn | flag::ack, 1012, iss, 11).what == What::refuse);
    CHECK(judge(flag::syn | flag::ack, 1000, iss, 11).what == What::refuse);
    CHECK(judge(flag::syn | flag::ack, 0xfffffff5, 0xfffffff0, 11).what == What::established);
}

TEST_CASE("a SYN without ACK is a simultaneous open [MUST-10] [RFC 9293 3.10.7.3]") {
    CHECK(judge(flag::syn, 0).what == What::crossing);
    CHECK(judge(flag::syn, 77).what == What::crossing);  // the field means nothing without ACK
}

TEST_CASE("an ACK at or below ISS or above SND.NXT draws a reset [U-5] [RFC 9293 3.10.7.3]") {
    for (const std::uint32_t ack : {1000U, 1002U, 999U, 0U, 1001U + 0x80000000U}) {
        CAPTURE(ack);
        for (const std::uint8_t more : {std::uint8_t{0}, flag::syn, flag::fin, flag::psh}) {
            const SynSentVerdict verdict = judge(flag::ack | more, ack);
            CHECK(verdict.what == What::refuse);
            CHECK(verdict.reason == Reason::tcp_ack_unacceptable);
        }
    }
}

TEST_CASE("a reset is never answered with a reset [U-10] [U-5] [RFC 9293 3.10.7.3]") {
    for (const std::uint32_t ack : {1000U, 1002U, 999U}) {
        const SynSentVerdict verdict = judge(flag::rst | flag::ack, ack);
        CHECK(verdict.what == What::ignore);
        CHECK(verdict.reason == Reason::tcp_reset_bad_ack);
    }
}

TEST_CASE(
    "a reset with an acceptable ACK refuses; RCV.NXT does not matter [erratum 8167] [RFC 9293 3.10.7.3]") {
    CHECK(judge(flag::rst | flag::ack, 1001).what == What::refused);
    CHECK(judge(flag::rst | flag::ack, 1001).reason == Reason::end_refused);
    CHECK(judge(flag::rst | flag::ack | flag::syn, 1001).what == What::refused);
}

TEST_CASE("a reset without ACK is dropped [R5961-2] [RFC 9293 3.10.7.3]") {
    CHECK(judge(flag::rst, 0).what == What::ignore);
    CHECK(judge(flag::rst, 1001).what == What::ignore);
    CHECK(judge(flag::rst | flag::syn, 1001).what == What::ignore);
}

TEST_CASE("neither SYN nor RST: dropped, also with an acceptable ACK [RFC 9293 3.10.7.3]") {
    for (const std::uint8_t flags : {std::uint8_t{0}, flag::fin, flag::urg, flag::psh}) {
        for (const std::uint8_t ack : {std::uint8_t{0}, flag::ack}) {
            const SynSentVerdict verdict = judge(flags | ack, 1001);
            CHECK(verdict.what == What::ignore);
            CHECK(verdict.reason == Reason::tcp_not_a_syn);
        }
    }
}

TEST_CASE("the numbers wrap [U-2] [RFC 9293 3.4]") {
    CHECK(judge(flag::syn | flag::ack, 0, 0xffffffffU).what == What::established);
    CHECK(judge(flag::syn | flag::ack, 0xffffffffU, 0xffffffffU).what == What::refuse);
    CHECK(judge(flag::syn | flag::ack, 0x80000000U, 0x7fffffffU).what == What::established);
}

}  // namespace
}  // namespace sluice::tcp
