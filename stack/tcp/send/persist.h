// Probing a zero window: the first probe after one RTO, then at growing intervals (RFC 9293 3.8.6.1 [MUST-36, SHLD-29,
// SHLD-30]). Owns the persist deadline.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace sluice::tcp {

class Persist {
public:
    bool is_running() const { return is_running_; }
    void start(Duration rto, Instant now) {
        is_running_ = true;
        interval_ = rto;
        at_ = later(now, rto);
    }
    void stop() {
        is_running_ = false;
        is_owed_ = false;
        at_ = never;
    }
    // True when a probe is owed from now on.
    bool on_time(Duration longest, Instant now) {
        if (at_ > now) return false;
        interval_ = std::min(interval_ * 2, longest);
        at_ = later(now, interval_);
        is_owed_ = true;
        return true;
    }
    bool is_owed() const { return is_owed_; }
    void on_sent() { is_owed_ = false; }
    Duration interval() const { return interval_; }
    Instant deadline() const { return at_; }

private:
    Instant at_ = never;
    Duration interval_{};
    bool is_running_ = false;
    bool is_owed_ = false;
};

}  // namespace sluice::tcp
