// The page as one file: style, skeleton, script (apps/common/page) and data. Report and live page are made here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/common/trace_file.h"

namespace sluice::common {

// Trace files as a page that needs nothing else. The second trace, if any, is the other side of the first.
std::string report_page(const std::string& title, const std::vector<TraceFile>& traces);

// The page around any data, and the parts that data are made of.
std::string page_with(std::string_view title, const std::string& data);
std::string
words_and_edges();  // members "words" and "edges": what the numbers mean, and the transition table
void append_facts(std::string& out, const ConnectionFacts& facts, std::uint32_t from);

}  // namespace sluice::common
