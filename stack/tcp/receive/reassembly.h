// Octets above a hole, kept until it is filled (RFC 9293 3.10.7.4 [SHLD-31]).
//
// Pieces never overlap: of octets that arrive twice the first copy stays. Bounded by the number of pieces; octets are
// bounded by the receive window. Told: ranges with their slices. Answers: what became of them, and pieces in order.
#pragma once

#include <cstdint>
#include <optional>

#include "base/chunk.h"
#include "base/ring.h"
#include "tcp/seq.h"

namespace sluice::tcp {

class Reassembly {
public:
    struct Result {
        Pos kept = 0;                    // octets that were new
        bool is_full = false;            // some were refused: too many pieces
        std::optional<Range> duplicate;  // the first octets that were here already
    };

    bool empty() const { return pieces_.empty(); }
    Pos octets() const { return octets_; }
    std::uint64_t pinned() const { return pinned_; }
    std::uint32_t pieces() const { return pieces_.size(); }
    // The highest position held; 0 if nothing is.
    Pos end() const { return pieces_.empty() ? 0 : pieces_.back().range.end; }

    Result hold(Pos begin, Slice text, std::uint32_t pieces_max, ChunkPool& pool);
    // The first octets of `text` that are held.
    std::optional<Range> first_held(Range text) const;
    // The piece that starts at `nxt`; octets below it are dropped.
    std::optional<Slice> take(Pos nxt);
    void clear();

private:
    struct Piece {
        Range range;
        Slice text;
    };
    std::uint32_t first_ending_above(Pos at) const;
    bool put(std::uint32_t index, Pos begin, Slice text, std::uint32_t pieces_max, ChunkPool& pool,
             Result& result);

    Ring<Piece> pieces_;
    Pos octets_ = 0;
    std::uint64_t pinned_ = 0;
};

}  // namespace sluice::tcp
