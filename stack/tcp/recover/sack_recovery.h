// Loss detection and recovery with SACK: RACK (RFC 8985 6) or the scoreboard rules of RFC 6675, proportional rate
// reduction (RFC 9937) or a plain window. Behind the seam "loss detection", beside newreno.h: told acknowledgments,
// timeouts and the reordering deadline; marks losses in the flight table, says what happened. While it is in recovery it
// says how large the window is.
#pragma once

#include <algorithm>

#include "tcp/facts.h"
#include "tcp/flight.h"
#include "tcp/recover/prr.h"
#include "tcp/recover/rack.h"
#include "tcp/settings.h"

namespace sluice::tcp {

// What recovery works with, besides the acknowledgment.
struct RecoveryContext {
    const Settings& settings;
    std::uint32_t mss = 536;
    Pos snd_max = 0;
    Instant now{};
    Duration smoothed{};
    Duration least_rtt{};
};

class SackRecovery {
public:
    // What an acknowledgment delivered and reported; before on_ack.
    void on_delivered(const Acked& acked, const RecoveryContext& context);
    Found on_ack(const Acked& acked, const RecoveryContext& context, Flight& flight);
    // The time of segments that could have been reordered is up (RFC 8985 6.2 step 5).
    Found on_reordering_due(const RecoveryContext& context, Flight& flight);
    // The controller's answer to What::entered and What::lost_again. `delivered`: by the acknowledgment that showed it.
    void begin(Pos slow_start_threshold, Pos delivered, bool is_safe, const RecoveryContext& context,
               const Flight& flight);
    // RFC 6298 5.4, RFC 6675 5.1, RFC 8985 6.3.
    void on_timeout(const RecoveryContext& context, Flight& flight);
    void on_undone();

    bool is_active() const { return state_ == State::fast; }
    bool is_open() const { return state_ == State::open; }
    bool is_forced() const { return is_forced_; }
    void force() { is_forced_ = true; }
    // What a reduction is measured by. Choice: in recovery, where much of FlightSize has been reported, no more than
    // ssthresh, so that the loss of a retransmission lowers it again (RFC 5681 4.3 [R5681-21]).
    Pos flight_size(const Flight& flight) const {
        return is_active() ? std::min(flight.bytes(), slow_start_threshold()) : flight.bytes();
    }
    void on_resent(Range range);
    // What rescue() asked for left.
    void on_rescued(Range range, Flight& flight);
    void on_new_data_sent(Pos octets) { prr_.on_sent(octets); }
    Pos window() const { return window_; }
    Pos slow_start_threshold() const { return prr_.slow_start_threshold(); }
    Instant reordering_deadline() const { return reordering_at_; }
    const Rack& rack() const { return rack_; }
    // RFC 6675 4, NextSeg (3) and (4): when nothing is lost and nothing new may leave, an unreported range below the
    // highest report, and once per recovery the last one.
    std::optional<Range> rescue(const RecoveryContext& context, const Flight& flight) const;

private:
    enum class State : std::uint8_t { open, fast, timeout };
    TimeLosses detect(const RecoveryContext& context, Flight& flight);
    bool is_reason_to_reduce(const TimeLosses& losses) const;
    void enter(const RecoveryContext& context, const Flight& flight, Pos delivered_now);

    Rack rack_;
    Prr prr_;
    Pos recover_ = -1;        // the last position sent when this recovery began
    Pos recover_flight_ = 0;  // RecoverFS (RFC 9937 6.1)
    Pos window_ = 0;
    Pos highest_resent_ = -1;  // HighRxt (RFC 6675 2)
    Instant reduced_at_{};
    Instant reordering_at_ = never;
    std::uint16_t duplicates_ = 0;
    State state_ = State::open;
    bool is_forced_ = false;
    bool is_rescued_ = false;
    bool begins_round_ = false;  // the acknowledgment at hand reports a duplicate, the first one of a round
};

}  // namespace sluice::tcp
