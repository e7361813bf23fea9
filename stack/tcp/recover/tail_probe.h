// Tail loss probes (RFC 8985 7): when acknowledgments stop, one segment more draws one that shows what is missing. Owns the
// probe in flight and the question whether one may be sent. The deadline is the retransmission timer's.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"
#include "tcp/seq.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class TailProbe {
public:
    // 7.2: PTO. `smoothed` zero: no sample yet.
    static Duration timeout(const Settings& settings, Duration smoothed, Pos flight, std::uint32_t mss) {
        if (smoothed == Duration(0)) return settings.tail_probe_initial;
        Duration timeout = 2 * smoothed;
        if (flight <= Pos{mss}) timeout += settings.tail_probe_ack_delay;
        return timeout;
    }
    // 7.3: no other probe is out, and the path was measured since the last one.
    bool may_probe() const { return end_ < 0 && is_sampled_; }
    void on_sample() { is_sampled_ = true; }
    void owe() { is_owed_ = true; }
    void drop() { is_owed_ = false; }
    bool is_owed() const { return is_owed_; }
    void on_sent(Pos end, bool is_retransmission) {
        end_ = end;
        is_retransmission_ = is_retransmission;
        is_owed_ = is_sampled_ = false;
    }
    // 7.4.2. True: the probe repaired a loss nobody else saw, which asks for a congestion response. `is_duplicate`: it
    // repeats the last acknowledgment and reports nothing, whether or not data is outstanding.
    bool on_ack(Pos una, bool is_duplicate, Pos duplicate_reported_end) {
        if (end_ < 0 || una < end_) return false;
        const bool was_needless = !is_retransmission_ || duplicate_reported_end == end_;
        if (was_needless || (una == end_ && is_duplicate)) {
            end_ = -1;
            return false;
        }
        if (una == end_) return false;  // both copies may still be under way
        end_ = -1;
        return true;
    }
    // 7.1: fast or RTO recovery begins.
    void stop() {
        end_ = -1;
        is_owed_ = false;
    }

private:
    Pos end_ = -1;  // TLP.end_seq
    bool is_retransmission_ = false;
    bool is_sampled_ = true;
    bool is_owed_ = false;
};

}  // namespace sluice::tcp
