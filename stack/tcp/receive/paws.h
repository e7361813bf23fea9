// TS.Recent: which timestamp we echo, and protection against wrapped sequence numbers (RFC 7323 4.3 and 5).
#pragma once

#include <cstdint>

#include "base/time.h"
#include "tcp/seq.h"

namespace sluice::tcp {

class Paws {
public:
    void start(std::uint32_t value, Instant now) {
        recent_ = value;
        recent_at_ = now;
    }
    // TS.Recent, echoed in every segment we send.
    std::uint32_t recent() const { return recent_; }

    // RFC 7323 5.3 R1: TSval < TS.Recent and TS.Recent is valid. 5.5: it is not, after 24 idle days.
    bool is_old(std::uint32_t value, Instant now, Duration valid_for) const {
        return static_cast<std::int32_t>(value - recent_) < 0 && now - recent_at_ < valid_for;
    }
    // RFC 7323 4.3 (2): taken from a segment that reaches the last acknowledgment we sent.
    void on_segment(std::uint32_t value, Pos seq, Pos last_ack_sent, Instant now) {
        if (seq > last_ack_sent) return;
        recent_ = value;  // not older: is_old was asked before, or TS.Recent had expired
        recent_at_ = now;
    }

private:
    Instant recent_at_{};
    std::uint32_t recent_ = 0;
};

}  // namespace sluice::tcp
