// When an acknowledgment leaves: at once, after the next segment, or after a short while (RFC 9293 3.8.6.3, RFC 5681
// 4.2). Owns the delayed-ACK deadline. Told: what arrived and what was sent. Answers: what is owed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/time.h"
#include "base/trace_record.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class AckPolicy {
public:
    void start(const Settings& settings) { quick_left_ = static_cast<std::uint16_t>(settings.quick_acks); }

    // New octets in order. A super-segment counts as the segments inside it.
    void on_in_order(const Settings& settings, std::uint32_t octets, std::uint32_t largest_segment,
                     std::uint32_t mss_announced, Instant now) {
        largest_segment_ = static_cast<std::uint16_t>(std::clamp<std::uint32_t>(
            largest_segment, largest_segment_, std::max<std::uint32_t>(mss_announced, largest_segment_)));
        unacknowledged_ += octets;
        // RFC 5681 4.2: what had to be answered at once and could not leave yet is answered together with this.
        if (std::exchange(duplicates_owed_, std::uint16_t{0}) > 0) owe(Cause::ack);
        if (quick_left_ > 0) {
            --quick_left_;
            return owe(Cause::ack);
        }
        if (is_quick_) return owe(Cause::ack);
        // RFC 9293 3.8.6.3 [SHLD-19]: at least every second full-sized segment.
        if (unacknowledged_ >= settings.ack_every * full_size(mss_announced)) return owe(Cause::ack);
        // [SHLD-18, MUST-40]: otherwise within less than half a second.
        if (cause_ == Cause::none)
            delayed_until_ = std::min(delayed_until_, later(now, settings.delayed_ack));
    }
    // RFC 5681 4.2: a segment above a hole, or one seen before, is answered at once, each by an ACK of its own.
    void on_out_of_order(const Settings& settings) {
        quick_left_ = std::max(quick_left_, static_cast<std::uint16_t>(settings.quick_acks_after_hole));
        if (duplicates_owed_ < 65535) ++duplicates_owed_;
    }
    // Nothing is delayed while this is set; what was, leaves now.
    void set_quick(bool is_quick) {
        is_quick_ = is_quick;
        if (is_quick && is_delayed()) owe(Cause::ack);
    }
    // An ACK is owed at once.
    void owe(Cause cause) {
        cause_ = cause;
        delayed_until_ = never;
    }
    void on_time(Instant now) {
        if (delayed_until_ <= now) owe(Cause::delayed_ack);
    }

    bool is_owed() const { return cause_ != Cause::none || duplicates_owed_ > 0; }
    bool is_delayed() const { return delayed_until_ != never; }
    Cause cause() const { return cause_ != Cause::none ? cause_ : Cause::duplicate_ack; }
    // A segment with the ACK field left; a segment with data answers all debts, a bare one answers one.
    void on_sent(bool is_bare) {
        delayed_until_ = never;
        unacknowledged_ = 0;
        if (is_bare && cause_ == Cause::none && duplicates_owed_ > 0)
            --duplicates_owed_;
        else
            duplicates_owed_ = 0;
        cause_ = Cause::none;
    }
    void stop() {
        cause_ = Cause::none;
        duplicates_owed_ = 0;
        delayed_until_ = never;
    }
    Instant deadline() const { return delayed_until_; }

private:
    // The peer's full segment as far as we know: the largest seen, within reason.
    std::uint32_t full_size(std::uint32_t mss_announced) const {
        return std::clamp<std::uint32_t>(largest_segment_, std::min(536U, mss_announced), mss_announced);
    }

    Instant delayed_until_ = never;
    std::uint32_t unacknowledged_ = 0;
    std::uint16_t largest_segment_ = 0;
    std::uint16_t duplicates_owed_ = 0;
    std::uint16_t quick_left_ = 0;
    Cause cause_ = Cause::none;
    bool is_quick_ = false;
};

}  // namespace sluice::tcp
