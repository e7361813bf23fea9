// The flight recorder: the ring a Stack always keeps holds what it did last. When a connection is reset or times out, its last
// records are written out; when the program fails, those of all. Reports are bounded in length and in number.
#pragma once

#include <cstdint>
#include <cstdio>
#include <expected>
#include <memory>
#include <string>

#include "base/trace.h"

namespace sluice::host {

class FlightRecorder {
public:
    static constexpr std::size_t lines_most = 100;  // of a report: the last ones
    static constexpr std::uint32_t reports_most = 100;

    // "-" is standard error. Empty: connections are not told about. The trace must outlive the recorder.
    static std::expected<FlightRecorder, std::string> open(const std::string& path, Trace& trace);

    // Reports what has ended badly since the last look.
    void look();
    // The same, when the ring would soon forget. After each frame: costs one comparison.
    void look_in_time() {
        if (file_ && trace_->written() - looked_ >= look_after) look();
    }
    // The last records of all connections, on standard error: the program fails.
    void tell_all() const;

private:
    static constexpr std::uint64_t look_after = 1024;
    struct Close {
        void operator()(std::FILE* file) const;
    };

    explicit FlightRecorder(Trace& trace) : trace_(&trace) {}
    void report(const TraceRecord& end);

    Trace* trace_;
    std::unique_ptr<std::FILE, Close> file_;
    std::uint64_t looked_ = 0;  // the newest record seen
    std::uint32_t reports_ = 0;
};

}  // namespace sluice::host
