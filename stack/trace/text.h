// The trace as lines a person reads: one TraceRecord, one line of ASCII.
//
//       0.307409 #1 RXMT  A  57921:59369     ack 1 win 65408 len 1448  ; fast retransmit, try 2  [RFC5681 3.2]
//   time(12) #connection TAG(5) body ["  ; " why] ["  [" rule "]"]
//
// Told: a record and, where known, the facts of its connection (addresses, initial numbers, options). Owns nothing.
// Called when the ring is drained, outside the handling of a frame.
#pragma once

#include <string>

#include "base/trace.h"
#include "base/trace_record.h"

namespace sluice::trace {

// How much somebody who reads this line wants to see: 1 what an application notices (calls, states, congestion
// phases, drops, resets, deadlines that fired), 2 every segment, 3 everything.
int level_of(const TraceRecord& record);

// Appends the line, without a newline. `facts` may be nullptr.
void append_line(std::string& out, const TraceRecord& record, const ConnectionFacts* facts);
// The same without time and connection: "STATE CLOSED -> LISTEN  ; passive OPEN".
void append_message(std::string& out, const TraceRecord& record, const ConnectionFacts* facts);

// "44.2 ms", "60 s", "850 us": three figures at most after a whole number, no trailing zeros.
std::string duration_words(std::int64_t microseconds);

}  // namespace sluice::trace
