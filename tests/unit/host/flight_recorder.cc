#include "host/flight_recorder.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "base/check.h"
#include "host/abort_action.h"
#include "support/temporary_file.h"

namespace sluice::host {
namespace {

void write(Trace& trace, std::uint32_t connection, Kind kind, State after = State::established,
           Reason reason = Reason::none) {
    TraceRecord record;
    record.connection = connection;
    record.kind = kind;
    record.before = State::established;
    record.after = after;
    record.reason = reason;
    trace.write(record);
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++found;
    return found;
}

TEST_CASE(
    "a connection that is reset or times out is told about once, with its own records; one that closes is "
    "not") {
    const test::TemporaryFile file;
    Trace trace(TraceMode::tail, 64);
    auto recorder = FlightRecorder::open(file.path(), trace);
    REQUIRE(recorder);
    for (int i = 0; i < 3; ++i) write(trace, 1, Kind::segment_in), write(trace, 2, Kind::segment_out);
    write(trace, 3, Kind::state, State::closed, Reason::end_closed);
    recorder->look();
    CHECK(file.text().empty());
    write(trace, 1, Kind::state, State::closed, Reason::end_reset_by_peer);
    write(trace, 2, Kind::segment_out);
    recorder->look();
    recorder->look();
    CHECK(count(file.text(), "flight recorder: #1: connection reset by peer; its last 4 records\n") == 1);
    CHECK(count(file.text(), " #1 ") == 4);
    CHECK(count(file.text(), " #2 ") == 0);
    write(trace, 2, Kind::state, State::closed, Reason::end_user_timeout);
    recorder->look();
    CHECK(count(file.text(), "#2: user timeout; its last 5 records\n") == 1);
}

TEST_CASE("reports are bounded in lines and in number, and the last one says so") {
    const test::TemporaryFile file;
    Trace trace(TraceMode::all, 1024);
    auto recorder = FlightRecorder::open(file.path(), trace);
    REQUIRE(recorder);
    for (std::size_t i = 0; i < 3 * FlightRecorder::lines_most; ++i) write(trace, 1, Kind::segment_in);
    for (std::uint32_t i = 1; i <= FlightRecorder::reports_most + 5; ++i) {
        write(trace, i, Kind::state, State::closed, Reason::end_refused);
        recorder->look();
    }
    const std::string text = file.text();
    CHECK(count(text, "flight recorder:") == FlightRecorder::reports_most);
    CHECK(count(text, " #1 ") == FlightRecorder::lines_most);
    CHECK(count(text, "#100: connection refused; its last 1 records; no more connections are told about") ==
          1);
}

TEST_CASE("after each frame it looks only when the ring would soon forget") {
    const test::TemporaryFile file;
    Trace trace(TraceMode::tail, 4096);
    auto recorder = FlightRecorder::open(file.path(), trace);
    write(trace, 1, Kind::state, State::closed, Reason::end_refused);
    recorder->look_in_time();
    CHECK(file.text().empty());
    for (int i = 0; i < 1100; ++i) write(trace, 2, Kind::segment_in);
    recorder->look_in_time();
    CHECK(count(file.text(), "flight recorder: #1") == 1);
}

TEST_CASE("a failed check has its last words said, and the program still ends by it") {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        Trace trace(TraceMode::tail, 64);
        write(trace, 7, Kind::segment_in);
        const auto recorder = FlightRecorder::open("", trace);
        const AbortAction action([&] { recorder->tell_all(); });
        SLUICE_CHECK(child != 0);
    }
    close(ends[1]);
    std::string said;
    std::array<char, 4096> room{};
    for (ssize_t got = 0; (got = read(ends[0], room.data(), room.size())) > 0;)
        said.append(room.data(), static_cast<std::size_t>(got));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
    CHECK(count(said, "this must hold: child != 0") == 1);
    CHECK(count(said, "flight recorder: the last 1 records\n") == 1);
    CHECK(count(said, " #7 ") == 1);
}

}  // namespace
}  // namespace sluice::host
