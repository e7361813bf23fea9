// The small structs that parts of a connection hand to each other. A fact is worked out once and then only read.
#pragma once

#include <cstdint>
#include <optional>

#include "base/reason.h"
#include "base/time.h"
#include "base/trace_record.h"
#include "tcp/congestion_name.h"
#include "tcp/delivered.h"
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
    EcnMode ecn = EcnMode::none;

    // Eff.snd.MSS (RFC 9293 3.7.1 [MUST-16]): payload octets next to the options of every segment.
    std::uint32_t mss_send() const { return mss - (timestamps ? 12U : 0U); }
    // Headers of a data segment (IPv4 20, TCP 20) with its usual options.
    std::uint32_t headers() const { return 40 + (timestamps ? 12U : 0U); }
    // SACK blocks that fit beside the other options (RFC 2018 3).
    std::uint8_t sack_most() const { return !sack ? 0 : timestamps ? 3 : 4; }
};

// What one acknowledgment means.
struct Acked {
    Pos una = 0;                              // snd.una after it
    Pos octets = 0;                           // newly acknowledged
    Pos flight_before = 0;                    // FlightSize when it arrived
    Pos pipe_before = 0;                      // octets believed to be in the network then
    bool is_new = false;                      // snd.una advanced
    bool is_duplicate = false;                // RFC 5681 2
    bool is_repetition = false;               // the same, whether or not data is outstanding
    bool has_sack = false;                    // it carries a SACK option
    bool has_reneged = false;                 // the peer gave up what it had reported (RFC 2018 8)
    std::optional<Duration> rtt;              // a sample Karn allows
    bool has_ecn_echo = false;                // marks were reported: ECE (RFC 3168 6.1), or counts (RFC 9768)
    bool is_rtt_exact = false;                // measured by our clock, not by timestamps of 1 ms
    std::optional<std::uint32_t> echo;        // TSecr
    std::optional<Range> duplicate_reported;  // D-SACK (RFC 2883)
    Delivered delivered;
};

// What loss recovery found in an acknowledgment, or in the silence.
struct Found {
    enum class What : std::uint8_t {
        nothing,
        more_room,   // limited transmit: a duplicate ACK says that a segment left the network
        entered,     // loss recovery begins
        inflated,    // a duplicate ACK during recovery
        partial,     // new data acknowledged during recovery, but not all
        recovered,   // recovery ends
        lost_again,  // a retransmission was lost (RFC 5681 4.3)
        repaired,    // a tail loss probe repaired a loss (RFC 8985 7.4.2)
        undone,      // the losses were none
    };
    What what = What::nothing;
    bool restart_timer = true;   // RFC 6582 3.2 (3): only the first partial ACK does
    bool has_recovered = false;  // a recovery ended, and `what` is the beginning of the next one
    Pos lost = 0;                // octets newly found lost
};

// A segment that is to leave, in positions.
struct Departure {
    Range text;  // stream octets to carry
    Pos seq = 0;
    std::uint8_t flags = 0;
    std::optional<std::uint8_t> ace;  // RFC 9768: in place of AE, CWR and ECE
    Cause cause = Cause::none;
    Rule rule = Rule::none;
    std::uint16_t attempt = 1;
    bool is_resent = false;
    bool is_rescue = false;        // RFC 6675 4, NextSeg (3) and (4): not judged lost
    bool is_probe = false;         // not entered into the flight table
    std::uint32_t path_probe = 0;  // packet size tried (RFC 4821 7.4); 0 = none
};

}  // namespace sluice::tcp
