#include "tcp/send/send_buffer.h"

#include <algorithm>

namespace sluice::tcp {
namespace {

constexpr std::uint32_t least_chunk = 512;
constexpr std::uint32_t most_chunk = 65536;

}  // namespace

void SendBuffer::append(ByteView data, ChunkPool& pool) {
    while (!data.empty()) {
        if (tail_room_ == 0) {
            // As much as is asked for, or as much again as already waits: few chunks for long queues.
            const auto wanted = static_cast<std::uint32_t>(std::clamp<std::size_t>(
                std::max<std::size_t>(data.size(), octets_), least_chunk, most_chunk));
            Chunk chunk = pool.take(wanted);
            tail_room_ = chunk.capacity();
            pieces_.push_back(Piece{end(), Slice(std::move(chunk), 0, 0)});
        }
        Slice& last = pieces_.back().slice;
        const auto taken = static_cast<std::uint32_t>(std::min<std::size_t>(data.size(), tail_room_));
        Chunk chunk = last.chunk();
        std::copy_n(data.begin(), taken, chunk.writable().begin() + last.begin() + last.size());
        last = Slice(std::move(chunk), last.begin(), last.size() + taken);
        tail_room_ -= taken;
        octets_ += taken;
        data = data.subspan(taken);
    }
}

void SendBuffer::append_owned(Slice data) {
    if (data.empty()) return;
    const Pos at = end();
    octets_ += data.size();
    tail_room_ = 0;  // a foreign chunk is never written to
    pieces_.push_back(Piece{at, std::move(data)});
}

std::uint32_t SendBuffer::piece_at(Pos at) const {
    if (at >= pieces_.back().begin) return pieces_.size() - 1;  // what is new lies there, mostly
    std::uint32_t low = 0;
    std::uint32_t high = pieces_.size();
    while (high - low > 1) {
        const std::uint32_t middle = (low + high) / 2;
        if (pieces_[middle].begin <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

Pos SendBuffer::gatherable(Range range) const {
    if (range.empty()) return 0;
    const std::uint32_t first = piece_at(range.begin);
    const std::uint32_t beyond = first + SliceList::capacity;
    return beyond >= pieces_.size() ? range.size() : std::min(range.end, pieces_[beyond].begin) - range.begin;
}

void SendBuffer::gather(Range range, SliceList& out) const {
    if (range.empty()) return;
    SLUICE_CHECK(begin_ <= range.begin && range.end <= end());
    for (std::uint32_t i = piece_at(range.begin); !range.empty(); ++i) {
        const Piece& piece = pieces_[i];
        const auto offset = static_cast<std::uint32_t>(range.begin - piece.begin);
        const auto length =
            static_cast<std::uint32_t>(std::min(Pos{piece.slice.size()} - offset, range.size()));
        out.push_back(piece.slice.sub(offset, length));
        range.begin += length;
    }
}

void SendBuffer::drop_below(Pos una) {
    una = std::min(una, end());
    if (una <= begin_) return;
    octets_ -= static_cast<std::uint32_t>(una - begin_);
    begin_ = una;
    while (!pieces_.empty() && pieces_.front().begin + pieces_.front().slice.size() <= una)
        pieces_.pop_front();
    if (pieces_.empty()) {
        pieces_.reset();
        tail_room_ = 0;
    }
}

void SendBuffer::clear() {
    begin_ = end();
    octets_ = 0;
    tail_room_ = 0;
    pieces_.reset();
}

}  // namespace sluice::tcp
