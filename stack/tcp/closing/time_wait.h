// What is left of a connection in TIME-WAIT, and how it judges what still arrives (RFC 9293 3.10.7.4, D-3, D-5, D-10, D-12;
// RFC 6191; states.md 5.4). Small: no queues, no estimators.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "tcp/segment.h"
#include "tcp/seq.h"
#include "tcp/settings.h"
#include "tcp/small_throttle.h"

namespace sluice::tcp {

struct TimeWaitFacts {
    std::uint32_t snd_nxt = 0;  // raw; our FIN is below it
    std::uint32_t rcv_nxt = 0;  // raw; the peer's FIN is just below it
    std::uint32_t rcv_wnd = 0;  // octets the window reaches above rcv_nxt
    std::uint32_t snd_wnd_largest = 0;
    std::uint32_t ts_recent = 0;
    std::uint32_t ts_offset = 0;
    std::uint16_t window_field = 0;  // as last announced
    std::uint8_t traffic_class = 0;
    std::uint8_t hop_limit = 0;
    bool timestamps = false;
    SmallChallengeThrottle challenges;
};

enum class TimeWaitVerdict : std::uint8_t {
    ignore,       // drop silently
    acknowledge,  // out of window: ACK, drop
    restart,      // the FIN again: ACK, 2MSL starts anew (D-3)
    challenge,    // throttled ACK
    close,        // exact reset (D-5)
    reuse,        // a new SYN that qualifies (RFC 6191)
};

struct TimeWaitAnswer {
    TimeWaitVerdict verdict = TimeWaitVerdict::ignore;
    Reason reason = Reason::tcp_in_time_wait;
};

TimeWaitAnswer judge_in_time_wait(const TimeWaitFacts& facts, const wire::TcpHeader& header,
                                  std::uint32_t text_octets, bool new_would_use_timestamps,
                                  bool ignore_resets);

}  // namespace sluice::tcp
