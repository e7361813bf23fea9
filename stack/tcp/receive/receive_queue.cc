#include "tcp/receive/receive_queue.h"

#include <algorithm>

namespace sluice::tcp {
namespace {

constexpr std::uint32_t copy_chunk_bytes = 2048;

}  // namespace

void ReceiveQueue::append(Slice slice, ChunkPool& pool) {
    if (slice.empty()) return;
    octets_ += slice.size();
    if (!is_wasteful(slice)) {
        push(std::move(slice));
        copied_end_ = 0;
        return;
    }
    if (extend_last(slice)) return;
    Chunk chunk =
        pool.take(slice.size() * 4 < copy_chunk_bytes ? std::max(slice.size() * 4, 256U) : slice.size());
    std::ranges::copy(slice.view(), chunk.writable().begin());
    const std::uint32_t length = slice.size();
    push(Slice(std::move(chunk), 0, length));
    copied_end_ = length;
}

bool ReceiveQueue::extend_last(const Slice& slice) {
    if (copied_end_ == 0 || slices_.empty()) return false;
    Slice& last = slices_.back();
    Chunk chunk = last.chunk();
    if (chunk.capacity() - copied_end_ < slice.size()) return false;
    std::ranges::copy(slice.view(), chunk.writable().begin() + copied_end_);
    last = Slice(std::move(chunk), last.begin(), last.size() + slice.size());
    copied_end_ += slice.size();
    return true;
}

void ReceiveQueue::push(Slice slice) {
    pinned_ += slice.pinned_bytes();
    slices_.push_back(std::move(slice));
}

std::size_t ReceiveQueue::peek(ByteSpan room) const {
    std::size_t copied = 0;
    for (std::uint32_t i = 0; i < slices_.size() && copied < room.size(); ++i) {
        const ByteView piece =
            slices_[i].view().first(std::min<std::size_t>(slices_[i].size(), room.size() - copied));
        std::ranges::copy(piece, room.begin() + static_cast<std::ptrdiff_t>(copied));
        copied += piece.size();
    }
    return copied;
}

std::size_t ReceiveQueue::read(ByteSpan room) {
    const std::size_t copied = peek(room);
    consume(copied);
    return copied;
}

void ReceiveQueue::consume(std::size_t octets) {
    SLUICE_CHECK(octets <= octets_);
    octets_ -= static_cast<std::uint32_t>(octets);
    while (octets > 0) {
        Slice& first = slices_.front();
        if (first.size() > octets) {
            first.drop_front(static_cast<std::uint32_t>(octets));
            return;
        }
        octets -= first.size();
        pinned_ -= first.pinned_bytes();
        slices_.pop_front();
    }
    if (slices_.empty()) copied_end_ = 0;
}

void ReceiveQueue::clear() {
    slices_.reset();
    octets_ = pinned_ = copied_end_ = 0;
}

}  // namespace sluice::tcp
