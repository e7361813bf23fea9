// The trace file, word for word.
#include "trace/qlog.h"

#include <doctest/doctest.h>

#include <array>

#include "trace/columns.h"
#include "trace/comment.h"
#include "trace/ladder.h"
#include "trace/names.h"

using namespace sluice;
using namespace sluice::trace;

namespace {

TraceRecord record(Kind kind, std::uint32_t number, std::int64_t ns) {
    TraceRecord made;
    made.kind = kind;
    made.number = number;
    made.connection = 1;
    made.time_ns = ns;
    made.before = made.after = State::established;
    return made;
}

TraceRecord data(std::uint32_t number, std::int64_t position, std::uint32_t length) {
    TraceRecord made = record(Kind::segment_out, number, 44'194'001);
    made.flags = flag::ack | flag::psh;
    made.cause = Cause::data;
    made.attempt = 1;
    made.position = position;
    made.length = length;
    made.ack = 1;
    made.window_bytes = 65408;
    return made;
}

std::string written(std::initializer_list<TraceRecord> records, const ConnectionFacts* facts = nullptr) {
    QlogWriter writer(true);
    std::string out;
    for (const TraceRecord& each : records) writer.append(out, each, facts);
    return out;
}

std::string last_line(const std::string& text) {
    const std::size_t end = text.rfind('\n', text.size() - 2);
    return text.substr(end + 1);
}

}  // namespace

TEST_CASE("a trace file begins with what kind of file it is; each record is one line after byte 0x1E") {
    QlogWriter writer;
    std::string out;
    writer.append_header(out, {"a \"title\"", "2026-01-02T03:04:05.000000006Z"});
    CHECK(out.starts_with(
        "\x1e{\"file_schema\":\"urn:ietf:params:qlog:file:sequential\","
        "\"serialization_format\":\"application/qlog+json-seq\",\"title\":\"a \\\"title\\\"\""));
    CHECK(out.find("\"wall_clock_time\":\"2026-01-02T03:04:05.000000006Z\"") != std::string::npos);
    CHECK(out.ends_with("}\n"));
    out.clear();
    writer.append(out, data(1, 1, 1448), nullptr);
    CHECK(out.starts_with("\x1e{\"time\":44.194001,\"name\":\"tcp:segment_sent\",\"group_id\":\"1\","));
    CHECK(std::count(out.begin(), out.end(), '\n') == 1);
}

TEST_CASE("a segment tells flags, place, why and rule; variables only when they changed") {
    TraceRecord second = data(2, 1449, 1000);
    second.rule = Rule::r9293_3_8_1;
    second.frame = 9;
    second.cwnd = 14480;
    CHECK(last_line(written({data(1, 1, 1448), second})) ==
          "{\"time\":44.194001,\"name\":\"tcp:segment_sent\",\"group_id\":\"1\",\"data\":{\"n\":2,\"flags\":"
          "\"PA\","
          "\"seq\":1449,\"len\":1000,\"ack\":1,\"win\":65408,\"why\":\"data\",\"attempt\":1,"
          "\"rule\":\"RFC9293 3.8.1\",\"frame\":9,\"v\":{\"cwnd\":14480}}}\n");
    CHECK(last_line(written({data(1, 1, 1448), data(2, 1449, 1000)})).find("\"v\"") == std::string::npos);
}

TEST_CASE("a state record holds every variable, so that a reader may begin there") {
    TraceRecord state = record(Kind::state, 2, 0);
    state.before = State::syn_sent;
    state.detail = static_cast<std::uint16_t>(Event::syn_acked);
    state.deadlines = 1U << static_cast<unsigned>(DeadlineKind::keepalive);
    const std::string line = last_line(written({data(1, 1, 1), state}));
    CHECK(line.find("\"old\":\"SYN-SENT\",\"new\":\"ESTABLISHED\",\"trigger\":\"syn_acked\"") !=
          std::string::npos);
    for (const char* name : {"state", "phase", "una", "nxt", "max", "wnd", "cwnd", "ssthresh", "flight",
                             "sacked", "rcv_nxt", "rcv_wnd", "srtt", "rttvar", "rto"})
        CHECK_MESSAGE(line.find("\"" + std::string(name) + "\":") != std::string::npos, name);
    CHECK(line.find("\"timers\":[\"keepalive\"]") != std::string::npos);
}

