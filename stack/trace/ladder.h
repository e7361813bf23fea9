// The records of one connection as a ladder: our side on the left, the other on the right, time downwards.
//
//       0.000000  CLOSED -> SYN-SENT       |                                          |
//       0.000000                           |--S 0 ----------------------------------->|
//       0.044194                           |<----------------------------- SA 0 ack 1 -|
//                 38 segments, 55.0 kB     :                                          :
//
// Runs of plain data and plain acknowledgements are folded.
#pragma once

#include <span>
#include <string>

#include "base/trace.h"
#include "base/trace_record.h"

namespace sluice::trace {

struct LadderOptions {
    bool folds = true;
    bool mermaid = false;  // a sequence diagram for issues and pages instead of text
};

// `records` of one connection, in order; `facts` may be nullptr.
std::string ladder_of(std::span<const TraceRecord> records, const ConnectionFacts* facts,
                      const LadderOptions& options = {});

// "55.0 kB", "1.21 MB", "96 B".
std::string bytes_words(std::uint64_t bytes);

}  // namespace sluice::trace
