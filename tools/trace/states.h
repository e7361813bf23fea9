// The transition table the stack runs on, as a diagram, with the path that a connection walked.
#pragma once

#include <span>
#include <string>

#include "base/trace_record.h"

namespace sluice::tools {

std::string states_as_dot(std::span<const TraceRecord> records);
std::string states_as_mermaid(std::span<const TraceRecord> records);

}  // namespace sluice::tools
