// The newest records of the server's own trace, kept for those who watch the live page.
//
// Told: every record. Answers: what came after a place in the trace, as server-sent events.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "host/trace_sink.h"

namespace sluice::httpd {

class LiveTrace final : public host::TraceSink {
public:
    static constexpr std::size_t records_kept = 16384;
    static constexpr std::size_t connections_kept = 4096;
    static constexpr std::size_t records_at_once = 4096;

    void take(const TraceRecord& record, const ConnectionFacts* facts) override;
    void on_drained() override {}

    // Everything told after record number `last`, at most records_at_once, as events of the live page: "facts" (JSON),
    // "records" (trace/columns.h in base64, with the last number as id). Moves `last`.
    std::string events_after(std::uint32_t& last) const;

private:
    struct Told {
        std::uint32_t at = 0;  // the record it was told with
        ConnectionFacts facts;
    };

    std::deque<TraceRecord> records_;
    std::map<std::uint32_t, Told> facts_;  // by connection; numbers grow, so the first is the oldest
};

}  // namespace sluice::httpd
