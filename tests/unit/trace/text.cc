// The lines of the text log, word for word.
#include "trace/text.h"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::trace;

namespace {

ConnectionFacts client() {
    ConnectionFacts facts;
    facts.connection = 1;
    facts.local = "10.9.0.1:50846";
    facts.remote = "10.9.0.2:8080";
    facts.is_active = true;
    facts.iss = 2891336453;
    facts.irs = 77;
    facts.mss = 1460;
    facts.peer_mss = 1400;
    facts.window_shift = 7;
    facts.peer_window_shift = 2;
    facts.timestamps = true;
    facts.sack = true;
    return facts;
}

TraceRecord record(Kind kind, std::int64_t microseconds = 0) {
    TraceRecord made;
    made.kind = kind;
    made.connection = 1;
    made.time_ns = microseconds * 1000;
    return made;
}

TraceRecord call(Call which, std::uint32_t value = 0) {
    TraceRecord made = record(Kind::call);
    made.detail = static_cast<std::uint16_t>(which);
    made.value = value;
    return made;
}

TraceRecord moved(State before, State after, Event event, Rule rule) {
    TraceRecord made = record(Kind::state);
    made.before = before;
    made.after = after;
    made.detail = static_cast<std::uint16_t>(event);
    made.rule = rule;
    return made;
}

TraceRecord segment(Kind kind, std::uint8_t flags, std::int64_t position, std::uint32_t length,
                    std::int64_t ack, std::uint32_t window) {
    TraceRecord made = record(kind);
    made.flags = flags;
    made.position = position;
    made.length = length;
    made.ack = ack;
    made.window_bytes = window;
    return made;
}

TraceRecord fired(DeadlineKind kind, std::uint32_t microseconds, std::uint8_t attempt = 0) {
    TraceRecord made = record(Kind::deadline);
    made.detail = static_cast<std::uint16_t>(kind);
    made.value = microseconds;
    made.attempt = attempt;
    return made;
}

std::string line(const TraceRecord& made, const ConnectionFacts* facts = nullptr) {
    std::string out;
    append_line(out, made, facts);
    return out;
}

std::string message(const TraceRecord& made, const ConnectionFacts* facts = nullptr) {
    std::string out;
    append_message(out, made, facts);
    return out;
}

}  // namespace

TEST_CASE("a line begins with seconds in twelve places and the connection") {
    const ConnectionFacts facts = client();
    TraceRecord made = call(Call::connect);
    CHECK(line(made, &facts) == "    0.000000 #1 CALL  connect 10.9.0.2:8080 from 10.9.0.1:50846");
    made.time_ns = 12345678901234;
    made.connection = 42;
    CHECK(line(made, &facts) == "12345.678901 #42 CALL  connect 10.9.0.2:8080 from 10.9.0.1:50846");
}

TEST_CASE("calls name their endpoints and octets") {
    const ConnectionFacts facts = client();
    CHECK(message(call(Call::listen), &facts) == "CALL  listen 10.9.0.1:50846");
    CHECK(message(call(Call::accept), &facts) == "CALL  accept 10.9.0.2:8080 on 10.9.0.1:50846");
    CHECK(message(call(Call::write, 4096)) == "CALL  write 4096");
    CHECK(message(call(Call::close)) == "CALL  close");
    CHECK(message(call(Call::shutdown_write)) == "CALL  shutdown write");
    CHECK(message(call(Call::shutdown_write, 20)) == "CALL  shutdown write  ; 20 bytes queued");
    CHECK(message(call(Call::close, 512)) == "CALL  close  ; 512 bytes queued");
}

TEST_CASE("a state change says what moved it, with its figures and its section") {
    const ConnectionFacts facts = client();
    CHECK(message(moved(State::closed, State::syn_sent, Event::active_open, Rule::r9293_3_10_1), &facts) ==
          "STATE CLOSED -> SYN-SENT  ; active OPEN, iss 2891336453  [RFC9293 3.10.1]");
    TraceRecord made = moved(State::syn_sent, State::established, Event::syn_acked, Rule::r9293_3_10_7_3);
    made.value = 44194;
    CHECK(message(made, &facts) ==
          "STATE SYN-SENT -> ESTABLISHED  ; our SYN is acked, irs 77, rtt 44.2 ms  [RFC9293 3.10.7.3]");
    made = moved(State::fin_wait_2, State::time_wait, Event::fin_arrives, Rule::r9293_3_10_7_4);
    made.value = 60000000;
    CHECK(message(made) == "STATE FIN-WAIT-2 -> TIME-WAIT  ; peer FIN, 2 MSL = 60 s  [RFC9293 3.10.7.4]");
    CHECK(message(moved(State::syn_sent, State::closed, Event::refused, Rule::r9293_3_10_7_3)) ==
          "STATE SYN-SENT -> CLOSED  ; RST acceptable: connection refused  [RFC9293 3.10.7.3]");
}

