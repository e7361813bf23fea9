// sluice-sim --story: one small world, shown as a ladder and kept as traces.
#pragma once

#include <string>

#include "sim/stories.h"

namespace sluice::simulate {

// Prints the ladder of the story's connection; with a folder, writes HOST.qlog of every host there. Answers what went
// wrong, empty if nothing.
std::string tell(const sim::Story& story, std::uint64_t seed, const std::string& folder);

}  // namespace sluice::simulate
