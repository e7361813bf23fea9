// A trace file (trace/qlog.h) read back: the same records, with the facts of their connections. Names and members it does
// not know are skipped.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/trace.h"
#include "base/trace_record.h"

namespace sluice::common {

struct TraceFile {
    std::string title;
    std::string wall_clock;                       // of time 0, empty if unknown
    std::vector<TraceRecord> records;             // in order
    std::vector<ConnectionFacts> facts;           // each as it was told or changed
    std::vector<std::int32_t> facts_at;           // for each record: which of `facts` held then, -1 for none
    std::map<std::uint32_t, std::size_t> newest;  // connection -> its last entry in `facts`
    std::uint64_t lost = 0;                       // records that the ring could not keep

    const ConnectionFacts* facts_of(std::size_t record) const {
        return facts_at[record] < 0 ? nullptr : &facts[static_cast<std::size_t>(facts_at[record])];
    }
    const ConnectionFacts* newest_facts(std::uint32_t connection) const {
        const auto found = newest.find(connection);
        return found == newest.end() ? nullptr : &facts[found->second];
    }
};

// "-" is standard input. Throws Failure: unreadable, or no trace; the line is named.
TraceFile read_trace_file(const std::string& path);
TraceFile parse_trace(std::string_view text, std::string_view name);

}  // namespace sluice::common
