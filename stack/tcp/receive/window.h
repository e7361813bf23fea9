// The window we announce: how far its right edge may move, and what stands in the header.
//
// The edge never moves left (RFC 9293 3.8.6 [SHLD-14]) and moves right in steps worth a segment (3.8.6.2.2 [MUST-39]).
#pragma once

#include <algorithm>
#include <cstdint>

#include "tcp/seq.h"

namespace sluice::tcp {

class ReceiveWindow {
public:
    void start(Pos nxt, std::uint32_t limit, std::uint32_t announced) {
        limit_ = limit;
        edge_ = nxt + announced;
    }
    void set_limit(std::uint32_t limit) { limit_ = limit; }
    std::uint32_t limit() const { return limit_; }
    Pos edge() const { return edge_; }

    // Where the edge would go with `free` octets of buffer: at least its present place.
    Pos wanted_edge(Pos nxt, Pos free, std::uint32_t mss) const {
        const Pos wanted = nxt + std::max(free, Pos{0});
        return wanted - edge_ >= step(mss) ? wanted : edge_;
    }
    // Is it time to tell the peer, although nothing else is to be sent? While it has little room every step counts;
    // with more, the next acknowledgment of its data tells it soon enough.
    bool is_update_due(Pos nxt, Pos free, std::uint32_t mss) const {
        const Pos little = std::min(Pos{limit_} / 2, Pos{16} * mss);
        return edge_ - nxt < little && nxt + free - edge_ >= step(mss);
    }
    // The header field for a segment leaving now; the edge moves accordingly. `shift` 0 for a SYN.
    std::uint16_t announce(Pos nxt, Pos free, std::uint32_t mss, std::uint8_t shift) {
        shift_ = shift;
        const Pos target = wanted_edge(nxt, free, mss);
        Pos field = (target - nxt) >> shift;
        // Rounding down must not take back what was promised (RFC 7323 2.4).
        if (nxt + (field << shift) < edge_) ++field;
        field = std::min(field, Pos{65535});
        edge_ = std::max(edge_, nxt + (field << shift));
        return static_cast<std::uint16_t>(field);
    }

private:
    // The least worth telling; less than one unit of the header field could not be told (RFC 7323 2.3).
    Pos step(std::uint32_t mss) const {
        return std::max(std::min(Pos{limit_} / 2, Pos{mss}), Pos{1} << shift_);
    }

    Pos edge_ = 0;
    std::uint32_t limit_ = 0;
    std::uint8_t shift_ = 0;  // of the last window announced
};

}  // namespace sluice::tcp
