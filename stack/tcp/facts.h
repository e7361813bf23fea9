// The small structs that parts of a connection hand to each other. A fact is worked out once and then only read.
#pragma once

#include <cstdint>
#include <optional>

#include "base/reason.h"
#include "base/time.h"
#include "base/trace_record.h"
#include "tcp/seq.h"

namespace sluice::tcp {

// What both sides agreed on while opening.
struct Agreed {
    std::uint16_t mss = 536;     // the smaller of the peer's MSS and what the path carries, options included
    std::uint8_t snd_shift = 0;  // applied to windows we receive
    std::uint8_t rcv_shift = 0;  // applied to windows we announce
    bool window_scaling = false;
    bool timestamps = false;
    bool sack = false;

    // Eff.snd.MSS (RFC 9293 3.7.1 [MUST-16]): payload octets next to the options of every segment.
    std::uint32_t mss_send() const { return mss - (timestamps ? 12U : 0U); }
};

// What one acknowledgment means.
struct Acked {
    Pos una = 0;                  // snd.una after it
    Pos octets = 0;               // newly acknowledged
    Pos flight_before = 0;        // FlightSize when it arrived
    bool is_new = false;          // snd.una advanced
    bool is_duplicate = false;    // RFC 5681 2
    bool any_resent = false;      // some of it had been sent more than once
    std::optional<Duration> rtt;  // a sample Karn allows
};

// What loss recovery found in an acknowledgment, or in the silence.
struct Found {
    enum class What : std::uint8_t {
        nothing,
        more_room,  // limited transmit: a duplicate ACK says that a segment left the network
        entered,    // loss recovery begins
        inflated,   // a duplicate ACK during recovery
        partial,    // new data acknowledged during recovery, but not all
        recovered,  // recovery ends
    };
    What what = What::nothing;
    bool restart_timer = true;  // RFC 6582 3.2 (3): only the first partial ACK does
};

// A segment that is to leave, in positions.
struct Departure {
    Range text;  // stream octets to carry
    Pos seq = 0;
    std::uint8_t flags = 0;
    Cause cause = Cause::none;
    Rule rule = Rule::none;
    std::uint16_t attempt = 1;
    bool is_resent = false;
    bool is_probe = false;  // not entered into the flight table
};

}  // namespace sluice::tcp
