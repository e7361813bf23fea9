// Challenge ACKs of records that must stay small, half-open and TIME-WAIT (RFC 5961 7, D-11): a count in four octets; its
// periods are those of the clock. Connections have closing/challenge.h.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class SmallChallengeThrottle {
public:
    bool may_send(const Settings& settings, Instant now) {
        const auto period = static_cast<std::uint16_t>(now.time_since_epoch() / settings.challenge_period);
        if (period != period_) sent_ = 0;
        period_ = period;
        if (sent_ >= settings.challenge_acks || sent_ == 255) return false;
        ++sent_;
        return true;
    }

private:
    std::uint16_t period_ = 0;
    std::uint8_t sent_ = 0;
};

}  // namespace sluice::tcp
