// The seam of congestion control. An algorithm is told plain numbers: acknowledgments, congestion, timeouts, idle times;
// it answers with a window, a slow start threshold and a pacing rate. Chosen once per connection, changeable later; no
// virtual call, no clock, no allocation while it runs.
//
// Between on_loss() and on_recovered() the window is that of loss recovery (PRR): it works towards
// slow_start_threshold(). An algorithm that answers has_own_recovery() keeps its window all the time.
#pragma once

#include <memory>
#include <variant>

#include "tcp/congestion/bbr.h"
#include "tcp/congestion/cubic.h"
#include "tcp/congestion/fixed.h"
#include "tcp/congestion/reno.h"
#include "tcp/congestion/sample.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class Controller {
public:
    // RFC 6928 2: min(10 * MSS, max(2 * MSS, 14600)); one segment after more than one lost SYN [R3390-4].
    static Pos initial_window(const Settings& settings, std::uint32_t mss, std::uint32_t syns_resent);
    // After idle time: the same, or what RFC 3390 1 allows where the larger one was too much (RFC 6928 2 [R3390-7]).
    Pos restart_window(const Settings& settings, std::uint32_t mss) const;

    // `seed`: of what an algorithm does at random.
    void start(Congestion congestion, const Settings& settings, std::uint32_t mss, std::uint32_t syns_resent,
               std::uint32_t seed);
    // Another algorithm from now on; it takes over window and threshold.
    void change(Congestion congestion, const Settings& settings, std::uint32_t seed);
    Congestion congestion() const;

    Pos window() const;
    Pos slow_start_threshold() const;
    bool is_slow_start() const;
    // Octets per second; 0: not paced. Algorithms without a rate of their own spread a window over a round trip,
    // if settings.pacing asks for it.
    std::uint64_t pacing_rate(const Settings& settings, Duration smoothed) const;
    bool has_own_recovery() const { return bbr() != nullptr; }
    // Delivery rates measured now say nothing about the path (DeliveryRate::on_application_limited).
    bool is_holding_back() const { return bbr() && bbr()->is_holding_back(); }

    void on_acked(const AckSample& sample);
    // Segments are judged lost; told before the acknowledgment that showed it.
    void on_lost(const LostSample& lost);
    // Loss recovery begins: once per episode.
    void on_loss(const CongestionEvent& event);
    // RFC 3168 6.1.2: once per round trip; there is nothing to recover, so the window falls at once.
    void on_ecn(const CongestionEvent& event);
    // `is_first`: of this segment (RFC 5681 3.1).
    void on_timeout(const CongestionEvent& event, bool is_first);
    void on_recovered(Pos window);
    // The last on_loss or on_timeout was for nothing: window and threshold as they were, if that is more (RFC 4015 3.2,
    // RFC 9438 4.9).
    void undo();
    // RFC 5681 4.1: nothing was sent for longer than one RTO, and now something is to be.
    void on_idle(const Settings& settings, std::uint32_t mss, Instant now);
    // Octets are about to leave, nothing is in flight, and the application was the limit before.
    void on_restart(Instant now);

private:
    struct Start {
        Pos window = 0;
        Pos threshold = 0;
        std::uint32_t seed = 0;
    };
    void become(Congestion congestion, const Settings& settings, const Start& start);
    const Bbr* bbr() const {
        const auto* held = std::get_if<std::unique_ptr<Bbr>>(&algorithm_);
        return held ? held->get() : nullptr;
    }

    // A loss before a window's worth was acknowledged since the start or the restart is the fault of that window.
    void blame_first_window() {
        if (first_window_left_ > 0) first_window_was_lost_ = true;
    }

    // BBR is large and rare.
    std::variant<Reno, Cubic, Fixed, std::unique_ptr<Bbr>> algorithm_;
    Pos first_window_left_ = 0;  // octets of the initial or restart window not acknowledged yet
    bool first_window_was_lost_ = false;
};

}  // namespace sluice::tcp
