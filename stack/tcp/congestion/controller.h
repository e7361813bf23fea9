// The seam of congestion control. Every algorithm is told plain numbers: octets acknowledged, FlightSize at a loss, a
// timeout, an idle time; and answers with a window. Chosen once per connection; no virtual call, no allocation.
#pragma once

#include <variant>

#include "tcp/congestion/fixed.h"
#include "tcp/congestion/reno.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class Controller {
public:
    // RFC 6928 2: min(10 * MSS, max(2 * MSS, 14600)); one segment after more than one lost SYN [R3390-4].
    static Pos initial_window(const Settings& settings, std::uint32_t mss, std::uint32_t syns_resent);

    void start(const Settings& settings, std::uint32_t mss, std::uint32_t syns_resent);
    Pos window() const;
    Pos slow_start_threshold() const;
    bool is_slow_start() const;

    // `was_limited`: the window was in use when these octets left; otherwise it does not grow (RFC 7661 1.2).
    void on_acked(Pos octets, std::uint32_t mss, bool was_limited);
    void on_loss(Pos flight_bytes, std::uint32_t mss);
    void on_timeout(Pos flight_bytes, std::uint32_t mss, bool is_first);
    void on_recovered(Pos window);
    // The last reduction answered a loss that was none (RFC 4015 3.2).
    void undo();
    // RFC 5681 4.1: nothing sent for longer than one RTO.
    void on_idle(const Settings& settings, std::uint32_t mss);

private:
    std::variant<Reno, Fixed> algorithm_;
};

}  // namespace sluice::tcp
