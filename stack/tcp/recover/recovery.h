// The seam "loss detection" as the conductor sees it: with SACK or without, chosen when the connection is agreed. Joins
// the parts of this folder; orders them on each acknowledgment: was the last alarm false, did a tail probe repair
// something, what is lost now.
#pragma once

#include <memory>

#include "tcp/recover/false_alarm.h"
#include "tcp/recover/newreno.h"
#include "tcp/recover/sack_recovery.h"
#include "tcp/recover/tail_probe.h"

namespace sluice::tcp {

class Recovery {
public:
    void start(bool sack) {
        if (sack) sack_ = std::make_unique<SackRecovery>();
    }

    Found on_ack(const Acked& acked, const RecoveryContext& context, Flight& flight);
    Found on_reordering_due(const RecoveryContext& context, Flight& flight);
    // Is the timeout the first one of its data (RFC 5681 3.1 (4))? Recovery running already does not make it a later one.
    void on_timeout(const RecoveryContext& context, Flight& flight);
    // What is in flight does not fit the path: all of it leaves again, and nobody is blamed (RFC 1191 6.4).
    void on_path_shrunk(const RecoveryContext& context, Flight& flight);
    // The controller's answer when a recovery begins; `acked` is nullptr when time found the loss.
    void begin(Pos slow_start_threshold, const Acked* acked, const Found& found,
               const RecoveryContext& context, const Flight& flight);

    // --- what may leave
    bool is_active() const { return sack_ ? sack_->is_active() : newreno_.is_active(); }
    // Lost data leaves at once, whatever the window: the first retransmission of a recovery, and one per partial ACK.
    bool is_forced() const { return sack_ ? sack_->is_forced() : newreno_.is_forced(); }
    Pos window() const { return sack_ ? sack_->window() : newreno_.window(); }
    Pos window_after(Pos flight_bytes, std::uint32_t mss) const {
        return sack_ ? sack_->slow_start_threshold() : newreno_.window_after(flight_bytes, mss);
    }
    // Octets of new data beyond the window: limited transmit (RFC 3042), F-RTO (RFC 5682 2.1 (2b)), a tail probe.
    Pos extra_room(const Settings& settings, std::uint32_t mss, Pos room) const;
    bool prefers_new_data() const { return alarm_.prefers_new_data(); }
    void find_no_new_data() { alarm_.find_no_new_data(); }
    std::optional<Range> rescue(const RecoveryContext& context, const Flight& flight) const {
        return sack_ ? sack_->rescue(context, flight) : std::nullopt;
    }
    Pos flight_size(const Flight& flight) const {
        return sack_ ? sack_->flight_size(flight) : newreno_.flight_size(flight);
    }
    bool has_sack() const { return sack_ != nullptr; }

    // --- what left
    void on_resent(Range range, std::optional<std::uint32_t> timestamp);
    // What rescue() asked for.
    void on_rescued(Range range, std::optional<std::uint32_t> timestamp, Flight& flight);
    void on_new_data_sent(Pos octets);
    TailProbe probe;

    // --- time
    Instant reordering_deadline() const { return sack_ ? sack_->reordering_deadline() : never; }
    // RFC 8985 7.2: is the path quiet enough for a tail probe?
    bool may_arm_probe(const Settings& settings, const Flight& flight) const {
        return sack_ && settings.tail_probe && sack_->is_open() && flight.sacked_bytes() == 0 &&
               flight.lost_bytes() == 0 && probe.may_probe();
    }
    Rule undo_rule() const { return alarm_.rule(); }
    const Rack* rack() const { return sack_ ? &sack_->rack() : nullptr; }

private:
    void force();

    NewReno newreno_;
    FalseAlarm alarm_;
    std::unique_ptr<SackRecovery> sack_;
};

}  // namespace sluice::tcp
