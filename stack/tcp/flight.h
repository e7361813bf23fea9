// What is sent and not yet acknowledged, in order: the one table that sending and loss recovery share (the scoreboard of
// RFC 6675 3, the transmission times of RFC 8985 5.2).
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
#include "tcp/delivered.h"
#include "tcp/rate_sample.h"
#include "tcp/seq.h"

namespace sluice::tcp {

struct Sent {
    Range range;
    Instant sent_at;  // the last transmission
    std::uint16_t transmissions = 1;
    bool lost = false;  // judged lost and not resent since
    bool sacked = false;
    SendState state;
    bool is_double = false;  // two copies are in the pipe
    bool is_in_pipe() const { return !lost && !sacked; }
};

// Losses found by time (RFC 8985 6.2 step 5).
struct TimeLosses {
    Pos octets = 0;
    bool any_resent = false;     // a retransmission is among them
    Instant latest_resent_at{};  // when the newest of those left
    Instant next = never;        // when the next one falls due
};

// What was judged lost since the last look.
struct Losses {
    Pos octets = 0;
    SendState first;
};

class Flight {
public:
    bool empty() const { return sent_.empty(); }
    std::uint32_t entries() const { return sent_.size(); }
    const Sent& operator[](std::uint32_t i) const { return sent_[i]; }
    // FlightSize (RFC 5681 2): octets sent and not cumulatively acknowledged.
    Pos bytes() const { return sent_.empty() ? 0 : sent_.back().range.end - sent_.front().range.begin; }
    // Octets believed to be in the network: neither lost nor sacked (RFC 6675 2, RFC 9937 6.2).
    Pos pipe() const { return pipe_; }
    Pos lost_bytes() const { return lost_; }
    Pos sacked_bytes() const { return sacked_; }
    Pos highest_sacked() const { return highest_sacked_; }
    Pos end() const { return sent_.empty() ? 0 : sent_.back().range.end; }

    // --- sending
    // A new range; it must start where the last one ends.
    void on_sent(Range range, Instant now, const SendState& state = {});
    // A range leaves again; what was lost of it is in the pipe again.
    void on_resent(Range range, Instant now, const SendState& state = {});
    // It was resent without being lost: both copies may be under way (RFC 6675 4, SetPipe).
    void count_twice(Range range);
    // How often the entry holding `at` was sent.
    std::uint16_t transmissions(Pos at) const;

    // --- acknowledgments; what they deliver is added to `delivered`
    // Everything below `una` is acknowledged.
    void on_acknowledged(Pos una, Delivered& delivered);
    // RFC 2018 5: the peer holds `range`. At most `entries_most` entries come of splitting.
    void on_sacked(Range range, std::uint32_t entries_most, Delivered& delivered);
    // RFC 2018 8: the peer gave octets up that it had reported (reneging). Everything counts as lost.
    void forget_sacked();
    bool is_first_sacked() const { return !sent_.empty() && sent_.front().sacked; }

    // --- losses
    // The entry at the left edge (its first `at_most` octets, so that one segment is resent); false if it already is.
    bool mark_first_lost(Pos at_most);
    // Everything that is not sacked.
    void mark_all_lost();
    // What was sent before the newest delivered transmission and for longer than `wait` (RFC 8985 6.2 step 5).
    TimeLosses mark_overtaken(const Overtaking& newest, Duration wait, Instant now);
    // Timeout: what was sent at least `wait` ago (RFC 8985 6.3).
    void mark_old(Duration wait, Instant now);
    // RFC 6675 4, IsLost: sent once, not sacked, and more than `above` octets or `ranges` ranges are sacked above it.
    // Choice: what was resent is not judged so again, also in the next recovery: its reports may be older than it.
    Pos mark_below_sacked(Pos above, std::uint32_t ranges);
    // To be asked before anything is sent or acknowledged again.
    Losses take_losses();
    // The losses were none (RFC 3522, RFC 5682).
    void forget_lost();

    // --- what to resend
    // The first lost range, at most `at_most` octets of it.
    std::optional<Range> next_lost(Pos at_most) const;
    // The first range from `from` on that is neither lost nor sacked and begins below `below` (RFC 6675 4, NextSeg (3)).
    std::optional<Range> next_unsacked(Pos from, Pos below, Pos at_most) const;
    // The last octets that are not sacked, at most `at_most` of one entry; empty: all are.
    Range last(Pos at_most) const;

    // Gives memory back when idle.
    void release() {
        if (sent_.empty()) reset();
    }

private:
    struct Resent {
        Range range;
        Instant sent_at;
    };
    std::uint32_t index_of(Pos at) const;
    void split(std::uint32_t i, Pos at);
    void account(const Sent& entry, Pos sign);
    void set_lost(Sent& entry, bool lost);
    void set_double(Sent& entry, bool is_double);
    void reset();
    void mark_overtaken_resends(const Overtaking& newest, Duration wait, Instant now, TimeLosses& found);

    Ring<Sent> sent_;
    Ring<Resent> resent_;  // retransmissions in the order they left; stale ones are skipped
    Pos pipe_ = 0;
    Pos lost_ = 0;
    Pos sacked_ = 0;
    Pos highest_sacked_ = 0;
    Pos newly_lost_ = 0;
    Pos newly_lost_at_ = 0;  // the first of them
    Pos no_lost_below_ = 0;  // where next_lost may begin to look
    Pos judged_below_ = 0;   // every entry below, sent once, was judged by time
};

}  // namespace sluice::tcp
