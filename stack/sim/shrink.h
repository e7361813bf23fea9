// Makes a failing schedule short: leaves turns out as long as the run still fails (Zeller's ddmin).
#pragma once

#include <functional>

#include "sim/fate.h"

namespace sluice::sim {

struct ShrinkProgress {
    std::size_t runs = 0;
    std::size_t turns = 0;  // left
};

// `fails` runs a schedule and says whether it fails still. At most `runs_max` runs. `tell` may be empty.
Schedule shrink(Schedule schedule, const std::function<bool(const Schedule&)>& fails,
                std::size_t runs_max = 3000, const std::function<void(const ShrinkProgress&)>& tell = {});

}  // namespace sluice::sim
