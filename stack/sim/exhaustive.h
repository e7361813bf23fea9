// Every way in which the first frames of a scenario can go: each is delivered, lost, doubled, delayed beyond a
// retransmission, or swapped with the next one of its direction.
#pragma once

#include <cstdint>
#include <string>

#include "sim/scenario.h"

namespace sluice::sim {

struct ExhaustiveOptions {
    std::size_t frames = 5;  // the first so many, ARP not counted
    std::uint64_t schedules_max = 10'000'000;
    Duration delay = 1500ms;
};
struct ExhaustiveResult {
    std::uint64_t schedules = 0;
    std::uint64_t states = 0;  // distinct: states and edges of both ends together
    bool is_complete = false;
    std::string failure;  // of the first schedule that fails
    Schedule schedule;
};
ExhaustiveResult explore(const Scenario& scenario, const ExhaustiveOptions& options);

}  // namespace sluice::sim
