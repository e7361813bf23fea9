// Loss detection and recovery without SACK: duplicate ACKs, fast retransmit, NewReno (RFC 5681 3.2, RFC 6582), limited
// transmit (RFC 3042). Behind the seam "loss detection": told acknowledgments and timeouts, marks losses in the flight table,
// says what happened. While it is in recovery it also says how large the window is, because duplicate ACKs
// inflate it; otherwise the congestion controller does.
#pragma once

#include <algorithm>
#include <cstdint>

#include "tcp/facts.h"
#include "tcp/flight.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class NewReno {
public:
    Found on_ack(const Acked& acked, const Settings& settings, std::uint32_t mss, Pos snd_max,
                 Flight& flight);
    // The controller's answer to What::entered.
    void set_threshold(Pos slow_start_threshold, const Settings& settings, std::uint32_t mss) {
        threshold_ = slow_start_threshold;
        window_ = slow_start_threshold + Pos{settings.duplicate_acks} * mss;  // RFC 5681 3.2 (2)
    }
    // RFC 6582 3.2 (4): the timer ends recovery; no new one before everything sent by now is acknowledged.
    void on_timeout(Pos snd_max, Flight& flight);
    void on_undone() {
        is_active_ = is_forced_ = false;
        duplicates_ = 0;
    }

    bool is_active() const { return is_active_; }
    // Lost data leaves at once, whatever the window: the first retransmission of a recovery, and one per partial ACK.
    bool is_forced() const { return is_forced_; }
    void on_resent() { is_forced_ = false; }
    void force() { is_forced_ = true; }
    // The window while in recovery.
    Pos window() const { return window_; }
    // What the controller's window becomes when recovery ends (RFC 6582 3.2 (3), full acknowledgment).
    Pos window_after(Pos flight_bytes, std::uint32_t mss) const {
        return std::min(threshold_, std::max(flight_bytes, Pos{mss}) + mss);
    }
    // RFC 3042: octets beyond the window that duplicate ACKs allow.
    Pos extra_room(const Settings& settings, std::uint32_t mss) const {
        if (!settings.limited_transmit || is_active_ || duplicates_ == 0) return 0;
        return Pos{std::min<std::uint32_t>(duplicates_, 2)} * mss;
    }
    std::uint32_t duplicates() const { return duplicates_; }
    // Octets sent only because of extra_room are not part of FlightSize at a loss [R5681-15].
    void on_new_data_sent(Pos octets) {
        if (duplicates_ > 0 && !is_active_) extra_sent_ += octets;
    }
    Pos flight_size(const Flight& flight) const { return flight.bytes() - extra_sent_; }

private:
    Found on_new(const Acked& acked, std::uint32_t mss, Flight& flight);

    Pos recover_ = -1;  // the last position sent when recovery or timeout began; first: below the SYN
    Pos window_ = 0;
    Pos threshold_ = 0;
    Pos extra_sent_ = 0;
    Pos inflation_left_ = 0;
    std::uint16_t duplicates_ = 0;
    bool is_active_ = false;
    bool is_forced_ = false;
    bool partial_seen_ = false;
};

}  // namespace sluice::tcp
