// The states of TCP in the kernel's spelling, as netstat has it.
#pragma once

#include <array>

#include "base/trace_record.h"

namespace sluice::common {

constexpr const char* netstat_name(State state) {
    constexpr std::array names{"CLOSED",    "LISTEN",     "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT1",
                               "FIN_WAIT2", "CLOSE_WAIT", "CLOSING",  "LAST_ACK", "TIME_WAIT"};
    static_assert(names.size() == static_cast<std::size_t>(State::count_));
    return names[static_cast<std::size_t>(state)];
}

}  // namespace sluice::common
