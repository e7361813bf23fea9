// Proportional rate reduction (RFC 9937 6): how much may leave on each acknowledgment during recovery, so that the flight
// shrinks smoothly to ssthresh. All in octets.
#pragma once

#include <algorithm>
#include <cstdint>

#include "tcp/seq.h"

namespace sluice::tcp {

class Prr {
public:
    // 6.1. `recover_flight`: RecoverFS, what was in flight when the loss was found.
    void start(Pos slow_start_threshold, Pos recover_flight) {
        threshold_ = slow_start_threshold;
        recover_flight_ = std::max(recover_flight, Pos{1});
        delivered_ = out_ = 0;
    }
    // 6.2. `in_flight` and `delivered` as the acknowledgment left them; `is_safe`: SND.UNA advanced and nothing more was
    // found lost. Returns the window.
    Pos on_delivered(Pos delivered, Pos in_flight, bool is_safe, std::uint32_t mss) {
        if (delivered <= 0) return in_flight;
        delivered_ += delivered;
        return in_flight + send_count(delivered, in_flight, is_safe, mss);
    }
    void on_sent(Pos octets) { out_ += octets; }
    // The first retransmission leaves whatever the count says.
    bool has_sent() const { return out_ > 0; }
    Pos slow_start_threshold() const { return threshold_; }

private:
    Pos send_count(Pos delivered, Pos in_flight, bool is_safe, std::uint32_t mss) const {
        Pos count = 0;
        if (in_flight > threshold_) {
            count = (delivered_ * threshold_ + recover_flight_ - 1) / recover_flight_ - out_;
        } else {
            count = std::max(delivered_ - out_, delivered);
            if (is_safe) count += mss;
            count = std::min(count, threshold_ - in_flight);
        }
        if (out_ == 0 && count <= 0) return mss;
        return std::max(count, Pos{0});
    }

    Pos threshold_ = 0;
    Pos recover_flight_ = 1;
    Pos delivered_ = 0;
    Pos out_ = 0;
};

}  // namespace sluice::tcp
