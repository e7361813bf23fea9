// Octets written and not yet acknowledged, by position: a queue of chunks, copied into once or referenced.
//
// A segment in flight is a range of positions; transmission and retransmission gather the same slices.
#pragma once

#include <cstdint>

#include "base/link.h"
#include "base/ring.h"
#include "tcp/seq.h"

namespace sluice::tcp {

class SendBuffer {
public:
    Pos begin() const { return begin_; }
    Pos end() const { return begin_ + octets_; }
    std::uint32_t octets() const { return octets_; }
    bool empty() const { return octets_ == 0; }

    // Copies at the end.
    void append(ByteView data, ChunkPool& pool);
    // References at the end.
    void append_owned(Slice data);
    // Octets from `range.begin` on that fit one SliceList, at most the range.
    Pos gatherable(Range range) const;
    // Adds the slices of the range.
    void gather(Range range, SliceList& out) const;
    // Everything below `una` is acknowledged.
    void drop_below(Pos una);
    void clear();

private:
    struct Piece {
        Pos begin;
        Slice slice;
    };
    std::uint32_t piece_at(Pos at) const;

    Ring<Piece> pieces_;
    Pos begin_ = 1;
    std::uint32_t octets_ = 0;
    std::uint32_t tail_room_ = 0;  // octets the last piece's own chunk still has behind it
};

}  // namespace sluice::tcp
