// What a congestion controller is told, by value. Octets are payload octets.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "tcp/rate_sample.h"
#include "tcp/seq.h"

namespace sluice::tcp {

// An acknowledgment, after loss recovery looked at it.
struct AckSample {
    Instant now{};
    Pos una = 0;               // after it
    Pos nxt = 0;               // SND.NXT: where a round that starts now ends
    Pos octets = 0;            // newly acknowledged, cumulatively
    Pos delivered = 0;         // newly acknowledged or sacked
    Pos lost = 0;              // newly judged lost
    Pos in_flight_before = 0;  // the pipe when it arrived
    Pos in_flight = 0;         // the pipe now
    std::optional<Duration> rtt;
    Duration smoothed{};
    Duration least{};
    std::uint32_t mss = 536;
    bool was_limited = false;    // the window was in use when these octets left; otherwise it does not grow
    bool is_recovering = false;  // the window is loss recovery's (PRR); only a model of the path is updated
    bool has_sack = true;        // more than one loss can be seen in a round trip
    bool is_paced = false;       // what the window allows leaves spread out
    bool has_ecn_echo = false;   // ECE: no growth (RFC 3168 6.1.2)
    RateSample rate;
};

// Loss recovery begins, ECE arrives, or the retransmission timer expires.
struct CongestionEvent {
    Instant now{};
    Pos flight_bytes = 0;  // FlightSize (RFC 5681 2), without limited transmit
    Pos in_flight = 0;     // the pipe
    std::uint32_t mss = 536;
};

}  // namespace sluice::tcp
