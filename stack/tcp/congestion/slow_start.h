// Slow start with HyStart++ (RFC 9406): how far the window grows for an ACK, and when a growing round-trip time says that
// the path is full before a loss does. Told each acknowledgment while the window is below the threshold.
//
//   standard --RTT rises--> conservative (a quarter of the growth) --five rounds--> done: congestion avoidance
//      ^                          |
//      +-------RTT falls----------+
#pragma once

#include <cstdint>

#include "tcp/congestion/sample.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class SlowStart {
public:
    void start(const Settings& settings);
    // The octets by which the window grows.
    Pos on_acked(const AckSample& sample);
    // Five conservative rounds are over: the threshold becomes the window.
    bool is_done() const { return phase_ == Phase::done; }
    bool is_conservative() const { return phase_ == Phase::conservative; }
    // RFC 9406 4.3 [R9406-8]: only the first slow start is watched.
    void on_congestion() { phase_ = Phase::plain; }

private:
    enum class Phase : std::uint8_t { plain, standard, conservative, done };
    static constexpr std::uint32_t unknown = UINT32_MAX;

    void judge();
    void end_round(Pos nxt);

    Pos round_end_ = -1;               // SND.NXT when the round began; -1: none yet
    std::uint32_t last_us_ = unknown;  // least RTT of the round before
    std::uint32_t least_us_ = unknown;
    std::uint32_t baseline_us_ = unknown;  // least RTT that made us conservative
    std::uint16_t segments_per_ack_ = 1;
    std::uint8_t divisor_ = 4;
    std::uint8_t samples_ = 0;
    std::uint8_t conservative_rounds_ = 0;
    Phase phase_ = Phase::plain;
};

}  // namespace sluice::tcp
