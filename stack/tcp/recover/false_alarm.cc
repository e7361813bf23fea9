#include "tcp/recover/false_alarm.h"

#include <algorithm>

namespace sluice::tcp {

void FalseAlarm::on_loss(const Settings& settings, bool is_timeout, bool is_first, Pos una, Pos snd_max) {
    if (!settings.undo) return;
    if (is_first) {
        una_ = una;
        resent_ = resent_end_ = 0;
        has_timestamp_ = false;
        waits_for_echo_ = true;
    }
    snd_max_ = snd_max;
    step_ = is_timeout && is_first && settings.frto ? Step::first_ack : Step::none;
}

void FalseAlarm::on_resent(Range range, std::optional<std::uint32_t> timestamp) {
    if (una_ < 0) return;
    resent_ += range.size();
    resent_end_ = std::max(resent_end_, range.end);
    if (has_timestamp_ || !timestamp) return;
    has_timestamp_ = true;
    first_timestamp_ = *timestamp;
}

bool FalseAlarm::on_ack(const Acked& acked) {
    if (una_ < 0) return false;
    const bool is_false =
        is_false_by_echo(acked) || is_false_by_forward_acks(acked) || is_false_by_reports(acked);
    if (is_false) {
        una_ = -1;
        step_ = Step::none;
    }
    return is_false;
}

// RFC 3522 3.2 (4) to (6): the first acceptable ACK echoes an older timestamp than the retransmission's.
bool FalseAlarm::is_false_by_echo(const Acked& acked) {
    if (!acked.is_new || !waits_for_echo_ || resent_ == 0) return false;
    waits_for_echo_ = false;
    if (!has_timestamp_ || !acked.echo) return false;
    rule_ = Rule::r3522_3_2;
    return static_cast<std::int32_t>(*acked.echo - first_timestamp_) < 0;
}

// RFC 5682 2.1 (2) and (3), with SACK 3.1.
bool FalseAlarm::is_false_by_forward_acks(const Acked& acked) {
    if (step_ == Step::none) return false;
    if (step_ == Step::first_ack) {
        if (acked.is_new) {
            // (2a): everything is acknowledged, or not even all that was resent: nothing can be told.
            const bool is_in_between = acked.una >= resent_end_ && acked.una < snd_max_;
            step_ = is_in_between ? Step::new_data : Step::none;
            new_sent_ = 0;
        } else if (acked.is_duplicate && !acked.has_sack) {
            step_ = Step::none;  // (2a): something is missing; with SACK wait for the next new one (3.1 (2))
        }
        return false;
    }
    const Delivered& delivered = acked.delivered;
    if (!acked.is_new && !acked.is_duplicate && !delivered.any) return false;  // 3.1 (3): others are ignored
    step_ = Step::none;
    // (3a): a duplicate, or the new data arrived. Choice: the latter says nothing without SACK either.
    if (!delivered.any || delivered.highest > snd_max_) return false;
    // (3b): octets that were sent before the timeout and not resent are acknowledged: they had only been late.
    if (delivered.lowest_original > snd_max_) return false;
    rule_ = Rule::r5682_2_1;
    return true;
}

bool FalseAlarm::is_false_by_reports(const Acked& acked) {
    if (!acked.duplicate_reported || resent_ == 0) return false;
    const Range& twice = *acked.duplicate_reported;
    if (twice.begin < una_ || twice.end > snd_max_) return false;
    resent_ -= twice.size();
    rule_ = Rule::r2883_5;
    return resent_ <= 0;
}

}  // namespace sluice::tcp
