// What a capture says about a segment, and which records are worth a row between the segments.
#pragma once

#include <string>

#include "base/trace_record.h"

namespace sluice::trace {

// "#1 fast retransmit, try 2 | ESTABLISHED | recovery | una 57921 nxt 104257 wnd 47616 cwnd 23168 ssthresh 23168
//  flight 40544 srtt 95.3 rto 202 | RFC5681 3.2", in one line.
std::string comment_of(const TraceRecord& record);

// Changes of state and of congestion control, calls that are not of every moment, fired deadlines, drops.
bool is_worth_a_row(const TraceRecord& record);

}  // namespace sluice::trace
