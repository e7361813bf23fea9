#include "tcp/flight.h"

#include <algorithm>

namespace sluice::tcp {

void Flight::account(const Sent& entry, Pos sign) {
    const Pos octets = sign * entry.range.size();
    if (entry.sacked)
        sacked_ += octets;
    else if (entry.lost)
        lost_ += octets;
    else
        pipe_ += octets;
}

void Flight::on_sent(Range range, Instant now) {
    SLUICE_CHECK(!range.empty());
    SLUICE_CHECK(sent_.empty() || sent_.back().range.end == range.begin);
    sent_.push_back(Sent{range, now});
    account(sent_.back(), +1);
}

Removed Flight::on_acknowledged(Pos una) {
    Removed removed;
    while (!sent_.empty() && sent_.front().range.begin < una) {
        if (sent_.front().range.end > una) split(0, una);
        const Sent taken = sent_.pop_front();
        account(taken, -1);
        removed.octets += taken.range.size();
        if (taken.transmissions > 1)
            removed.any_resent = true;
        else
            removed.sample_sent_at = taken.sent_at;
    }
    return removed;
}

bool Flight::mark_first_lost(Pos at_most) {
    if (sent_.empty() || sent_.front().lost) return false;
    if (sent_.front().range.size() > at_most) split(0, sent_.front().range.begin + at_most);
    account(sent_.front(), -1);
    sent_.front().lost = true;
    account(sent_.front(), +1);
    return true;
}

void Flight::mark_all_lost() {
    for (std::uint32_t i = 0; i < sent_.size(); ++i) {
        account(sent_[i], -1);
        if (!sent_[i].sacked) sent_[i].lost = true;
        account(sent_[i], +1);
    }
}

std::optional<Range> Flight::next_lost(Pos at_most) const {
    if (lost_ == 0) return std::nullopt;
    for (std::uint32_t i = 0; i < sent_.size(); ++i) {
        if (!sent_[i].lost || sent_[i].sacked) continue;
        Range range = sent_[i].range;
        // Entries that were cut small are joined again while they are lost together.
        for (std::uint32_t k = i + 1; k < sent_.size() && range.size() < at_most; ++k) {
            if (!sent_[k].lost || sent_[k].sacked) break;
            range.end = sent_[k].range.end;
        }
        range.end = std::min(range.end, range.begin + at_most);
        return range;
    }
    return std::nullopt;
}

std::uint16_t Flight::transmissions(Pos at) const {
    return sent_.empty() ? std::uint16_t{0} : sent_[index_of(at)].transmissions;
}

void Flight::on_resent(Range range, Instant now) {
    const std::uint32_t i = index_of(range.begin);
    SLUICE_CHECK(sent_[i].range.begin == range.begin);
    std::uint16_t transmissions = sent_[i].transmissions;
    while (sent_[i].range.end < range.end) {  // joined with the next one, which is lost too
        SLUICE_CHECK(sent_[i].lost && sent_[i + 1].lost);
        sent_[i + 1].range.begin = range.begin;
        sent_.erase(i);
        transmissions = std::max(transmissions, sent_[i].transmissions);
    }
    if (sent_[i].range.end > range.end) split(i, range.end);
    account(sent_[i], -1);
    sent_[i].lost = false;
    sent_[i].sent_at = now;
    sent_[i].transmissions = static_cast<std::uint16_t>(std::min(transmissions + 1, 65535));
    account(sent_[i], +1);
}

std::uint32_t Flight::index_of(Pos at) const {
    std::uint32_t low = 0;
    std::uint32_t high = sent_.size();
    while (low < high) {
        const std::uint32_t middle = (low + high) / 2;
        if (sent_[middle].range.end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    SLUICE_CHECK(low < sent_.size());
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
