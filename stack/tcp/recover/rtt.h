// Round-trip time and the retransmission timeout (RFC 6298 2). Told: samples that Karn's rule allows. Answers: SRTT,
// RTTVAR, RTO. Times are kept in nanoseconds; 4 * RTTVAR is at least the clock granularity G.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class Rtt {
public:
    // `per_round_trip`: samples expected in one round trip; the gains are divided by it so that many samples do not shorten
    // the memory (RFC 7323 4.2 and appendix G).
    void on_sample(Duration sample, std::uint32_t per_round_trip);
    bool has_sample() const { return has_sample_; }
    Duration smoothed() const { return smoothed_; }
    Duration variation() const { return variation_; }
    Duration least() const { return least_; }
    // RTO without back-off, within its bounds.
    Duration timeout(const Settings& settings) const;
    // RFC 6298 5.7: the SYN was lost; data starts with at least this.
    void raise_initial(Duration timeout) { initial_ = timeout; }

private:
    Duration smoothed_{};
    Duration variation_{};
    Duration least_{};
    Duration initial_{};  // the RTO is not below this until there is a sample
    bool has_sample_ = false;
};

}  // namespace sluice::tcp
