// How fast octets go from one place to another on the same stack: in memory, by TCP to itself, by TCP over the link.
#pragma once

#include "apps/common/program.h"

namespace sluice::perf {

// Prints one line for each, in this order. `sink` is a server beyond the link that swallows what it gets. Throws Failure.
void compare(common::Program& program, const wire::Endpoint& sink, Duration time_each);

}  // namespace sluice::perf
