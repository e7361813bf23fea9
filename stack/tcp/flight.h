// What is sent and not yet acknowledged, in order: the one table that sending and loss recovery share.
//
// One entry is one transmission and may cover many segments; it is split when an acknowledgment or a loss divides it.
// The sender appends, recovery marks, the conductor lends it for the length of a call.
//
//      snd.una                                        snd.nxt
//   |  e0 resent  |  e1 lost  |  e2 sacked  |  e3        |
#pragma once

#include <cstdint>
#include <optional>

#include "base/ring.h"
#include "base/time.h"
#include "tcp/seq.h"

namespace sluice::tcp {

struct Sent {
    Range range;
    Instant sent_at;  // the last transmission
    std::uint16_t transmissions = 1;
    bool lost = false;  // judged lost and not resent since
    bool sacked = false;
    bool is_in_pipe() const { return !lost && !sacked; }
};

// What a cumulative acknowledgment took out of the table.
struct Removed {
    Pos octets = 0;
    bool any_resent = false;
    std::optional<Instant> sample_sent_at;  // of the newest entry that was sent once only (Karn)
};

class Flight {
public:
    bool empty() const { return sent_.empty(); }
    std::uint32_t entries() const { return sent_.size(); }
    const Sent& operator[](std::uint32_t i) const { return sent_[i]; }
    // FlightSize (RFC 5681 2): octets sent and not cumulatively acknowledged.
    Pos bytes() const { return sent_.empty() ? 0 : sent_.back().range.end - sent_.front().range.begin; }
    // Octets believed to be in the network: neither lost nor sacked (RFC 6675 2).
    Pos pipe() const { return pipe_; }
    Pos lost_bytes() const { return lost_; }
    Pos sacked_bytes() const { return sacked_; }

    // A new range; it must start where the last one ends.
    void on_sent(Range range, Instant now);
    // Everything below `una` is acknowledged.
    Removed on_acknowledged(Pos una);
    // Marks the entry at the left edge lost (its first `at_most` octets, so that one segment is resent); false if
    // it already is.
    bool mark_first_lost(Pos at_most);
    // Timeout: everything that is not sacked.
    void mark_all_lost();
    // The first lost range, at most `at_most` octets of it.
    std::optional<Range> next_lost(Pos at_most) const;
    // How often the entry holding `at` was sent.
    std::uint16_t transmissions(Pos at) const;
    // A lost range (as next_lost gave it) leaves again.
    void on_resent(Range range, Instant now);
    // Gives memory back when idle.
    void release() {
        if (sent_.empty()) sent_.reset();
    }

private:
    std::uint32_t index_of(Pos at) const;
    void split(std::uint32_t i, Pos at);
    void account(const Sent& entry, Pos sign);

    Ring<Sent> sent_;
    Pos pipe_ = 0;
    Pos lost_ = 0;
    Pos sacked_ = 0;
};

}  // namespace sluice::tcp
