// The receiving half of a synchronized connection: RCV.NXT, the window, octets in order and out of order, the peer's
// FIN. Joins the parts of this folder. Told: judged segments and reads. Answers: what became of a segment.
#pragma once

#include <memory>

#include "tcp/receive/acceptable.h"
#include "tcp/receive/ack_policy.h"
#include "tcp/receive/paws.h"
#include "tcp/receive/reassembly.h"
#include "tcp/receive/receive_queue.h"
#include "tcp/receive/sack_report.h"
#include "tcp/receive/urgent_mark.h"
#include "tcp/receive/window.h"

namespace sluice::tcp {

class Receiver {
public:
    struct Text {
        Pos in_order = 0;                // octets RCV.NXT advanced by
        Pos held = 0;                    // octets kept above a hole
        bool is_duplicate = false;       // nothing in it was new
        bool filled_hole = false;        // it brought held octets into order, or leaves some above a hole
        bool is_full = false;            // reassembly refused octets
        std::optional<Range> duplicate;  // octets held above a hole that came again
    };

    // `announced` is the window of our SYN or SYN,ACK, unscaled.
    void start(const Settings& settings, std::uint32_t buffer, std::uint32_t announced,
               std::uint16_t mss_announced);

    Pos nxt() const { return nxt_; }
    ReceiveSpan span() const { return {nxt_, window_.edge()}; }
    // Eighth step: the peer's FIN stands here; nothing beyond it is taken.
    bool has_fin() const { return fin_at_ >= 0; }
    bool is_finished() const { return fin_at_ >= 0 && nxt_ > fin_at_; }

    // Seventh step: text of an acceptable, trimmed segment.
    Text take_text(const Segment& seg, std::uint32_t pieces_max, ChunkPool& pool);
    // Eighth step. True when everything before the FIN is here: RCV.NXT has advanced over it.
    bool take_fin(const Segment& seg);
    bool fin_is_due() const { return fin_at_ >= 0 && nxt_ == fin_at_; }
    void pass_fin() { ++nxt_; }

    // --- the reader
    const ReceiveQueue& queue() const { return queue_; }
    std::size_t read(ByteSpan room) { return queue_.read(room); }
    void consume(std::size_t octets) { queue_.consume(octets); }
    Pos consumed() const { return nxt_ - (is_finished() ? 1 : 0) - queue_.octets(); }
    // The same, and what is here above a hole: no reader can have taken that yet.
    Pos arrived_for_reader() const { return consumed() + (disorder_ ? disorder_->held.octets() : 0); }
    // SHUT_RD: who reads finds the end where nothing is queued.
    void shut() { is_shut_ = true; }
    bool is_shut() const { return is_shut_; }
    // And octets are acknowledged and thrown away from now on.
    void discard_from_now();
    void drop_everything();

    // --- the window
    // Octets the buffer has left from RCV.NXT on; what is held above a hole lies within them. It counts octets of the
    // stream; memory pinned is at most about twice as much, because wasteful slices are copied (docs/decisions/0005).
    Pos free() const { return Pos{window_.limit()} - queue_.octets(); }
    std::uint32_t limit() const { return window_.limit(); }
    void set_limit(std::uint32_t limit) { window_.set_limit(limit); }
    bool is_window_update_due() const { return window_.is_update_due(nxt_, free(), mss_announced_); }
    // The header's window field for a segment leaving now.
    std::uint16_t announce(std::uint8_t shift) {
        last_ack_sent_ = nxt_;
        return window_.announce(nxt_, free(), mss_announced_, shift);
    }
    Pos last_ack_sent() const { return last_ack_sent_; }
    std::uint16_t mss_announced() const { return mss_announced_; }
    // Something lies above a hole, or is to be reported as received twice.
    bool has_disorder() const { return disorder_ != nullptr; }
    bool has_hole() const { return disorder_ && !disorder_->held.empty(); }

    // --- selective acknowledgments (RFC 2018, RFC 2883)
    // At most `most` blocks for the next acknowledgment.
    std::uint8_t sack_blocks(std::uint8_t most, std::array<Range, 4>& out) const {
        return disorder_ ? disorder_->report.blocks(most, out) : std::uint8_t{0};
    }
    std::uint8_t sack_count(std::uint8_t most) const {
        return disorder_ ? disorder_->report.count(most) : std::uint8_t{0};
    }
    bool has_sack_blocks() const { return disorder_ && !disorder_->report.empty(); }
    void on_duplicate(Range text);
    void on_acknowledgment_sent();

    AckPolicy acks;
    Paws paws;
    UrgentMark urgent;

private:
    // Made when something first arrives out of order or twice.
    struct Disorder {
        Reassembly held;
        SackReport report;
    };
    Disorder& disorder();
    void deliver(Slice text, ChunkPool& pool);
    void hold(Pos begin, Slice text, std::uint32_t pieces_max, ChunkPool& pool, Text& result);

    Pos nxt_ = 1;
    Pos fin_at_ = -1;
    Pos last_ack_sent_ = 1;
    ReceiveWindow window_;
    ReceiveQueue queue_;
    std::unique_ptr<Disorder> disorder_;
    std::uint16_t mss_announced_ = 536;
    bool is_shut_ = false;
    bool is_discarding_ = false;
};

}  // namespace sluice::tcp
