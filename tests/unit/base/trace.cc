#include "base/trace.h"

#include <doctest/doctest.h>

#include <vector>

namespace sluice {
namespace {

TraceRecord record(std::uint32_t value) {
    TraceRecord r;
    r.value = value;
    return r;
}

ConnectionFacts facts(std::uint32_t connection, std::uint32_t iss = 0) {
    ConnectionFacts told;
    told.connection = connection;
    told.iss = iss;
    return told;
}

std::vector<std::uint32_t> values(Trace& trace) {
    std::vector<std::uint32_t> drained;
    trace.drain([&](const TraceRecord& r) { drained.push_back(r.value); });
    return drained;
}

TEST_CASE("a trace that is off wants nothing and keeps nothing") {
    Trace trace;
    CHECK_FALSE(trace.wants(Kind::state));
    trace.write(record(1));
    CHECK(trace.waiting() == 0);
    trace.tell(facts(3));
    CHECK(trace.facts(3) == nullptr);
}

TEST_CASE("records come out once, in order, numbered from 1") {
    Trace trace(TraceMode::all, 16);
    for (std::size_t kind = 0; kind < static_cast<std::size_t>(Kind::count_); ++kind)
        CHECK(trace.wants(static_cast<Kind>(kind)));
    for (std::uint32_t i = 1; i <= 5; ++i) trace.write(record(i * 10));
    std::uint32_t number = 0;
    trace.drain([&](const TraceRecord& r) {
        CHECK(r.number == ++number);
        CHECK(r.value == number * 10);
    });
    CHECK(number == 5);
    CHECK(trace.waiting() == 0);
    trace.write(record(60));
    CHECK(values(trace) == std::vector<std::uint32_t>{60});
    CHECK(trace.lost() == 0);
}

TEST_CASE("a full ring keeps the newest records and counts what was lost") {
    Trace trace(TraceMode::all, 16);
    for (std::uint32_t i = 1; i <= 20; ++i) trace.write(record(i));
    CHECK(trace.waiting() == 16);
    CHECK(trace.lost() == 4);
    const auto kept = values(trace);
    REQUIRE(kept.size() == 16);
    CHECK(kept.front() == 5);
    CHECK(kept.back() == 20);
}

TEST_CASE("in tail mode overwriting is the purpose and no loss") {
    Trace trace(TraceMode::tail, 16);
    for (std::uint32_t i = 1; i <= 100; ++i) trace.write(record(i));
    CHECK(trace.lost() == 0);
    CHECK(values(trace).front() == 85);
}

TEST_CASE("moves from state to state are counted for good [C15]") {
    Trace trace(TraceMode::tail, 16);
    TraceRecord moved = record(0);
    moved.kind = Kind::state;
    moved.before = State::closed;
    moved.after = State::listen;
    for (int i = 0; i < 40; ++i) trace.write(moved);
    moved.kind = Kind::note;
    trace.write(moved);
    CHECK(trace.moves(State::closed, State::listen) == 40);
    CHECK(trace.moves(State::listen, State::closed) == 0);
}

TEST_CASE("a look shows what the ring still holds above a number, drained or not") {
    Trace trace(TraceMode::all, 16);
    const auto seen = [&](std::uint64_t after) {
        std::vector<std::uint32_t> numbers;
        trace.look(after, [&](const TraceRecord& shown) { numbers.push_back(shown.number); });
        return numbers;
    };
    CHECK(seen(0).empty());
    for (std::uint32_t i = 1; i <= 20; ++i) trace.write(record(i));
    values(trace);
    CHECK(seen(0).size() == 16);
    CHECK(seen(0).front() == 5);
    CHECK(seen(18) == std::vector<std::uint32_t>{19, 20});
    CHECK(seen(20).empty());
    CHECK(trace.written() == 20);
}

TEST_CASE("the ring says when it should be drained") {
    Trace trace(TraceMode::all, 16);
    for (std::uint32_t i = 0; i < 7; ++i) trace.write(record(i));
    CHECK_FALSE(trace.is_half_full());
    trace.write(record(7));
    CHECK(trace.is_half_full());
}

TEST_CASE("a record gets the frame being handled unless it names one") {
    Trace trace(TraceMode::all, 16);
    trace.set_frame(7);
    trace.write(record(1));
    TraceRecord own = record(2);
    own.frame = 3;
    trace.write(own);
    trace.set_frame(0);
    trace.write(record(3));
    std::vector<std::uint32_t> frames;
    trace.drain([&](const TraceRecord& r) { frames.push_back(r.frame); });
    CHECK(frames == std::vector<std::uint32_t>{7, 3, 0});
}

TEST_CASE("what was told of a connection is found until 4096 newer ones are told of") {
    Trace trace(TraceMode::all, 16);
    for (std::uint32_t i = 1; i <= 4096; ++i) trace.tell(facts(i, i * 2));
    REQUIRE(trace.facts(1) != nullptr);
    CHECK(trace.facts(1)->iss == 2);
    trace.facts(1)->ended = Reason::end_closed;
    CHECK(trace.facts(1)->ended == Reason::end_closed);
    trace.tell(facts(4097));
    CHECK(trace.facts(1) == nullptr);
    CHECK(trace.facts(4097) != nullptr);
    CHECK(trace.facts(4098) == nullptr);
}

TEST_CASE("every reason, rule, state, cause, deadline and call has a text of its own") {
    const auto check = [](auto count, auto text) {
        std::vector<std::string_view> seen;
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            const std::string_view one = text(i);
            for (const std::string_view other : seen) CHECK(one != other);
            seen.push_back(one);
        }
    };
    check(reason_count, [](std::size_t i) { return name_of(static_cast<Reason>(i)); });
    check(Rule::count_, [](std::size_t i) { return text_of(static_cast<Rule>(i)); });
    check(State::count_, [](std::size_t i) { return text_of(static_cast<State>(i)); });
    check(Cause::count_, [](std::size_t i) { return text_of(static_cast<Cause>(i)); });
    check(DeadlineKind::count_, [](std::size_t i) { return text_of(static_cast<DeadlineKind>(i)); });
    check(Call::count_, [](std::size_t i) { return text_of(static_cast<Call>(i)); });
    for (std::size_t i = 0; i < static_cast<std::size_t>(Event::count_); ++i)
        CHECK_FALSE(text_of(static_cast<Event>(i)).empty());
}

}  // namespace
}  // namespace sluice
