// The retransmission timer (RFC 6298 5). Owns its deadline, the back-off, and the
// deadline of the tail probe that may stand before it (RFC 8985 7). Told: transmissions, acknowledgments, time.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class RetransmitTimer {
public:
    bool is_running() const { return at_ != never; }
    // 5.1: sending starts it if it is not running.
    void on_sent(Duration rto, const Settings& settings, Instant now) {
        if (!is_running()) at_ = later(now, backed_off(rto, settings));
    }
    // 5.3: an ACK of new data restarts it for a full RTO; the back-off is over when data that was sent once is acknowledged.
    void restart(Duration rto, const Settings& settings, Instant now) {
        at_ = later(now, backed_off(rto, settings));
    }
    void stop() { at_ = probe_at_ = never; }
    void end_back_off() { timeouts_ = 0; }

    bool is_due(Instant now) const { return at_ <= now; }
    // 5.5, 5.6: double the RTO and start again.
    void on_expired(Duration rto, const Settings& settings, Instant now) {
        if (timeouts_ < 30) ++timeouts_;
        at_ = later(now, backed_off(rto, settings));
    }
    // RFC 8985 7.2: a tail probe comes first, and never later than the retransmission would.
    void arm_probe(Instant at) { probe_at_ = std::min(at, at_); }
    void stop_probe() { probe_at_ = never; }
    bool is_probe_due(Instant now) const { return probe_at_ <= now; }
    Instant probe_deadline() const { return probe_at_; }

    // Timeouts in a row without progress.
    std::uint8_t timeouts() const { return timeouts_; }
    Duration backed_off(Duration rto, const Settings& settings) const {
        for (std::uint8_t i = 0; i < timeouts_ && rto < settings.rto_max; ++i) rto *= 2;
        return std::min(rto, settings.rto_max);
    }
    Instant deadline() const { return at_; }

private:
    Instant at_ = never;
    Instant probe_at_ = never;
    std::uint8_t timeouts_ = 0;
};

}  // namespace sluice::tcp