TEST_CASE("a connection is told when it begins, when it learns more, and when it ends, with totals") {
    ConnectionFacts facts;
    facts.connection = 1;
    facts.local = "192.0.2.2:80";
    facts.remote = "192.0.2.1:4000";
    QlogWriter writer(true);
    std::string out;
    writer.append(out, data(1, 1, 100), &facts);
    CHECK(out.find("\"name\":\"tcp:connection_started\"") != std::string::npos);
    CHECK(out.find("\"local\":{\"address\":\"192.0.2.2\",\"port\":80}") != std::string::npos);
    CHECK(out.find("\"role\":\"server\"") != std::string::npos);
    out.clear();
    facts.irs = 7;
    TraceRecord again = data(2, 1, 100);
    again.attempt = 2;
    writer.append(out, again, &facts);
    CHECK(out.find("\"name\":\"tcp:connection_updated\"") != std::string::npos);
    TraceRecord closed = record(Kind::state, 3, 1);
    closed.after = State::closed;
    closed.reason = Reason::end_closed;
    out.clear();
    writer.append(out, closed, &facts);
    CHECK(last_line(out).find(
              "\"data\":{\"reason\":\"end_closed\",\"segments_sent\":2,\"segments_received\":0,"
              "\"retransmitted\":1,\"bytes_sent\":200,\"bytes_received\":0}") != std::string::npos);
}

TEST_CASE("records the ring lost are counted in the file") {
    CHECK(written({data(1, 1, 1), data(5, 2, 1)})
              .find("\"tcp:records_lost\",\"group_id\":\"1\",\"data\":{\"count\":3}") != std::string::npos);
}

TEST_CASE("a captured segment's comment says what the stack thought of it") {
    TraceRecord sent = data(1, 57921, 1448);
    sent.cause = Cause::fast_retransmit;
    sent.attempt = 2;
    sent.phase = Phase::recovery;
    sent.snd_una = 57921;
    sent.snd_nxt = 46336;
    sent.snd_wnd = 47616;
    sent.cwnd = sent.ssthresh = 23168;
    sent.in_flight = 40544;
    sent.srtt_us = 95300;
    sent.rto_us = 202000;
    sent.rule = Rule::r5681_3_2;
    CHECK(comment_of(sent) ==
          "#1 fast retransmit, try 2 | ESTABLISHED | recovery | una 57921 nxt 104257 wnd 47616 cwnd 23168 "
          "ssthresh 23168 flight 40544 srtt 95.3 rto 202 | RFC5681 3.2");
    CHECK_FALSE(is_worth_a_row(sent));
    CHECK(is_worth_a_row(record(Kind::state, 1, 0)));
    CHECK_FALSE(is_worth_a_row(record(Kind::rtt, 1, 0)));
}

TEST_CASE("packed records: count, then each column's length and differences in zigzag") {
    const std::array<TraceRecord, 2> records{record(Kind::rtt, 1, 100), record(Kind::rtt, 2, 90)};
    const std::vector<std::uint8_t> packed = pack_columns(records);
    const std::vector<std::uint8_t> begin(packed.begin(), packed.begin() + 9);
    // two records; time: 3 octets, +100 (200 in two octets), -10; number: 2 octets, +1, +1
    CHECK(begin == std::vector<std::uint8_t>{2, 3, 0xc8, 0x01, 19, 2, 2, 2, 2});
    CHECK(base64(std::array<std::uint8_t, 4>{0, 255, 16, 1}) == "AP8QAQ==");
    std::string words;
    append_vocabulary(words);
    CHECK(words.starts_with("{\"columns\":[[\"time\",\"run\"],"));
}

TEST_CASE("every event and kind has a name of its own") {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Event::count_); ++i)
        CHECK(named<Event>(name_of(static_cast<Event>(i)), [](Event e) { return name_of(e); }) ==
              static_cast<Event>(i));
    for (std::size_t i = 0; i < static_cast<std::size_t>(Kind::count_); ++i)
        CHECK(named<Kind>(name_of(static_cast<Kind>(i)), [](Kind k) { return name_of(k); }) ==
              static_cast<Kind>(i));
}

TEST_CASE("a ladder folds plain runs and shows the rest with its reason") {
    std::vector<TraceRecord> records{record(Kind::state, 1, 0)};
    for (std::uint32_t i = 0; i < 8; ++i) records.push_back(data(2 + i, 1 + i * 1000, 1000));
    records.push_back(data(10, 1, 1000));
    records.back().attempt = 2;
    records.back().cause = Cause::timeout;
    const std::string drawn = ladder_of(records, nullptr);
    CHECK(drawn.find("... 7 segments, 7.0 kB ...") != std::string::npos);
    CHECK(drawn.find("timeout, try 2") != std::string::npos);
    CHECK(drawn.find("|--PA 1:1001 ack 1 ----") != std::string::npos);
    CHECK(ladder_of(records, nullptr, {.folds = false}).find("PA 6001:7001") != std::string::npos);
    CHECK(ladder_of(records, nullptr, {.mermaid = true}).starts_with("sequenceDiagram\n"));
}
