#include "tcp/receive/sack_report.h"

#include <algorithm>

namespace sluice::tcp {

std::uint32_t SackReport::first_ending_from(Pos at) const {
    std::uint32_t low = 0;
    std::uint32_t high = islands_.size();
    while (low < high) {
        const std::uint32_t middle = (low + high) / 2;
        if (islands_[middle].end < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const Range* SackReport::island_at(Pos at) const {
    const std::uint32_t i = first_ending_from(at + 1);
    return i < islands_.size() && islands_[i].begin <= at ? &islands_[i] : nullptr;
}

void SackReport::on_held(Range text) {
    const std::uint32_t i = first_ending_from(text.begin);
    Range island = text;
    while (i < islands_.size() && islands_[i].begin <= text.end) {
        island = {std::min(island.begin, islands_[i].begin), std::max(island.end, islands_[i].end)};
        islands_.erase(i);
    }
    islands_.insert(i, island);
    // [R2018-4] The newest island stands first; islands that grew into it are one with it.
    const auto kept = std::remove_if(newest_.begin(), newest_.end(), [&](Pos at) {
        return at < 0 || (island.begin <= at && at < island.end);
    });
    std::fill(kept, newest_.end(), Pos{-1});
    std::shift_right(newest_.begin(), newest_.end(), 1);
    newest_[0] = text.begin;
}

void SackReport::on_in_order(Pos nxt) {
    while (!islands_.empty() && islands_.front().end <= nxt) islands_.pop_front();
    if (islands_.empty()) islands_.reset();
}

std::uint8_t SackReport::blocks(std::uint8_t most, std::array<Range, 4>& out) const {
    std::uint8_t count = 0;
    const auto add = [&](const Range& block) {
        if (count < most) out[count++] = block;
    };
    const Range* enclosing = nullptr;
    if (duplicate_) {
        add(*duplicate_);
        // RFC 2883 4 (4): above the ACK field the second block is the one it lies in.
        enclosing = island_at(duplicate_->begin);
        if (enclosing) add(*enclosing);
    }
    for (const Pos at : newest_) {
        const Range* island = at < 0 ? nullptr : island_at(at);
        if (island && island != enclosing) add(*island);
    }
    // [R2018-5] As many as fit; older ones have been told in their time.
    for (std::uint32_t i = 0; i < islands_.size() && count < most; ++i) {
        const Range& island = islands_[i];
        const auto told = [&](const Range& block) { return block == island; };
        if (std::none_of(out.begin(), out.begin() + count, told)) add(island);
    }
    return count;
}

}  // namespace sluice::tcp