TEST_CASE("CLOSE tells what is still queued") {
    TraceRecord made = moved(State::established, State::fin_wait_1, Event::close_call, Rule::r9293_3_10_4);
    CHECK(message(made) == "STATE ESTABLISHED -> FIN-WAIT-1  ; CLOSE call  [RFC9293 3.10.4]");
    made.value = 512;
    CHECK(message(made) ==
          "STATE ESTABLISHED -> FIN-WAIT-1  ; CLOSE call, 512 bytes queued  [RFC9293 3.10.4]");
}

TEST_CASE("giving up names which patience ended") {
    TraceRecord made = moved(State::syn_sent, State::closed, Event::user_timeout, Rule::r9293_3_8_3);
    made.reason = Reason::end_syn_timeout;
    CHECK(message(made) == "STATE SYN-SENT -> CLOSED  ; user timeout: no answer to SYN  [RFC9293 3.8.3]");
}

TEST_CASE("a SYN shows the options of the side that sent it") {
    const ConnectionFacts facts = client();
    TraceRecord made = segment(Kind::segment_out, flag::syn, 0, 0, 0, 65535);
    made.cause = Cause::syn;
    CHECK(message(made, &facts) == "SEND  S  0               win 65535 len 0 mss 1460 sackok ts ws 7  ; syn");
    made = segment(Kind::segment_in, flag::syn | flag::ack, 0, 0, 1, 49152);
    CHECK(message(made, &facts) == "RECV  SA 0               ack 1 win 49152 len 0 mss 1400 sackok ts ws 2");
}

TEST_CASE("a segment shows its octets, its acknowledgement and why it was sent") {
    const ConnectionFacts facts = client();
    TraceRecord made = segment(Kind::segment_out, flag::ack, 1, 1448, 1, 65408);
    made.cause = Cause::data;
    made.attempt = 1;
    CHECK(message(made, &facts) == "SEND  A  1:1449          ack 1 win 65408 len 1448  ; data");
    made = segment(Kind::segment_out, flag::fin | flag::psh | flag::ack, 1, 10, 1, 100);
    made.cause = Cause::fin;
    CHECK(message(made, &facts) == "SEND  FPA 1:11            ack 1 win 100 len 10  ; fin");
}

TEST_CASE("a segment sent again is RXMT and counts its tries") {
    TraceRecord made = segment(Kind::segment_out, flag::ack, 57921, 1448, 1, 65408);
    made.cause = Cause::fast_retransmit;
    made.attempt = 2;
    made.rule = Rule::r5681_3_2;
    made.time_ns = 307409000;
    CHECK(line(made) ==
          "    0.307409 #1 RXMT  A  57921:59369     ack 1 win 65408 len 1448  ; fast retransmit, try 2  "
          "[RFC5681 3.2]");
}

TEST_CASE("a closed window and the probes it causes are explained") {
    TraceRecord made = segment(Kind::segment_in, flag::ack, 1, 0, 317033, 0);
    made.value = 112968;
    CHECK(message(made) ==
          "RECV  A  1               ack 317033 win 0 len 0  ; window closed, 112968 bytes wait");
    made = segment(Kind::segment_in, flag::rst | flag::ack, 1, 0, 1, 0);
    CHECK(message(made) == "RECV  RA 1               ack 1 win 0 len 0");
    made = segment(Kind::segment_out, flag::ack, 317033, 1, 1, 65408);
    made.cause = Cause::zero_window_probe;
    made.value = 400000;
    made.rule = Rule::r9293_3_8_6_1;
    CHECK(message(made) ==
          "SEND  A  317033:317034   ack 1 win 65408 len 1  ; zero-window probe, next in 400 ms  [RFC9293 "
          "3.8.6.1]");
}

