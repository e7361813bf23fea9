// The text log as a file: levels, order, records lost.
#include "host/trace_log.h"

#include <doctest/doctest.h>

#include "support/temporary_file.h"

using namespace sluice;
using namespace sluice::host;

namespace {

TraceRecord segment_out() {
    TraceRecord record;
    record.kind = Kind::segment_out;
    record.cause = Cause::data;
    return record;
}

TraceRecord opened() {
    TraceRecord record;
    record.kind = Kind::state;
    record.after = State::listen;
    return record;
}

}  // namespace

TEST_CASE("the log holds the lines of its level and below, and says what was lost") {
    const test::TemporaryFile file;
    Trace trace(TraceMode::all, 16);
    {
        auto log = TraceLog::open(file.path(), 1).value();
        trace.write(opened());
        trace.write(segment_out());
        log.drain(trace);
        for (int i = 0; i < 18; ++i) trace.write(opened());  // two more than fit
        log.drain(trace);
    }
    const std::string line = "    0.000000 #0 STATE CLOSED -> LISTEN  ; passive OPEN\n";
    std::string wanted = line + "           2 records lost\n";
    for (int i = 0; i < 16; ++i) wanted += line;
    CHECK(file.text() == wanted);
}

TEST_CASE("flush makes what was drained visible at once") {
    const test::TemporaryFile file;
    Trace trace(TraceMode::all, 16);
    auto log = TraceLog::open(file.path(), 3).value();
    trace.write(opened());
    log.drain(trace);
    log.flush();
    CHECK(file.text().ends_with("passive OPEN\n"));
}

TEST_CASE("a log that cannot be written says so") {
    CHECK(TraceLog::open("/nowhere/log", 1).error() ==
          "cannot write /nowhere/log: No such file or directory");
}
