// The checker of traces that the simulator uses too.
#pragma once

#include "sim/trace_checker.h"

namespace sluice::test {

using sim::legal_pairs;
using sim::TraceChecker;

}  // namespace sluice::test
