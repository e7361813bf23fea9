// A trace file read back gives the same records.
#include "apps/common/trace_file.h"

#include <doctest/doctest.h>

#include <cstring>

#include "apps/common/failure.h"
#include "base/random.h"
#include "trace/qlog.h"

using namespace sluice;

namespace {

template <typename Enum>
Enum any(Random& random) {
    return static_cast<Enum>(random.below(static_cast<std::uint64_t>(Enum::count_)));
}

// A record with every field set that its kind has.
TraceRecord any_record(Random& random, std::uint32_t number) {
    TraceRecord r;
    r.time_ns = static_cast<std::int64_t>(number) * 1'000'003;
    r.number = number;
    r.connection = 1 + random.u32() % 3;
    r.kind = any<Kind>(random);
    r.after = any<State>(random);
    r.before = r.kind == Kind::state ? any<State>(random) : r.after;
    r.phase = any<Phase>(random);
    r.cause = any<Cause>(random);
    r.flags = static_cast<std::uint8_t>(random.u32());
    r.attempt = static_cast<std::uint8_t>(random.u32());
    r.rule = any<Rule>(random);
    r.reason = any<Reason>(random);
    r.deadlines = static_cast<std::uint16_t>(random.below(1U << static_cast<unsigned>(DeadlineKind::count_)));
    switch (r.kind) {
        case Kind::state: r.detail = static_cast<std::uint16_t>(any<Event>(random)); break;
        case Kind::congestion: r.detail = static_cast<std::uint16_t>(any<Phase>(random)); break;
        case Kind::deadline: r.detail = static_cast<std::uint16_t>(any<DeadlineKind>(random)); break;
        case Kind::call: r.detail = static_cast<std::uint16_t>(any<Call>(random)); break;
        case Kind::rtt: break;
        default: r.detail = random.u16(); break;
    }
    if (r.kind == Kind::congestion) r.spare[0] = random.u32();
    if (r.kind == Kind::segment_dropped && random.chance(0.5))
        r.spare = {random.u32(), random.u32(), random.u32()};
    r.position = static_cast<std::int64_t>(random.below(1ULL << 40U));
    r.ack = static_cast<std::int64_t>(random.below(1ULL << 40U));
    r.length = random.u16();
    r.window_bytes = random.u32();
    r.sack_count = static_cast<std::uint8_t>(random.below(4));
    for (std::size_t i = 0; i < r.sack_count; ++i) r.sack.at(i) = {random.u16(), random.u32()};
    r.snd_una = static_cast<std::int64_t>(random.below(1ULL << 40U));
    r.rcv_nxt = static_cast<std::int64_t>(random.below(1ULL << 40U));
    for (std::uint32_t* field :
         {&r.snd_nxt, &r.snd_max, &r.snd_wnd, &r.cwnd, &r.ssthresh, &r.in_flight, &r.sacked, &r.rcv_wnd,
          &r.srtt_us, &r.rttvar_us, &r.rto_us, &r.value, &r.frame})
        *field = random.chance(0.2) ? 0 : random.u32();
    return r;
}

}  // namespace

TEST_CASE("whatever a record holds comes back from the trace file") {
    Random random(5);
    trace::QlogWriter writer;
    std::string text;
    writer.append_header(text, {"all of it", "2026-01-02T03:04:05Z"});
    std::vector<TraceRecord> records;
    for (std::uint32_t i = 1; i <= 500; ++i) {
        records.push_back(any_record(random, i));
        writer.append(text, records.back(), nullptr);
    }
    const common::TraceFile file = common::parse_trace(text, "it");
    CHECK(file.title == "all of it");
    CHECK(file.wall_clock == "2026-01-02T03:04:05Z");
    REQUIRE(file.records.size() == records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        CAPTURE(i);
        CAPTURE(static_cast<int>(records[i].kind));
        CHECK(std::memcmp(&file.records[i], &records[i], sizeof(TraceRecord)) == 0);
    }
}

TEST_CASE("facts come back as they were when each record was written") {
    ConnectionFacts facts;
    facts.connection = 1;
    facts.local = "192.0.2.2:80";
    facts.remote = "192.0.2.1:4000";
    facts.is_active = true;
    facts.iss = 4000000000;
    facts.window_shift = 7;
    facts.timestamps = true;
    TraceRecord record;
    record.connection = 1;
    record.number = 1;
    record.kind = Kind::rtt;
    trace::QlogWriter writer(true);
    std::string text;
    writer.append_header(text, {"t", ""});
    writer.append(text, record, &facts);
    facts.irs = 9;
    record.number = 2;
    writer.append(text, record, &facts);
    const common::TraceFile file = common::parse_trace(text, "it");
    REQUIRE(file.records.size() == 2);
    CHECK(file.facts_of(0)->irs == 0);
    CHECK(file.facts_of(0)->local == "192.0.2.2:80");
    CHECK(file.facts_of(0)->remote == "192.0.2.1:4000");
    CHECK(file.facts_of(0)->is_active);
    CHECK(file.facts_of(0)->iss == 4000000000);
    CHECK(file.facts_of(0)->window_shift == 7);
    CHECK(file.facts_of(0)->peer_window_shift == -1);
    CHECK(file.facts_of(0)->timestamps);
    CHECK(file.newest_facts(1)->irs == 9);
}

TEST_CASE(
    "unknown names are skipped; a line cut off at the end is no error; one in the middle is, by number") {
    std::string text;
    trace::QlogWriter(true).append_header(text, {"t", ""});
    CHECK(common::parse_trace(text + "{\"time\":1,\"name\":\"quic:x\",\"data\":{}}\n", "it").records.empty());
    CHECK(common::parse_trace(text + "{\"time\":1,\"na", "it").records.empty());
    CHECK_THROWS_WITH_AS((void)common::parse_trace(text + "{\"time\":1,\"na\n{}\n", "it"),
                         doctest::Contains("it, line 2"), common::Failure);
    CHECK_THROWS_WITH_AS((void)common::parse_trace("{}\n", "it"), doctest::Contains("is no trace"),
                         common::Failure);
}
