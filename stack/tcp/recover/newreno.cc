#include "tcp/recover/newreno.h"

namespace sluice::tcp {

Found NewReno::on_ack(const Acked& acked, const Settings& settings, std::uint32_t mss, Pos snd_max,
                      Flight& flight) {
    if (acked.is_new) return on_new(acked, mss, flight);
    if (!acked.is_duplicate) return {};
    if (duplicates_ < 65535) ++duplicates_;
    if (is_active_) {
        // RFC 5681 3.2 (4); not for more duplicates than segments were out (RFC 5681 5, RFC 9937 6.2 [R9937-11]).
        if (inflation_left_ > 0) window_ += mss;
        inflation_left_ -= mss;
        return {Found::What::inflated};
    }
    if (duplicates_ < settings.duplicate_acks) return {Found::What::more_room};
    // RFC 6582 3.2 (2): only if the ACK covers more than recover; else these are echoes of our own resends.
    if (duplicates_ > settings.duplicate_acks || acked.una - 1 <= recover_) return {};
    recover_ = snd_max - 1;
    is_active_ = is_forced_ = true;
    partial_seen_ = false;
    inflation_left_ = acked.flight_before - Pos{settings.duplicate_acks} * mss;
    flight.mark_first_lost(mss);
    return {Found::What::entered};
}

Found NewReno::on_new(const Acked& acked, std::uint32_t mss, Flight& flight) {
    duplicates_ = 0;
    extra_sent_ = 0;
    if (!is_active_) {
        is_after_timeout_ = is_after_timeout_ && acked.una <= recover_;
        // Choice: what F-RTO sent stays in the pipe when duplicate ACKs told that it arrived; at least one lost segment
        // leaves for each one that is acknowledged, so that recovery does not stand still.
        if (is_after_timeout_ && !flight.empty() && flight[0].lost) is_forced_ = true;
        return {};
    }
    if (acked.una > recover_) {  // full acknowledgment
        is_active_ = is_forced_ = false;
        return {Found::What::recovered};
    }
    // RFC 6582 3.2 (3), partial: resend the next hole, deflate by what was acknowledged, add one segment back.
    flight.mark_first_lost(mss);
    is_forced_ = true;  // also when it was marked before and could not leave yet
    window_ = std::max(window_ - acked.octets + (acked.octets >= Pos{mss} ? Pos{mss} : 0), Pos{mss});
    Found found{Found::What::partial, !partial_seen_};
    partial_seen_ = true;
    return found;
}

void NewReno::on_timeout(Pos snd_max, Flight& flight) {
    recover_ = snd_max - 1;
    is_active_ = false;
    is_after_timeout_ = true;
    is_forced_ = true;  // the segment at the left edge leaves now (RFC 6298 5.4)
    duplicates_ = 0;
    extra_sent_ = 0;
    flight.mark_all_lost();
}

}  // namespace sluice::tcp
