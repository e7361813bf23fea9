// How long something may stay unanswered: the user timeout, which is also R2 (RFC 9293 3.8.3, 3.10.8). Owns its deadline.
#pragma once

#include <optional>

#include "base/time.h"

namespace sluice::tcp {

class Patience {
public:
    // Something that needs an answer has left.
    void on_asked(Instant now) {
        if (waiting_since_ == never) waiting_since_ = now;
    }
    // Progress: the clock begins again if something is still outstanding.
    void on_answered(bool is_more_outstanding, Instant now) {
        waiting_since_ = is_more_outstanding ? now : never;
    }

    bool is_waiting() const { return waiting_since_ != never; }
    bool is_over(Duration timeout, Instant now) const { return deadline(timeout) <= now; }
    Instant deadline(Duration timeout) const {
        return waiting_since_ == never ? never : later(waiting_since_, timeout);
    }

private:
    Instant waiting_since_ = never;
};

}  // namespace sluice::tcp
