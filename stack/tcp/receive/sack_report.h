// What our acknowledgments report besides the ACK field: ranges held above a hole, the newest first (RFC 2018 4), and a
// range that came twice (RFC 2883 4). Told: what was held, what came twice, how far the stream is in order. Answers:
// the blocks of the next acknowledgment.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/ring.h"
#include "tcp/seq.h"

namespace sluice::tcp {

class SackReport {
public:
    // New text above a hole; it may lie next to other held text.
    void on_held(Range text);
    // Everything below `nxt` is acknowledged.
    void on_in_order(Pos nxt);
    // Of several before the next acknowledgment the first is told (RFC 2883 4.2).
    void on_duplicate(Range text) {
        if (!duplicate_) duplicate_ = text;
    }
    // An acknowledgment left: a duplicate is told once (RFC 2883 4 (2)).
    void on_sent() { duplicate_.reset(); }

    bool empty() const { return islands_.empty() && !duplicate_; }
    // At most `most` blocks for an acknowledgment of everything below `nxt`; returns how many.
    std::uint8_t blocks(std::uint8_t most, std::array<Range, 4>& out) const;
    std::uint8_t count(std::uint8_t most) const {
        std::array<Range, 4> out;
        return blocks(most, out);
    }

private:
    std::uint32_t first_ending_from(Pos at) const;
    const Range* island_at(Pos at) const;

    Ring<Range> islands_;                        // sorted, with holes between them
    std::array<Pos, 4> newest_{-1, -1, -1, -1};  // a position inside each of the last reported islands
    std::optional<Range> duplicate_;
};

}  // namespace sluice::tcp
