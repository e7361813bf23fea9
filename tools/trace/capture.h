// A capture made of a trace alone: headers as the segments had them, zeros for their text, comments and journal rows.
// For runs that wrote no capture of their own.
#pragma once

#include <string>

#include "apps/common/trace_file.h"

namespace sluice::tools {

// Throws Failure when the file cannot be written.
void write_capture(const common::TraceFile& trace, const std::string& path);

}  // namespace sluice::tools
