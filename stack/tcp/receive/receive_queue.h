// Octets in order, waiting for the reader: slices of the frames they came in.
//
// A payload much smaller than the chunk it lies in is copied, so that a byte does not pin a frame; copies of
// neighbours share a chunk. Told: slices in order. Answers: views and what is pinned.
#pragma once

#include <cstdint>

#include "base/chunk.h"
#include "base/ring.h"

namespace sluice::tcp {

// True if keeping `slice` would pin more than twice its octets.
inline bool is_wasteful(const Slice& slice) { return std::uint64_t{slice.size()} * 2 < slice.pinned_bytes(); }

class ReceiveQueue {
public:
    bool empty() const { return octets_ == 0; }
    std::uint32_t octets() const { return octets_; }
    std::uint32_t pinned() const { return pinned_; }

    void append(Slice slice, ChunkPool& pool);
    // The first octets that lie together.
    const Slice& front() const { return slices_.front(); }
    std::size_t read(ByteSpan room);
    // Octets from the front on without taking them.
    std::size_t peek(ByteSpan room) const;
    void consume(std::size_t octets);
    void clear();

private:
    bool extend_last(const Slice& slice);
    void push(Slice slice);

    Ring<Slice> slices_;
    std::uint32_t octets_ = 0;
    std::uint32_t pinned_ = 0;
    std::uint32_t copied_end_ = 0;  // the last slice is a copy that ends here in its chunk; 0: it is not
};

}  // namespace sluice::tcp
