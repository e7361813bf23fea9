// Worlds with names, for runs by seed: sluice-sim, the exhaustive runs and the planted faults use them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/world.h"

namespace sluice::sim {

struct Plan;

struct Scenario {
    std::string_view name;
    std::string_view text;
    // Puts hosts, cables and applications into the world; whatever is left open is drawn from the world's seed.
    void (*build)(World&) = nullptr;
    const Plan* plan = nullptr;  // or as this says (sim/plan.h)
};

std::span<const Scenario> scenarios();
const Scenario* find_scenario(std::string_view name);

struct Play {
    std::uint64_t seed = 1;
    std::optional<Schedule> schedule = {};
    std::function<void(World&)> before = {};  // nothing is built yet: the time to begin watching
};
struct Outcome {
    std::string failure;  // empty: all is well
    Schedule schedule;    // what the faults did
    std::uint64_t trace_hash = 0;
    std::uint64_t events = 0;
    Duration time{};  // virtual
};
Outcome play(const Scenario& scenario, const Play& play);

}  // namespace sluice::sim
