// What a delivery rate is worked out from, and what comes out (draft-ietf-ccwg-bbr 4.1): the state that each
// transmission carries in the flight table, and the sample that an acknowledgment gives. Plain values; the arithmetic is
// in recover/delivery_rate.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"
#include "tcp/seq.h"

namespace sluice::tcp {

// Per transmission, written when it leaves.
struct SendState {
    Pos delivered = 0;            // octets delivered over the connection's life when it left
    Instant delivered_at{};       // when the last of those was delivered
    Instant first_sent_at{};      // when the flight of the sample began to leave
    std::uint32_t in_flight = 0;  // octets, this transmission included
    std::uint32_t lost = 0;       // octets lost over the connection's life when it left, modulo 2^32
    bool is_application_limited = false;
};

// Per acknowledgment.
struct RateSample {
    Pos total = 0;  // octets delivered over the connection's life
    Pos prior_delivered =
        -1;  // the same when the newest delivered segment left; -1: nothing that counts was delivered
    Pos delivered = 0;    // between the two
    Duration interval{};  // the longer of sending and acknowledging them; zero: no rate
    Pos lost = 0;         // octets lost since that segment left
    Pos in_flight = 0;    // when it left, itself included
    bool is_application_limited = false;

    bool has_data() const { return prior_delivered >= 0; }
    // Octets per second; 0: unknown.
    std::uint64_t rate() const {
        if (interval <= Duration(0) || delivered <= 0) return 0;
        const auto us = std::max<std::int64_t>(in_us(interval), 1);
        return static_cast<std::uint64_t>(delivered) * 1'000'000U / static_cast<std::uint64_t>(us);
    }
};

// Per discovery of losses.
struct LostSample {
    Instant now{};
    Pos octets = 0;     // newly lost
    Pos lost = 0;       // lost since the first of them left, they included
    Pos in_flight = 0;  // when it left, itself included
    Pos total = 0;      // octets delivered over the connection's life
    bool is_application_limited = false;
};

}  // namespace sluice::tcp
