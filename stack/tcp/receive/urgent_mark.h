// The receiver's side of urgent data: RCV.UP and who has heard of it (RFC 9293 3.8.5, RFC 6093).
#pragma once

#include <cstdint>
#include <optional>

#include "tcp/seq.h"

namespace sluice::tcp {

class UrgentMark {
public:
    // RCV.UP <- max(RCV.UP, SEG.SEQ + SEG.UP). True when the application must hear of it: the pointer advanced and
    // is ahead of what was read [MUST-32].
    bool on_pointer(Pos up, Pos consumed) {
        if (up <= up_ || up <= consumed) return false;
        up_ = up;
        return true;
    }
    // Octets left before the mark [MUST-33]; nothing when no urgent data is ahead or at hand.
    std::optional<std::uint32_t> remaining(Pos consumed) const {
        if (up_ == 0 || up_ < consumed) return std::nullopt;
        return static_cast<std::uint32_t>(up_ - consumed);
    }

private:
    Pos up_ = 0;  // the octet after the urgent data [MUST-62]
};

}  // namespace sluice::tcp
