// What a program tells of its Stack on the control socket. A request is {"show": WHAT}, an answer {"ok": true, "rows":
// [...]} or {"ok": false, "error": TEXT}. WHAT: sockets, routes, addresses, links, neighbors, counters, drops, moves; for
// {"show": "route", "to": ADDRESS} the one row says how a packet goes there. {"do": WHAT, ...} asks for a change: changes.h.
#pragma once

#include <string>

#include "apps/common/control/subject.h"

namespace sluice::common {

// One line for one line. Never throws: what cannot be read is told.
std::string answer_about(const Subject& subject, const std::string& request);

}  // namespace sluice::common
