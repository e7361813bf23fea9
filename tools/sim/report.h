// What is left behind of a failing run: its shrunk schedule, ladder, trace, capture, and a recording of each
// host for sluice-replay.
#pragma once

#include <string>

#include "tools/sim/one_run.h"

namespace sluice::simulate {

struct ReportOptions {
    std::string folder;  // empty: no files
    bool shrinks = true;
    bool shows_progress = false;
    std::string chosen;  // the option that names the scenario
};
// Runs the seed again, shrinks its schedule, prints and writes. False: the seed does not fail.
bool report(SharedMemory& shared, const OneRun& run, const ReportOptions& options);

}  // namespace sluice::simulate
