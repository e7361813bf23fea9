// Many seeds on all cores: worker processes that take the next seed until one fails.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/scenario.h"
#include "tools/sim/shared.h"

namespace sluice::simulate {

struct ManyRuns {
    const sim::Scenario& scenario;
    std::uint64_t first = 1;
    std::uint64_t count = 1000;
    std::uint64_t jobs = 1;
    bool shows_progress = false;
};
struct Summary {
    std::uint64_t played = 0;
    std::optional<std::uint64_t> failed;  // the lowest seed that failed
    double seconds = 0;
};
Summary run(SharedMemory& shared, const ManyRuns& what);

// "27 of 27 transitions, 45 of 117 drop reasons", and which are missing if asked for.
std::string text_of(const Tally& tally, bool with_missing);

}  // namespace sluice::simulate
