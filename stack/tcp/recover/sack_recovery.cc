#include "tcp/recover/sack_recovery.h"

#include <algorithm>

namespace sluice::tcp {

TimeLosses SackRecovery::detect(const RecoveryContext& context, Flight& flight) {
    const Settings& settings = context.settings;
    if (!settings.rack) {  // RFC 6675 4, IsLost
        TimeLosses found;
        const Pos above = Pos{settings.duplicate_acks - 1} * context.mss;
        found.octets = flight.mark_below_sacked(above, settings.duplicate_acks);
        if (state_ == State::open && duplicates_ >= settings.duplicate_acks &&
            flight.mark_first_lost(context.mss))  // 5 (1)
            found.octets += context.mss;
        return found;
    }
    if (!rack_.has_delivery()) return {};
    const Pos sacked = std::max(flight.sacked_bytes() / Pos{context.mss}, Pos{duplicates_});
    const bool is_certain = state_ != State::open || sacked >= Pos{settings.duplicate_acks};
    const Duration wait =
        rack_.rtt() + rack_.reordering_window(context.least_rtt, context.smoothed, is_certain);
    return flight.mark_overtaken(rack_.newest(), wait, context.now);
}

// RFC 5681 4.3 [R5681-21]: a retransmission was lost; once for all that left before the last reduction. The first one
// leaves in the instant of the reduction.
bool SackRecovery::is_reason_to_reduce(const TimeLosses& losses) const {
    return losses.any_resent && losses.latest_resent_at >= reduced_at_;
}

void SackRecovery::enter(const RecoveryContext& context, const Flight& flight, Pos delivered_now) {
    state_ = State::fast;
    recover_ = context.snd_max - 1;
    // RFC 9937 6.1: what was outstanding, without what had been reported before this acknowledgment.
    recover_flight_ = flight.bytes() - flight.sacked_bytes() + delivered_now;
    reduced_at_ = context.now;
    highest_resent_ = -1;
    is_forced_ = true;
    is_rescued_ = false;
}

void SackRecovery::on_delivered(const Acked& acked, const RecoveryContext& context) {
    begins_round_ = acked.duplicate_reported && rack_.on_duplicate_reported(acked.una, context.snd_max);
    rack_.on_delivered(acked.delivered);
    if (acked.is_new) duplicates_ = 0;                                     // [R6675-7]
    if (acked.delivered.sacked > 0 && duplicates_ < 65535) ++duplicates_;  // [R6675-1]: also then
}

Found SackRecovery::on_ack(const Acked& acked, const RecoveryContext& context, Flight& flight) {
    Found found;
    const Delivered& delivered = acked.delivered;
    if (!delivered.any && !acked.is_new) return found;
    const State before = state_;
    if (state_ != State::open && acked.una > recover_) {
        if (!begins_round_) rack_.on_recovered();
        state_ = State::open;
        found.what = before == State::fast ? Found::What::recovered : Found::What::nothing;
    }
    const TimeLosses losses = detect(context, flight);
    reordering_at_ = losses.next;
    found.lost = losses.octets;
    const Pos delivered_now = delivered.sacked + acked.octets;
    if (state_ == State::open && flight.lost_bytes() > 0) {
        found.has_recovered = before == State::fast;
        found.what = Found::What::entered;
        enter(context, flight, delivered_now);
        return found;
    }
    if (is_reason_to_reduce(losses)) {
        found.what = Found::What::lost_again;
        enter(context, flight, delivered_now);
        return found;
    }
    if (state_ != State::fast) return found;
    found.what = Found::What::partial;
    if (context.settings.prr && delivered.octets > 0)
        window_ = prr_.on_delivered(delivered.octets, flight.pipe(), acked.is_new && losses.octets == 0,
                                    context.mss);
    return found;
}

Found SackRecovery::on_reordering_due(const RecoveryContext& context, Flight& flight) {
    Found found;
    const Pos room = window_ - flight.pipe();
    const TimeLosses losses = detect(context, flight);
    reordering_at_ = losses.next;
    found.lost = losses.octets;
    if (state_ == State::open && flight.lost_bytes() > 0) {
        found.what = Found::What::entered;
        enter(context, flight, 0);
    } else if (is_reason_to_reduce(losses)) {
        found.what = Found::What::lost_again;
        enter(context, flight, 0);
    } else if (state_ == State::fast) {
        // Choice: what was found lost without an acknowledgment makes room for one segment, not for all of it.
        window_ = flight.pipe() + std::max(room, Pos{context.mss});
    }
    return found;
}

void SackRecovery::begin(Pos slow_start_threshold, Pos delivered, bool is_safe,
                         const RecoveryContext& context, const Flight& flight) {
    prr_.start(slow_start_threshold, recover_flight_);
    if (!context.settings.prr)
        window_ = slow_start_threshold;  // RFC 6675 5 (4.2)
    else if (delivered > 0)
        window_ = prr_.on_delivered(delivered, flight.pipe(), is_safe, context.mss);
    else
        window_ = flight.pipe() + context.mss;
}

void SackRecovery::on_timeout(const RecoveryContext& context, Flight& flight) {
    state_ = State::timeout;
    recover_ = context.snd_max - 1;
    reduced_at_ = context.now;
    reordering_at_ = never;
    duplicates_ = 0;
    highest_resent_ = -1;
    is_forced_ = true;  // the segment at the left edge leaves now (RFC 6298 5.4)
    is_rescued_ = false;
    if (flight.is_first_sacked()) flight.forget_sacked();  // RFC 2018 8 [R2018-10]
    if (!context.settings.rack || !rack_.has_delivery()) return flight.mark_all_lost();
    // RFC 8985 6.3: the first one, and what could have been delivered by now.
    flight.mark_first_lost(context.mss);
    flight.mark_old(rack_.rtt() + rack_.reordering_window(context.least_rtt, context.smoothed, true),
                    context.now);
}

void SackRecovery::on_undone() {
    state_ = State::open;
    is_forced_ = false;
    reordering_at_ = never;
}

void SackRecovery::on_resent(Range range) {
    is_forced_ = false;
    highest_resent_ = std::max(highest_resent_, range.end);
    prr_.on_sent(range.size());
}

void SackRecovery::on_rescued(Range range, Flight& flight) {
    prr_.on_sent(range.size());
    if (range.end > flight.highest_sacked()) {  // (4): HighRxt stays
        is_rescued_ = true;
        return;
    }
    highest_resent_ = std::max(highest_resent_, range.end);
    flight.count_twice(range);
}

std::optional<Range> SackRecovery::rescue(const RecoveryContext& context, const Flight& flight) const {
    if (context.settings.rack || state_ != State::fast || flight.empty()) return std::nullopt;
    if (auto range = flight.next_unsacked(highest_resent_, flight.highest_sacked(), context.mss))
        return range;
    const Range last = flight.last(context.mss);
    const bool is_reported = flight.highest_sacked() >= last.end;
    if (is_rescued_ || is_reported || last.begin < highest_resent_) return std::nullopt;
    return last;
}

}  // namespace sluice::tcp