TEST_CASE("SACK blocks are shown as positions") {
    TraceRecord made = segment(Kind::segment_in, flag::ack, 1, 0, 1000, 500);
    made.sack_count = 2;
    made.sack = {Range32{1000, 2000}, Range32{3000, 3500}, Range32{}};
    CHECK(message(made) == "RECV  A  1               ack 1000 win 500 len 0 sack 2000:3000,4000:4500");
    made.sack[0] = {static_cast<std::uint32_t>(-500),
                    static_cast<std::uint32_t>(-100)};  // a duplicate (RFC 2883)
    CHECK(message(made) == "RECV  A  1               ack 1000 win 500 len 0 sack 500:900,4000:4500");
}

TEST_CASE("a dropped segment shows itself, the reason and the reason's clause") {
    TraceRecord made = segment(Kind::segment_dropped, flag::rst, 8805, 0, 0, 0);
    made.reason = Reason::tcp_reset_inexact;
    made.rcv_nxt = 8801;
    made.connection = 5;
    made.time_ns = 6204410000;
    CHECK(line(made) ==
          "    6.204410 #5 DROP  R  8805            len 0  ; reset in window but not at rcv.nxt 8801, "
          "challenge ACK owed  [RFC5961 3.2]");
    made = segment(Kind::segment_dropped, flag::ack, 90, 10, 1, 0);
    made.reason = Reason::tcp_unacceptable;
    made.rcv_nxt = 100;
    made.rcv_wnd = 50;
    CHECK(
        message(made) ==
        "DROP  A  90:100          len 10  ; sequence number outside the window 100:150  [RFC9293 3.10.7.4]");
    made = segment(Kind::segment_dropped, flag::ack, 1, 0, 99, 0);
    made.reason = Reason::tcp_ack_above;
    made.snd_una = 1;
    made.snd_max = 20;
    CHECK(message(made) ==
          "DROP  A  1               len 0  ; ACK of something not sent: ack 99, we sent 1:21  [RFC9293 "
          "3.10.7.4]");
}

TEST_CASE("a drop that belongs to no connection says between whom") {
    TraceRecord made = segment(Kind::segment_dropped, flag::syn, 77, 0, 0, 0);
    made.connection = 0;
    made.reason = Reason::tcp_no_connection;
    made.spare = {0xc6336407, 0xc0000202, 40000U << 16U | 81U};
    CHECK(
        message(made) ==
        "DROP  S  77              len 0 198.51.100.7:40000 > 192.0.2.2:81  ; no connection and no listener  "
        "[RFC9293 3.10.7.1]");
    made = record(Kind::segment_dropped);
    made.connection = 0;
    made.reason = Reason::ip_source_routed;
    made.length = 40;
    made.spare = {0xc6336407, 0xc0000202, 0};
    CHECK(message(made).starts_with("DROP  ip_source_routed len 40 198.51.100.7 > 192.0.2.2  ; "));
}

TEST_CASE("a drop below TCP carries the name its counter has") {
    TraceRecord made = record(Kind::segment_dropped);
    made.connection = 0;
    made.reason = Reason::arp_short;
    made.length = 20;
    CHECK(line(made) == "    0.000000 #0 DROP  arp_short len 20  ; ARP packet too short  [RFC826]");
}

TEST_CASE("congestion shows both phases, both windows and the hole") {
    TraceRecord made = record(Kind::congestion);
    made.phase = Phase::recovery;
    made.detail = static_cast<std::uint16_t>(Phase::slow_start);
    made.spare[0] = 72400;
    made.cwnd = 23168;
    made.ssthresh = 23168;
    made.in_flight = 39096;
    made.cause = Cause::fast_retransmit;
    made.attempt = 3;
    made.snd_una = 57921;
    made.rule = Rule::r6675_5;
    CHECK(message(made) ==
          "CONG  slow-start -> recovery  cwnd 72400>23168 ssthresh 23168 flight 39096  ; 3 dup ACKs, hole at "
          "57921  "
          "[RFC6675 5]");
    made.cause = Cause::timeout;
    made.rto_us = 200000;
    made.phase = Phase::timeout;
    CHECK(message(made) ==
          "CONG  slow-start -> timeout  cwnd 72400>23168 ssthresh 23168 flight 39096  ; no ACK for 200 ms  "
          "[RFC6675 5]");
    made.cause = Cause::none;
    made.detail = static_cast<std::uint16_t>(Phase::recovery);
    made.phase = Phase::avoidance;
    made.rule = Rule::none;
    CHECK(message(made) ==
          "CONG  recovery -> avoidance  cwnd 72400>23168 ssthresh 23168 flight 39096  ; all repaired, acked "
          "57921");
}

