// A token bucket (RFC 1812 4.3.2.8): so many events a second, and so many at once.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace sluice::net {

class TokenBucket {
public:
    TokenBucket(std::uint32_t per_second, std::uint32_t at_once)
        : cost_(Duration(1s) / per_second), most_(cost_ * at_once), credit_(most_) {}

    // True if one more may happen now.
    bool take(Instant now) {
        if (now > last_) credit_ = now - last_ > most_ - credit_ ? most_ : credit_ + (now - last_);
        last_ = std::max(last_, now);
        if (credit_ < cost_) return false;
        credit_ -= cost_;
        return true;
    }

private:
    Duration cost_;
    Duration most_;
    Duration credit_;
    Instant last_{};
};

}  // namespace sluice::net
