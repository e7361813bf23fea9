// SND.WND and the rule by which it is taken from segments (RFC 9293 3.10.7.4, fifth step).
#pragma once

#include <algorithm>
#include <cstdint>

#include "tcp/seq.h"

namespace sluice::tcp {

class SendWindow {
public:
    void start(Pos seq, Pos ack, std::uint32_t wnd) {
        wl1_ = seq;
        wl2_ = ack;
        wnd_ = wnd;
        largest_ = std::max(largest_, wnd);
    }
    // Taken from newer segments only: newer by sequence, or the same and not older by acknowledgment. True if the
    // value changed.
    bool update(Pos seq, Pos ack, std::uint32_t wnd) {
        if (!(wl1_ < seq || (wl1_ == seq && wl2_ <= ack))) return false;
        const bool changed = wnd != wnd_;
        start(seq, ack, wnd);
        return changed;
    }
    std::uint32_t wnd() const { return wnd_; }
    std::uint32_t largest() const { return largest_; }  // MAX.SND.WND (RFC 5961 5.2)

private:
    Pos wl1_ = 0;
    Pos wl2_ = 0;
    std::uint32_t wnd_ = 0;
    std::uint32_t largest_ = 0;
};

}  // namespace sluice::tcp