TEST_CASE("a threshold nobody set yet is no figure [RFC 5681 3.1]") {
    TraceRecord made = record(Kind::congestion);
    made.phase = Phase::slow_start;
    made.cwnd = 14480;
    made.ssthresh = 0xffffffff;
    CHECK(message(made) == "CONG  none -> slow-start  cwnd 0>14480 ssthresh - flight 0  ; connection opened");
}

TEST_CASE("a deadline that fired tells how long it runs next, or ran") {
    TraceRecord made = fired(DeadlineKind::retransmission, 400000, 1);
    made.rule = Rule::r6298_5_5;
    CHECK(message(made) == "TIMER rexmt fired  ; rto now 400 ms, backoff x2  [RFC6298 5.5]");
    CHECK(message(fired(DeadlineKind::time_wait, 60000000)) == "TIMER 2msl fired  ; after 60 s");
    CHECK(message(fired(DeadlineKind::persist, 5000000, 3)) == "TIMER persist fired  ; next in 5 s");
    CHECK(message(fired(DeadlineKind::delayed_ack, 0)) == "TIMER delack fired");
}

TEST_CASE("losses, samples, pieces held and notes") {
    TraceRecord made = segment(Kind::segment_lost, flag::ack, 1449, 1448, 0, 0);
    made.cause = Cause::sack_hole;
    made.rule = Rule::r6675_5;
    CHECK(message(made) == "LOST  A  1449:2897       len 1448  ; sack hole  [RFC6675 5]");
    made = segment(Kind::segment_held, flag::ack, 2897, 1448, 1, 0);
    made.rcv_nxt = 1449;
    CHECK(message(made) == "OOO   A  2897:4345       len 1448  ; hole at 1449");
    made = record(Kind::rtt);
    made.value = 850;
    made.srtt_us = 1234;
    made.rttvar_us = 600;
    made.rto_us = 1000000;
    CHECK(message(made) == "RTT   sample 850 us  srtt 1.2 ms var 600 us rto 1 s");
    made = record(Kind::note);
    made.reason = Reason::arp_conflict;
    TraceRecord urgent = record(Kind::note);
    urgent.rule = Rule::r9293_3_8_5;
    urgent.position = 9;
    CHECK(message(urgent) == "NOTE  urgent data before 9  [RFC9293 3.8.5]");
    CHECK(message(made) == "NOTE  arp_conflict  ; another host uses our address  [RFC5227 2.4]");
}

TEST_CASE("levels: 1 for changes, 2 for segments, 3 for the rest") {
    CHECK(level_of(call(Call::connect)) == 1);
    CHECK(level_of(call(Call::write)) == 3);
    CHECK(level_of(record(Kind::state)) == 1);
    CHECK(level_of(record(Kind::congestion)) == 1);
    CHECK(level_of(record(Kind::segment_dropped)) == 1);
    CHECK(level_of(record(Kind::segment_out)) == 2);
    CHECK(level_of(record(Kind::segment_in)) == 2);
    CHECK(level_of(record(Kind::segment_lost)) == 2);
    CHECK(level_of(segment(Kind::segment_out, flag::rst, 1, 0, 0, 0)) == 1);
    CHECK(level_of(fired(DeadlineKind::retransmission, 1)) == 1);
    CHECK(level_of(fired(DeadlineKind::delayed_ack, 1)) == 3);
    CHECK(level_of(record(Kind::rtt)) == 3);
    CHECK(level_of(record(Kind::segment_held)) == 3);
}

TEST_CASE("durations are written in the unit a person would choose") {
    CHECK(duration_words(0) == "0 us");
    CHECK(duration_words(999) == "999 us");
    CHECK(duration_words(1000) == "1 ms");
    CHECK(duration_words(44194) == "44.2 ms");
    CHECK(duration_words(60000000) == "60 s");
    CHECK(duration_words(2500000) == "2.5 s");
    CHECK(duration_words(1234567) == "1.234 s");
}
