#include "tcp/flight.h"

#include <algorithm>
#include <utility>

namespace sluice::tcp {

void Flight::account(const Sent& entry, Pos sign) {
    const Pos octets = sign * entry.range.size();
    if (entry.sacked)
        sacked_ += octets;
    else if (entry.lost)
        lost_ += octets;
    else
        pipe_ += entry.is_double ? 2 * octets : octets;
}

void Flight::set_lost(Sent& entry, bool lost) {
    account(entry, -1);
    entry.lost = lost;
    account(entry, +1);
    if (!lost) return;
    no_lost_below_ = std::min(no_lost_below_, entry.range.begin);
    if (newly_lost_ == 0 || entry.range.begin < newly_lost_at_) newly_lost_at_ = entry.range.begin;
    newly_lost_ += entry.range.size();
}

Losses Flight::take_losses() {
    if (newly_lost_ == 0 || sent_.empty()) return {};
    return {std::exchange(newly_lost_, 0), sent_[index_of(newly_lost_at_)].state};
}

void Flight::set_double(Sent& entry, bool is_double) {
    account(entry, -1);
    entry.is_double = is_double;
    account(entry, +1);
}

void Flight::reset() {
    sent_.reset();
    resent_.reset();
}

void Flight::on_sent(Range range, Instant now, const SendState& state) {
    SLUICE_CHECK(!range.empty());
    SLUICE_CHECK(sent_.empty() || sent_.back().range.end == range.begin);
    if (sent_.empty()) {
        resent_.clear();
        highest_sacked_ = no_lost_below_ = judged_below_ = range.begin;
        newly_lost_ = 0;
    }
    sent_.push_back(Sent{range, now, 1, false, false, state});
    account(sent_.back(), +1);
}

void Flight::on_acknowledged(Pos una, Delivered& delivered) {
    while (!sent_.empty() && sent_.front().range.begin < una) {
        if (sent_.front().range.end > una) split(0, una);
        const Sent taken = sent_.pop_front();
        account(taken, -1);
        if (!taken.sacked) delivered.add(taken.range, taken.sent_at, taken.transmissions > 1, taken.state);
        if (taken.sacked && taken.transmissions > 1) delivered.any_resent = true;
    }
    highest_sacked_ = std::max(highest_sacked_, una);
    while (!resent_.empty() && resent_.front().range.end <= una) resent_.pop_front();
}

void Flight::on_sacked(Range range, std::uint32_t entries_most, Delivered& delivered) {
    if (sent_.empty()) return;
    range.begin = std::max(range.begin, sent_.front().range.begin);
    range.end = std::min(range.end, end());
    if (range.empty()) return;
    for (std::uint32_t i = index_of(range.begin); i < sent_.size() && sent_[i].range.begin < range.end; ++i) {
        if (sent_[i].sacked) continue;
        const bool cuts = sent_[i].range.begin < range.begin || sent_[i].range.end > range.end;
        if (cuts && sent_.size() + 2 > entries_most) continue;  // pieces too small to be worth a place
        if (sent_[i].range.begin < range.begin) split(i++, range.begin);
        if (sent_[i].range.end > range.end) split(i, range.end);
        Sent& entry = sent_[i];
        delivered.add(entry.range, entry.sent_at, entry.transmissions > 1, entry.state);
        delivered.sacked += entry.range.size();
        account(entry, -1);
        entry.sacked = true;
        entry.lost = false;
        account(entry, +1);
        highest_sacked_ = std::max(highest_sacked_, entry.range.end);
    }
}

void Flight::forget_sacked() {
    for (std::uint32_t i = 0; i < sent_.size(); ++i) {
        account(sent_[i], -1);
        sent_[i].sacked = false;
        sent_[i].lost = true;
        account(sent_[i], +1);
    }
    resent_.clear();
    if (sent_.empty()) return;
    no_lost_below_ = highest_sacked_ = sent_.front().range.begin;
    judged_below_ = end();
}

bool Flight::mark_first_lost(Pos at_most) {
    if (sent_.empty() || sent_.front().lost || sent_.front().sacked) return false;
    if (sent_.front().range.size() > at_most) split(0, sent_.front().range.begin + at_most);
    set_lost(sent_.front(), true);
    return true;
}

void Flight::mark_all_lost() {
    for (std::uint32_t i = 0; i < sent_.size(); ++i)
        if (sent_[i].is_in_pipe()) set_lost(sent_[i], true);
    resent_.clear();
    judged_below_ = end();
}

// Entries that were sent once lie in the table in the order they left, so that judging stops at the first one whose time
// has not come; those that were resent have a queue of their own. Each is looked at once.
TimeLosses Flight::mark_overtaken(const Overtaking& newest, Duration wait, Instant now) {
    TimeLosses found;
    mark_overtaken_resends(newest, wait, now, found);
    if (sent_.empty() || judged_below_ >= end()) return found;
    std::uint32_t i = index_of(std::max(judged_below_, sent_.front().range.begin));
    for (; i < sent_.size(); ++i) {
        Sent& entry = sent_[i];
        if (entry.is_in_pipe() && entry.transmissions == 1) {
            if (!newest.is_after(entry.sent_at, entry.range.end)) break;
            const Instant due = later(entry.sent_at, wait);
            if (due > now) {
                found.next = std::min(found.next, due);
                break;
            }
            set_lost(entry, true);
            found.octets += entry.range.size();
        }
        judged_below_ = entry.range.end;
    }
    return found;
}

void Flight::mark_overtaken_resends(const Overtaking& newest, Duration wait, Instant now, TimeLosses& found) {
    for (; !resent_.empty(); resent_.pop_front()) {
        const Resent first = resent_.front();
        if (sent_.empty() || first.range.end <= sent_.front().range.begin) continue;
        const Pos from = std::max(first.range.begin, sent_.front().range.begin);
        for (std::uint32_t i = index_of(from); i < sent_.size() && sent_[i].range.begin < first.range.end;
             ++i) {
            Sent& entry = sent_[i];
            // Resent again since, or delivered: not this transmission's any more.
            if (!entry.is_in_pipe() || entry.sent_at != first.sent_at || entry.transmissions == 1) continue;
            if (!newest.is_after(entry.sent_at, entry.range.end)) return;
            const Instant due = later(entry.sent_at, wait);
            if (due > now) {
                found.next = std::min(found.next, due);
                return;
            }
            set_lost(entry, true);
            found.octets += entry.range.size();
            found.any_resent = true;
            found.latest_resent_at = std::max(found.latest_resent_at, entry.sent_at);
        }
    }
}

void Flight::mark_old(Duration wait, Instant now) {
    for (std::uint32_t i = 0; i < sent_.size(); ++i)
        if (sent_[i].is_in_pipe() && later(sent_[i].sent_at, wait) <= now) set_lost(sent_[i], true);
}

Pos Flight::mark_below_sacked(Pos above, std::uint32_t ranges) {
    Pos found = 0;
    Pos sacked = 0;
    std::uint32_t islands = 0;
    Pos judged = judged_below_;
    bool in_island = false;
    if (sacked_ == 0) return 0;
    for (std::uint32_t i = index_of(highest_sacked_ - 1) + 1; i-- > 0;) {
        Sent& entry = sent_[i];
        if (entry.sacked) {
            sacked += entry.range.size();
            islands += in_island ? 0 : 1;
            in_island = true;
            continue;
        }
        in_island = false;
        if (sacked <= above && islands < ranges) continue;
        if (entry.range.end <= judged_below_) break;  // judged by an earlier call
        judged = std::max(judged, entry.range.end);
        if (!entry.lost && entry.transmissions == 1) {
            set_lost(entry, true);
            found += entry.range.size();
        } else if (entry.is_double) {  // SetPipe: the first copy is lost now
            set_double(entry, false);
        }
    }
    judged_below_ = judged;
    return found;
}

void Flight::forget_lost() {
    for (std::uint32_t i = 0; i < sent_.size(); ++i)
        if (sent_[i].lost) set_lost(sent_[i], false);
    judged_below_ = sent_.empty() ? 0 : sent_.front().range.begin;
}

std::optional<Range> Flight::next_lost(Pos at_most) const {
    if (lost_ == 0) return std::nullopt;
    const Pos from = std::max(no_lost_below_, sent_.front().range.begin);
    for (std::uint32_t i = index_of(from); i < sent_.size(); ++i) {
        if (!sent_[i].lost) continue;
        Range range = sent_[i].range;
        // Entries that were cut small are joined again while they are lost together.
        for (std::uint32_t k = i + 1; k < sent_.size() && range.size() < at_most; ++k) {
            if (!sent_[k].lost) break;
            range.end = sent_[k].range.end;
        }
        range.end = std::min(range.end, range.begin + at_most);
        return range;
    }
    return std::nullopt;
}

std::optional<Range> Flight::next_unsacked(Pos from, Pos below, Pos at_most) const {
    if (sent_.empty()) return std::nullopt;
    from = std::max(from, sent_.front().range.begin);
    if (from >= std::min(below, end())) return std::nullopt;
    for (std::uint32_t i = index_of(from); i < sent_.size() && sent_[i].range.begin < below; ++i) {
        if (!sent_[i].is_in_pipe()) continue;
        const Pos begin = std::max(from, sent_[i].range.begin);
        return Range{begin, std::min({sent_[i].range.end, begin + at_most, below})};
    }
    return std::nullopt;
}

Range Flight::last(Pos at_most) const {
    for (std::uint32_t i = sent_.size(); i-- > 0;) {
        const Range& range = sent_[i].range;
        if (!sent_[i].sacked) return {std::max(range.end - at_most, range.begin), range.end};
    }
    return {};
}

std::uint16_t Flight::transmissions(Pos at) const {
    return sent_.empty() ? std::uint16_t{0} : sent_[index_of(at)].transmissions;
}

void Flight::on_resent(Range range, Instant now, const SendState& state) {
    std::uint32_t i = index_of(range.begin);
    if (sent_[i].range.begin < range.begin) split(i++, range.begin);
    std::uint16_t transmissions = sent_[i].transmissions;
    while (sent_[i].range.end < range.end) {  // joined with the next one, which leaves again with it
        account(sent_[i], -1);
        account(sent_[i + 1], -1);
        sent_[i + 1].range.begin = range.begin;
        sent_[i + 1].lost = true;
        account(sent_[i + 1], +1);
        sent_.erase(i);
        transmissions = std::max(transmissions, sent_[i].transmissions);
    }
    if (sent_[i].range.end > range.end) split(i, range.end);
    account(sent_[i], -1);
    sent_[i].lost = false;
    sent_[i].is_double = false;
    sent_[i].sent_at = now;
    sent_[i].state = state;
    sent_[i].transmissions = static_cast<std::uint16_t>(std::min(transmissions + 1, 65535));
    account(sent_[i], +1);
    if (no_lost_below_ >= range.begin) no_lost_below_ = range.end;
    resent_.push_back({range, now});
}

void Flight::count_twice(Range range) {
    for (std::uint32_t i = index_of(range.begin); i < sent_.size() && sent_[i].range.end <= range.end; ++i)
        if (sent_[i].is_in_pipe()) set_double(sent_[i], true);
}

std::uint32_t Flight::index_of(Pos at) const {
    SLUICE_CHECK(!sent_.empty() && at < sent_.back().range.end);
    if (at < sent_.front().range.end) return 0;  // mostly asked about the left edge
    std::uint32_t low = 1;
    std::uint32_t high = sent_.size();
    while (low < high) {
        const std::uint32_t middle = (low + high) / 2;
        if (sent_[middle].range.end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void Flight::split(std::uint32_t i, Pos at) {
    Sent left = sent_[i];
    SLUICE_CHECK(left.range.begin < at && at < left.range.end);
    left.range.end = at;
    sent_[i].range.begin = at;
    sent_.insert(i, left);
}

}  // namespace sluice::tcp
