// How many challenge ACKs a connection may send (RFC 5961 7; per connection, so that it leaks nothing: D-11).
#pragma once

#include <cstdint>

#include "base/time.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class ChallengeThrottle {
public:
    bool may_send(const Settings& settings, Instant now) {
        if (now >= period_ends_) {
            period_ends_ = later(now, settings.challenge_period);
            sent_ = 0;
        }
        if (sent_ >= settings.challenge_acks) return false;
        ++sent_;
        return true;
    }

private:
    Instant period_ends_{};
    std::uint32_t sent_ = 0;
};

}  // namespace sluice::tcp
