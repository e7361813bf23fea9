// Reads the stack's own trace after every step and holds it against states.md: legal pairs of states (section 8),
// invariants that records show (section 9), a reason for every drop, a rule for every change of state.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/counters.h"
#include "base/trace.h"

namespace sluice::test {

// The 27 pairs of states.md section 8.
const std::set<std::pair<State, State>>& legal_pairs();

class TraceChecker {
public:
    // Drains the trace. Returns what is wrong, empty if nothing. `line` is told each change of state.
    std::string check(Trace& trace, const Counters& counters,
                      const std::function<void(const std::string&)>& line);
    // The changes of the newest connection that is no listener, oldest first.
    const std::vector<std::pair<State, State>>& walked() const { return walked_; }
    std::vector<TraceRecord> take_records() { return std::move(records_); }

private:
    std::string check_record(const TraceRecord& record);
    std::string check_state(const TraceRecord& record);

    std::map<std::uint32_t, State> states_;
    std::vector<std::pair<State, State>> walked_;
    std::vector<TraceRecord> records_;
    std::array<std::uint64_t, reason_count> dropped_{};
    std::uint32_t last_number_ = 0;
    std::uint32_t newest_ = 0;
};

}  // namespace sluice::test
