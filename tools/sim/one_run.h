// One run in a process of its own, so that a run that crashes or never ends is a result like any other.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sim/scenario.h"
#include "tools/sim/shared.h"

namespace sluice::simulate {

struct Result {
    std::string failure;  // empty: all is well
    sim::Schedule schedule;
    std::uint64_t trace_hash = 0;
};

struct OneRun {
    const sim::Scenario& scenario;
    std::uint64_t seed = 1;
    std::optional<sim::Schedule> schedule = {};
    bool is_quiet = true;                         // standard error of the run goes nowhere
    std::function<void(sim::World&)> watch = {};  // in the process of the run
    std::function<void()> afterwards = {};        // likewise, if it ended
    unsigned seconds_max = 60;
};
Result run(SharedMemory& shared, const OneRun& what);

std::string to_text(const sim::Schedule& schedule);
// Nothing if a line is no turn.
std::optional<sim::Schedule> parse_schedule(const std::string& text);

}  // namespace sluice::simulate
