// RACK: a segment is lost when one sent later was delivered and its own time is up (RFC 8985 6). Owns the newest delivered
// transmission, what is known about reordering, and the multiplier of the reordering window. Told: deliveries,
// D-SACKs, ends of recovery. Answers: how long to wait.
#pragma once

#include <algorithm>
#include <cstdint>

#include "tcp/delivered.h"

namespace sluice::tcp {

class Rack {
public:
    // 6.2 steps 2 and 3.
    void on_delivered(const Delivered& delivered) {
        if (delivered.newest.end >= 0) {
            // Of what was delivered last, also when something sent later had been delivered before it.
            rtt_ = delivered.newest_rtt;
            if (newest_.end < 0 || !newest_.is_after(delivered.newest.sent_at, delivered.newest.end))
                newest_ = delivered.newest;
        }
        // Step 3: an original arrived below one that arrived before it.
        if (delivered.lowest_original < forward_) reordering_seen_ = true;
        forward_ = std::max(forward_, delivered.highest);
    }
    // Step 4: a round in which a D-SACK told of a needless retransmission. False: the round was counted before.
    bool on_duplicate_reported(Pos una, Pos snd_nxt) {
        if (una < round_end_) return false;
        round_end_ = snd_nxt;
        multiplier_ = static_cast<std::uint8_t>(std::min(multiplier_ + 1, 255));
        persist_ = 16;
        return true;
    }
    // Step 4: fast or RTO recovery ended, with an acknowledgment that did not begin such a round.
    void on_recovered() {
        if (persist_ > 0 && --persist_ > 0) return;
        multiplier_ = 1;
    }

    // Step 4: how much later than RTT a segment may come. `is_certain`: in recovery, or DupThresh segments are sacked.
    Duration reordering_window(Duration least_rtt, Duration smoothed, bool is_certain) const {
        if (!reordering_seen_ && is_certain) return Duration(0);
        return std::min(multiplier_ * least_rtt / 4, smoothed);
    }
    const Overtaking& newest() const { return newest_; }
    Duration rtt() const { return rtt_; }
    bool has_delivery() const { return newest_.end >= 0; }
    bool is_reordering_seen() const { return reordering_seen_; }
    std::uint8_t multiplier() const { return multiplier_; }

private:
    Overtaking newest_;
    Duration rtt_{};
    Pos forward_ = -1;    // RACK.fack
    Pos round_end_ = -1;  // RACK.dsack_round
    std::uint8_t multiplier_ = 1;
    std::uint8_t persist_ = 0;
    bool reordering_seen_ = false;
};

}  // namespace sluice::tcp
