// Reads a stack's own trace after every step and holds it against RFC 9293: legal pairs of states, invariants that
// records show, a reason for every drop, a rule for every change of state, window edges that never move left, nothing
// beyond the peer's window but probes, TIME-WAIT for 2 MSL.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/counters.h"
#include "base/time.h"
#include "base/trace.h"

namespace sluice::sim {

using StatePair = std::pair<State, State>;

// The 27 changes of state a connection of this stack may make (tcp/state.h, with the events left out).
std::span<const StatePair> legal_pairs();
bool is_legal(const StatePair& pair);

class TraceChecker {
public:
    // How long TIME-WAIT must last at least (RFC 9293 3.6.1 [MUST-13]); 0: do not look.
    void expect_time_wait(Duration least) { time_wait_least_ = least; }
    // One record, in order. Returns what is wrong, empty if nothing.
    std::string check_record(const TraceRecord& record);
    // No more drops may be traced than counted.
    std::string check_drops(const Counters& counters) const;

    // Drains the trace and keeps the records. Returns what is wrong, empty if nothing. `line` is told each change of
    // state and each drop.
    std::string check(Trace& trace, const Counters& counters,
                      const std::function<void(const std::string&)>& line);
    // The changes of the newest connection that is no listener, oldest first.
    const std::vector<StatePair>& walked() const { return walked_; }
    std::vector<TraceRecord> take_records() { return std::move(records_); }
    // The state each connection was left in, listeners too.
    const std::map<std::uint32_t, State>& states() const { return states_; }

private:
    struct Edges {  // how far a connection has come
        std::int64_t snd_una = 0;
        std::int64_t rcv_nxt = 0;
        std::int64_t right_edge = 0;  // announced by us
        std::int64_t peer_edge = 0;   // announced by the peer, the furthest
    };

    std::string check_state(const TraceRecord& record);
    std::string check_edges(const TraceRecord& record);
    std::string check_time_wait(const TraceRecord& record);

    std::map<std::uint32_t, State> states_;
    std::map<std::uint32_t, Edges> edges_;
    std::map<std::uint32_t, std::int64_t> time_wait_since_;  // when each entered it, in ns
    Duration time_wait_least_{};
    std::vector<StatePair> walked_;
    std::vector<TraceRecord> records_;
    std::array<std::uint64_t, reason_count> dropped_{};
    std::uint32_t last_number_ = 0;
    std::uint32_t newest_ = 0;
};

}  // namespace sluice::sim
