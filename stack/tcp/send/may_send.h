// How much new data may leave now, and if none, why: Nagle (RFC 9293 3.7.4) and the sender's silly window avoidance
// (3.8.6.2.1 [MUST-38]). A pure function of numbers.
#pragma once

#include <algorithm>
#include <cstdint>

#include "tcp/seq.h"

namespace sluice::tcp {

struct MaySendFacts {
    Pos unsent = 0;           // octets queued and not sent
    Pos usable = 0;           // what the peer's window has left
    Pos congestion_room = 0;  // what the congestion window has left
    std::uint32_t mss = 536;
    std::uint32_t segment_max = 536;  // what one frame may carry: one segment, or a multiple of mss
    std::uint32_t largest_window = 0;
    bool is_anything_unacknowledged = false;
    bool nagle = true;
    bool cork = false;
    bool is_last = false;  // a FIN follows: nothing will be added
    bool override_due = false;
};

struct MaySend {
    Pos octets = 0;
    bool waits_for_window = false;  // only a silly window stands in the way: arm the override deadline
};

inline MaySend may_send(const MaySendFacts& f) {
    MaySend answer;
    if (f.unsent <= 0 || f.usable <= 0) return answer;
    const Pos full = f.mss;
    const Pos fits = std::min({f.unsent, f.usable, std::max(f.congestion_room, Pos{0}), Pos{f.segment_max}});
    // (1) A full-sized segment; in a larger frame, as many full ones as fit.
    if (fits >= full) {
        answer.octets = fits == f.unsent ? fits : fits / full * full;
        const bool tail_waits = answer.octets > full && answer.octets % full != 0 && f.nagle && !f.is_last &&
                                f.is_anything_unacknowledged;
        if ((tail_waits || f.cork) && answer.octets % full != 0) answer.octets = answer.octets / full * full;
        return answer;
    }
    // Cut short by congestion only: wait for room, small segments would not help (SHLD-28).
    if (fits < std::min(f.unsent, f.usable)) return answer;
    if (fits == f.unsent) {
        if (f.cork && !f.is_last) return answer;
        // (2), (3) Everything that is queued, unless Nagle holds it back while data is unacknowledged.
        if (!f.nagle || !f.is_anything_unacknowledged || f.is_last) answer.octets = fits;
        return answer;
    }
    // Cut short by the peer's window: (3) at least half of the largest window seen, or (4) the override timeout.
    if (fits * 2 >= Pos{f.largest_window} || f.override_due)
        answer.octets = fits;
    else
        answer.waits_for_window = !f.is_anything_unacknowledged;
    return answer;
}

}  // namespace sluice::tcp
