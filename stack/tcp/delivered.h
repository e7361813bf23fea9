// What an acknowledgment delivered, cumulatively and selectively, collected while the flight table is updated. Loss
// detection by time (RFC 8985 6.2), proportional rate reduction (RFC 9937 6.2) and the undo of false losses read it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/time.h"
#include "tcp/rate_sample.h"
#include "tcp/seq.h"

namespace sluice::tcp {

// The transmission that was sent last of all delivered ones: RACK.segment.
struct Overtaking {
    Instant sent_at{};
    Pos end = -1;
    // RFC 8985 5.2, RACK_sent_after: ties are broken by sequence.
    bool is_after(Instant other_sent_at, Pos other_end) const {
        return sent_at > other_sent_at || (sent_at == other_sent_at && end > other_end);
    }
};

struct Delivered {
    // --- given
    Instant now{};
    Duration least_rtt{};  // 0: unknown
    std::optional<Instant>
        echoed_at;  // the segment this answers left no later than this (by its timestamp echo)

    // --- collected
    Pos octets = 0;  // newly delivered: acknowledged or sacked for the first time
    Pos sacked = 0;  // of these, newly sacked
    bool any = false;
    bool any_resent = false;
    std::optional<Instant> sample_sent_at;  // of the newest one that was sent once only (Karn)
    Overtaking newest;                      // end < 0: none that counts
    Duration newest_rtt{};
    SendState newest_state;
    Pos lowest_original = std::numeric_limits<Pos>::max();  // end of the lowest one that was sent once only
    Pos highest = -1;

    void add(Range range, Instant sent_at, bool was_resent, const SendState& state = {}) {
        any = true;
        octets += range.size();
        highest = std::max(highest, range.end);
        if (was_resent) {
            any_resent = true;
            if (is_ambiguous(sent_at)) return;
        } else {
            sample_sent_at = sent_at;
            lowest_original = std::min(lowest_original, range.end);
        }
        if (newest.end < 0 || !newest.is_after(sent_at, range.end)) {
            newest = {sent_at, range.end};
            newest_rtt = now - sent_at;
            newest_state = state;
        }
    }

private:
    // RFC 8985 6.2 step 2: the original may be what was delivered.
    bool is_ambiguous(Instant sent_at) const {
        return (echoed_at && *echoed_at < sent_at) || now - sent_at < least_rtt;
    }
};

}  // namespace sluice::tcp
