// The SYN or SYN,ACK until it is answered: when it leaves, when it leaves again, when to give up.
// RFC 9293 3.8.3 [MUST-22, 23]: handled like data, R2 at least three minutes; RFC 6298 5.5: back-off.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class Handshake {
public:
    // First transmission owed now; given up after `patience`.
    void start(const Settings& settings, Instant now, Duration patience) {
        timeout_ = settings.rto_initial;
        give_up_at_ = later(now, patience);
        again_at_ = never;
        owed_ = true;
        transmissions_ = 0;
        is_repeated_ = false;
    }
    // Once more, without touching the back-off (D-2).
    void owe() { owed_ = true; }
    bool is_owed() const { return owed_; }
    void on_sent(Instant now) {
        owed_ = false;
        if (transmissions_ == 0)
            sent_at_ = now;
        else
            is_repeated_ = true;
        if (again_at_ == never) {
            if (transmissions_ < 255) ++transmissions_;
            again_at_ = later(now, timeout_);
        }
    }
    void stop() {
        owed_ = false;
        again_at_ = give_up_at_ = never;
    }

    bool is_over(Instant now) const { return give_up_at_ <= now; }
    // True when the timer fired: back off and send again.
    bool on_time(const Settings& settings, Instant now) {
        if (again_at_ > now) return false;
        timeout_ = std::min(timeout_ * 2, settings.rto_max);
        again_at_ = never;
        owed_ = true;
        return true;
    }
    Instant deadline() const { return std::min(again_at_, give_up_at_); }
    std::uint8_t transmissions() const { return transmissions_; }
    std::uint8_t resent() const {
        return transmissions_ == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(transmissions_ - 1);
    }
    Duration timeout() const { return timeout_; }
    // When the only transmission left; nothing after a second one (RFC 6298 3, Karn).
    std::optional<Instant> sample_sent_at() const {
        return transmissions_ == 1 && !is_repeated_ ? std::optional(sent_at_) : std::nullopt;
    }

private:
    Instant again_at_ = never;
    Instant give_up_at_ = never;
    Instant sent_at_{};
    Duration timeout_{};
    std::uint8_t transmissions_ = 0;
    bool owed_ = false;
    bool is_repeated_ = false;  // it left more than once, with or without back-off
};

}  // namespace sluice::tcp
