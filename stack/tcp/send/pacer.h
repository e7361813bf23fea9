// Pacing without a timer per segment (draft-ietf-ccwg-bbr-06 5.6.2 and 5.6.3). Each departure moves a virtual clock by the
// time its octets take at the pacing rate. Segments leave freely until that clock is one quantum ahead; then nothing
// leaves until real time has caught up. A wake-up that comes late is made up for, by one quantum at most.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"
#include "tcp/seq.h"

namespace sluice::tcp {

class Pacer {
public:
    // `rate`: octets per second; 0: not paced. A refusal is remembered: then there is a deadline.
    bool may_send(std::uint64_t rate, Instant now) {
        if (rate == 0 || release_at_ <= now) {
            release_at_ = {};
            is_wanted_ = false;
            return true;
        }
        is_wanted_ = true;
        return false;
    }
    // `quantum`: how far ahead a burst may run; at least the time of two segments.
    void on_sent(Pos octets, std::uint64_t rate, std::uint32_t mss, Duration quantum, Instant now) {
        if (rate == 0) return;
        const Duration ahead = std::max(quantum, time_of(2 * Pos{mss}, rate));
        clock_ = std::max(clock_, now - ahead) + time_of(octets, rate);
        if (clock_ >= now + ahead) release_at_ = clock_;
    }
    // The octets one frame may carry: what leaves in a quantum, at least two segments.
    static Pos quantum_bytes(std::uint64_t rate, std::uint32_t mss, Duration quantum) {
        const auto us = static_cast<std::uint64_t>(in_us(quantum));
        return std::max(static_cast<Pos>(rate * us / 1'000'000U), 2 * Pos{mss});
    }
    void on_time(Instant now) {
        if (release_at_ <= now) is_wanted_ = false;
    }
    void stop() { is_wanted_ = false; }
    Instant deadline() const { return is_wanted_ ? release_at_ : never; }

private:
    static Duration time_of(Pos octets, std::uint64_t rate) {
        return Duration(
            static_cast<std::int64_t>(static_cast<std::uint64_t>(octets) * 1'000'000'000U / rate));
    }

    Instant clock_{};
    Instant release_at_{};
    bool is_wanted_ = false;  // something waits for the release
};

}  // namespace sluice::tcp
