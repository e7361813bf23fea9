// How large the receive buffer ought to be: twice what the reader takes in a round trip (dynamic right-sizing), so that
// neither the window nor the memory is what limits a connection. Told: echoes of our timestamps, what was read. Answers:
// a larger limit, now and then. A buffer never shrinks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "tcp/seq.h"

namespace sluice::tcp {

class ReceiveTuning {
public:
    // `round_trip`: as the handshake measured it, zero if it could not.
    void start(std::uint32_t limit, Duration round_trip, Instant now) {
        space_ = limit / 2;
        round_trip_ = round_trip > Duration(0) ? round_trip : Duration(1ms);
        begun_ = now;
    }
    // A segment of text answered a segment of ours that left `age` ago.
    void on_echo(Duration age) {
        // Short ones count at once, long ones slowly: the sender may have had nothing to say.
        round_trip_ =
            age < round_trip_ ? std::max(age, Duration(1ms)) : round_trip_ + (age - round_trip_) / 8;
    }
    // The reader has taken something. `arrived`: all octets so far but those that wait for the reader; where a hole is, the
    // ones above it count, or a lossy path would seem slow. A new limit, if it is time for one.
    std::optional<std::uint32_t> on_read(Pos arrived, std::uint32_t limit, std::uint32_t most,
                                         std::uint32_t mss, Instant now) {
        if (now - begun_ < round_trip_) return std::nullopt;
        const Pos taken = arrived - arrived_;
        arrived_ = arrived;
        begun_ = now;
        if (taken <= space_) return std::nullopt;
        // Room for two round trips at this rate, and for the growth until the next look: slow start doubles.
        const Pos growth = 1 + std::min(taken / std::max(space_, Pos{1}), Pos{1});
        space_ = taken;
        const Pos wanted = std::min(2 * taken * growth + 16 * Pos{mss}, Pos{most});
        if (wanted <= Pos{limit}) return std::nullopt;
        return static_cast<std::uint32_t>(wanted);
    }

    // How far a limit may grow that is bounded by `most` and by a link that holds `link` octets (0: unknown): all of a window
    // may come at once where the round trip is short; where it is long only as much as comes in `pause`.
    std::uint32_t reach(std::uint32_t most, std::uint32_t link, Duration pause) const {
        if (link == 0) return most;
        const Pos trips = std::max<Pos>(round_trip_ / pause, 1);
        return static_cast<std::uint32_t>(std::min(Pos{most}, Pos{link} * trips));
    }

private:
    Duration round_trip_{1ms};
    Instant begun_{};
    Pos arrived_ = 1;
    Pos space_ = 0;
};

}  // namespace sluice::tcp
