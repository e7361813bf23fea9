// What an acknowledgment means, worked out once (RFC 5681 2, RFC 6298 3, RFC 7323 4.1, RFC 2018 5, RFC 2883 5).
#pragma once

#include "tcp/facts.h"
#include "tcp/flight.h"
#include "tcp/segment.h"

namespace sluice::tcp {

struct AckContext {
    Pos una = 0;                  // before it
    bool window_changed = false;  // the segment changed SND.WND
    bool timestamps = false;
    std::uint32_t timestamp_now = 0;  // our timestamp clock
    Instant now{};
    Duration least_rtt{};
    std::uint32_t mss = 536;
};

// Removes what is acknowledged from the flight table and marks what is sacked.
Acked digest_ack(const Segment& seg, const AckContext& context, Flight& flight);

}  // namespace sluice::tcp
