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
    // (1) Full-sized segments, as many as one frame takes. What follows them in it follows unacknowledged data.
    answer.octets = fits / full * full;
    const bool follows_unacknowledged = f.is_anything_unacknowledged || answer.octets > 0;
    if (fits == f.unsent) {
        // (2) Everything that is queued, unless Nagle or a cork holds its tail back; before a FIN nothing can be added to it.
        if (f.is_last || (!f.cork && !(f.nagle && follows_unacknowledged))) answer.octets = fits;
        return answer;
    }
    if (answer.octets > 0) return answer;
    // Cut short by congestion only: wait for room, small segments would not help (SHLD-28).
    if (fits < std::min(f.unsent, f.usable)) return answer;
    // Cut short by the peer's window: (3) at least half of the largest window seen, for Nagle only while nothing is
    // unacknowledged, or (4) the override timeout.
    const bool nagle_holds = f.nagle && f.is_anything_unacknowledged;
    if (f.override_due || (!nagle_holds && fits * 2 >= Pos{f.largest_window}))
        answer.octets = fits;
    else
        answer.waits_for_window = !f.is_anything_unacknowledged;
    return answer;
}

}  // namespace sluice::tcp
