// Round-trip time and the retransmission timeout (RFC 6298 2). Told: samples that Karn's rule allows. Answers: SRTT,
// RTTVAR, RTO. Times are kept in nanoseconds; 4 * RTTVAR is at least the clock granularity G.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "tcp/recover/windowed_least.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class Rtt {
public:
    // `per_round_trip`: samples expected in one round trip; the gains are divided by it so that many samples do not shorten
    // the memory (RFC 7323 4.2 and appendix G).
    void on_sample(Duration sample, std::uint32_t per_round_trip);
    // A sample taken by our own clock, not by timestamps of 1 ms.
    void on_exact_sample(Duration sample, Instant now, const Settings& settings) {
        least_.add(sample, now, settings.least_rtt_window);
    }
    bool has_sample() const { return has_sample_; }
    Duration smoothed() const { return smoothed_; }
    Duration variation() const { return variation_; }
    // The least of the last `least_rtt_window` (RFC 8985 6.2 step 1); zero: none yet.
    Duration least() const { return least_.value(); }
    // RTO without back-off, within its bounds.
    Duration timeout(const Settings& settings) const;
    // RFC 6298 5.7: the SYN was lost; data starts with at least this.
    void raise_initial(Duration timeout) { initial_ = timeout; }

private:
    Duration smoothed_{};
    Duration variation_{};
    WindowedLeast least_;
    Duration initial_{};  // the RTO is not below this until there is a sample
    bool has_sample_ = false;
};

}  // namespace sluice::tcp
