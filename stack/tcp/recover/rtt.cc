#include "tcp/recover/rtt.h"

#include <algorithm>

namespace sluice::tcp {

void Rtt::on_sample(Duration sample, std::uint32_t per_round_trip) {
    sample = std::max(sample, Duration(0));
    initial_ = {};
    if (!has_sample_) {
        // RFC 6298 2.2: SRTT <- R, RTTVAR <- R/2.
        smoothed_ = sample;
        variation_ = sample / 2;
        has_sample_ = true;
        return;
    }
    const std::int64_t n = std::max(per_round_trip, 1U);
    // RFC 6298 2.3: RTTVAR first, with the old SRTT; beta 1/4, alpha 1/8.
    const Duration error = smoothed_ > sample ? smoothed_ - sample : sample - smoothed_;
    variation_ += (error - variation_) / (4 * n);
    smoothed_ += (sample - smoothed_) / (8 * n);
}

Duration Rtt::timeout(const Settings& settings) const {
    if (!has_sample_) return std::max(settings.rto_initial, initial_);
    Duration timeout = smoothed_ + std::max(settings.clock_granularity, 4 * variation_);
    timeout = std::max(timeout, initial_);
    return std::clamp(timeout, settings.rto_min, settings.rto_max);
}

}  // namespace sluice::tcp
