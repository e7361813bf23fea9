#include "tcp/receive/reassembly.h"

#include <algorithm>

#include "tcp/receive/receive_queue.h"

namespace sluice::tcp {

std::uint32_t Reassembly::first_ending_above(Pos at) const {
    if (pieces_.empty() || pieces_.back().range.end <= at) return pieces_.size();  // the usual case
    std::uint32_t low = 0;
    std::uint32_t high = pieces_.size();
    while (low < high) {
        const std::uint32_t middle = (low + high) / 2;
        if (pieces_[middle].range.end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool Reassembly::put(std::uint32_t index, Pos begin, Slice text, std::uint32_t pieces_max, ChunkPool& pool,
                     Result& result) {
    if (pieces_.size() >= pieces_max) {
        result.is_full = true;
        return false;
    }
    if (is_wasteful(text)) text = pool.copy(text.view());
    const Range range{begin, begin + text.size()};
    octets_ += range.size();
    result.kept += range.size();
    pinned_ += text.pinned_bytes();
    pieces_.insert(index, Piece{range, std::move(text)});
    return true;
}

Reassembly::Result Reassembly::hold(Pos begin, Slice text, std::uint32_t pieces_max, ChunkPool& pool) {
    Result result;
    std::uint32_t i = first_ending_above(begin);
    while (!text.empty()) {
        if (i < pieces_.size() &&
            pieces_[i].range.begin <= begin) {  // already here up to the end of this piece
            const Pos known = std::min(pieces_[i].range.end - begin, Pos{text.size()});
            if (!result.duplicate) result.duplicate = Range{begin, begin + known};
            text.drop_front(static_cast<std::uint32_t>(known));
            begin += known;
            ++i;
            continue;
        }
        const Pos gap = i < pieces_.size() ? pieces_[i].range.begin - begin : Pos{text.size()};
        const auto fits = static_cast<std::uint32_t>(std::min(gap, Pos{text.size()}));
        if (!put(i, begin, text.sub(0, fits), pieces_max, pool, result)) return result;
        text.drop_front(fits);
        begin += fits;
        ++i;
    }
    return result;
}

std::optional<Range> Reassembly::first_held(Range text) const {
    const std::uint32_t i = first_ending_above(text.begin);
    if (i == pieces_.size() || pieces_[i].range.begin >= text.end) return std::nullopt;
    return Range{std::max(pieces_[i].range.begin, text.begin), std::min(pieces_[i].range.end, text.end)};
}

std::optional<Slice> Reassembly::take(Pos nxt) {
    while (!pieces_.empty() && pieces_.front().range.begin <= nxt) {
        Piece piece = pieces_.pop_front();
        octets_ -= piece.range.size();
        pinned_ -= piece.text.pinned_bytes();
        if (piece.range.end <= nxt) continue;
        piece.text.drop_front(static_cast<std::uint32_t>(nxt - piece.range.begin));
        if (pieces_.empty()) pieces_.reset();
        return std::move(piece.text);
    }
    return std::nullopt;
}

void Reassembly::clear() {
    pieces_.reset();
    octets_ = 0;
    pinned_ = 0;
}

}  // namespace sluice::tcp
