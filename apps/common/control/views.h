// What a program tells of its Stack on the control socket. A request is {"show": WHAT}, an answer {"ok": true, "rows":
// [...]} or {"ok": false, "error": TEXT}. WHAT: sockets, routes, addresses, neighbors, counters, drops.
#pragma once

#include <string>

#include "stack.h"

namespace sluice::common {

// One line for one line. Never throws: what cannot be read is told.
std::string answer_about(const Stack& stack, const std::string& program, const std::string& request);

}  // namespace sluice::common
