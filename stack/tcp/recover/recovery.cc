#include "tcp/recover/recovery.h"

#include <algorithm>

namespace sluice::tcp {

Found Recovery::on_ack(const Acked& acked, const RecoveryContext& context, Flight& flight) {
    if (sack_) sack_->on_delivered(acked, context);
    const Pos reported_end = acked.duplicate_reported ? acked.duplicate_reported->end : -1;
    const bool is_repair =
        probe.on_ack(acked.una, acked.is_repetition && !acked.has_sack, reported_end) && !is_active();
    const bool was_tried = alarm_.prefers_new_data();
    if (alarm_.on_ack(acked)) {
        flight.forget_lost();
        newreno_.on_undone();
        if (sack_) sack_->on_undone();
        return {Found::What::undone};
    }
    // RFC 5682 2.1 (3a): the window may be three segments, two of new data are out; one that is lost leaves.
    if (was_tried && !alarm_.prefers_new_data() && flight.lost_bytes() > 0) force();
    const bool was_open = !sack_ || sack_->is_open();
    Found found = sack_ ? sack_->on_ack(acked, context, flight)
                        : newreno_.on_ack(acked, context.settings, context.mss, context.snd_max, flight);
    if (found.what == Found::What::entered) {
        probe.stop();
        alarm_.on_loss(context.settings, false, was_open || found.has_recovered, acked.una, context.snd_max);
    }
    if (is_repair && found.what == Found::What::nothing) found.what = Found::What::repaired;
    return found;
}

Found Recovery::on_reordering_due(const RecoveryContext& context, Flight& flight) {
    const Found found = sack_->on_reordering_due(context, flight);
    if (found.what == Found::What::entered) {
        probe.stop();
        alarm_.on_loss(context.settings, false, true, flight[0].range.begin, context.snd_max);
    }
    return found;
}

void Recovery::on_timeout(const RecoveryContext& context, Flight& flight) {
    const bool is_first = sack_ ? sack_->is_open() : flight[0].transmissions == 1;
    alarm_.on_loss(context.settings, true, is_first, flight[0].range.begin, context.snd_max);
    probe.stop();
    if (sack_)
        sack_->on_timeout(context, flight);
    else
        newreno_.on_timeout(context.snd_max, flight);
}

void Recovery::on_path_shrunk(const RecoveryContext& context, Flight& flight) {
    probe.stop();
    if (sack_)
        sack_->on_timeout(context, flight);
    else
        newreno_.on_timeout(context.snd_max, flight);
    flight.mark_all_lost();
}

void Recovery::begin(Pos slow_start_threshold, const Acked* acked, const Found& found,
                     const RecoveryContext& context, const Flight& flight) {
    if (!sack_) return newreno_.set_threshold(slow_start_threshold, context.settings, context.mss);
    const bool is_safe = acked && acked->is_new && found.lost == 0;
    sack_->begin(slow_start_threshold, acked ? acked->delivered.octets : 0, is_safe, context, flight);
}

Pos Recovery::extra_room(const Settings& settings, std::uint32_t mss, Pos room) const {
    if (alarm_.prefers_new_data()) return std::max(alarm_.new_data_left(mss) - room, Pos{0});
    if (probe.is_owed()) return std::max(Pos{mss} - room, Pos{0});
    return sack_ ? 0 : newreno_.extra_room(settings, mss);
}

void Recovery::force() {
    if (sack_)
        sack_->force();
    else
        newreno_.force();
}

void Recovery::on_resent(Range range, std::optional<std::uint32_t> timestamp) {
    alarm_.on_resent(range, timestamp);
    newreno_.on_resent();
    if (sack_) sack_->on_resent(range);
}

void Recovery::on_rescued(Range range, std::optional<std::uint32_t> timestamp, Flight& flight) {
    alarm_.on_resent(range, timestamp);
    sack_->on_rescued(range, flight);
}

void Recovery::on_new_data_sent(Pos octets) {
    alarm_.on_new_data_sent(octets);
    newreno_.on_new_data_sent(octets);
    if (sack_) sack_->on_new_data_sent(octets);
}

}  // namespace sluice::tcp
