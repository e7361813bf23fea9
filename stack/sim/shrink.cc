#include "sim/shrink.h"

#include <algorithm>

namespace sluice::sim {

Schedule shrink(Schedule schedule, const std::function<bool(const Schedule&)>& fails, std::size_t runs_max,
                const std::function<void(const ShrinkProgress&)>& tell) {
    ShrinkProgress progress{0, schedule.size()};
    std::size_t pieces = 2;
    if (!schedule.empty() && fails({})) return {};
    while (!schedule.empty() && progress.runs < runs_max) {
        pieces = std::min(pieces, schedule.size());
        bool is_smaller = false;
        for (std::size_t i = 0; i < pieces && progress.runs < runs_max; ++i) {
            // Everything but the i-th piece.
            const auto begin = schedule.begin() + static_cast<std::ptrdiff_t>(schedule.size() * i / pieces);
            const auto end =
                schedule.begin() + static_cast<std::ptrdiff_t>(schedule.size() * (i + 1) / pieces);
            Schedule rest(schedule.begin(), begin);
            rest.insert(rest.end(), end, schedule.end());
            ++progress.runs;
            if (!fails(rest)) continue;
            schedule = std::move(rest);
            is_smaller = true;
            break;
        }
        progress.turns = schedule.size();
        if (tell) tell(progress);
        if (is_smaller)
            pieces = std::max<std::size_t>(pieces - 1, 2);
        else if (pieces == schedule.size())
            break;
        else
            pieces *= 2;
    }
    return schedule;
}

}  // namespace sluice::sim
