// The sending half of a synchronized connection: SND.UNA, SND.NXT, what is queued, our FIN, the peer's window. Joins the
// parts of this folder. Told: writes, acknowledgments. Answers: what would leave now.
#pragma once

#include <optional>

#include "tcp/send/may_send.h"
#include "tcp/send/persist.h"
#include "tcp/send/send_buffer.h"
#include "tcp/send/send_window.h"

namespace sluice::tcp {

class Sender {
public:
    Pos una() const { return una_; }
    Pos nxt() const { return nxt_; }
    Pos max() const { return max_; }  // highest position ever sent, probes included
    Pos right_edge() const { return una_ + window.wnd(); }
    Pos unsent() const { return std::max(buffer.end() - nxt_, Pos{0}); }

    // The SYN is acknowledged: octets from position 1 on may leave.
    void start() {
        una_ = 1;
        on_sent(1);
    }

    // --- our FIN
    void queue_fin() { fin_queued_ = true; }
    bool is_fin_queued() const { return fin_queued_; }
    Pos fin_position() const { return buffer.end(); }
    bool is_fin_sent() const { return fin_queued_ && nxt_ > fin_position(); }
    bool is_fin_unsent() const { return fin_queued_ && nxt_ <= fin_position(); }
    bool is_fin_acknowledged() const { return fin_sent_at_ > 0 && una_ > fin_sent_at_; }

    // Something is queued or in flight, data or FIN.
    bool has_work() const { return una_ < buffer.end() || (fin_queued_ && !is_fin_acknowledged()); }
    // A zero window stands in the way of it (RFC 9293 3.8.6.1).
    bool is_window_shut() const { return window.wnd() == 0 && has_work(); }

    // Octets up to `end` (FIN included if it lies there) have left for the first time.
    void on_sent(Pos end) {
        nxt_ = std::max(nxt_, end);
        on_probed(end);
    }
    // Octets up to `end` left as a probe: acceptable in an ACK, but not in flight.
    void on_probed(Pos end) {
        max_ = std::max(max_, end);
        if (fin_queued_ && end > fin_position()) fin_sent_at_ = fin_position();
    }
    void on_acknowledged(Pos una) {
        una_ = una;
        nxt_ = std::max(nxt_, una);
        max_ = std::max(max_, una);
        buffer.drop_below(una);
    }
    // PSH: this range empties the queue (RFC 9293 3.9.1.2 [MUST-61]).
    bool empties_queue(Pos end) const { return end >= buffer.end(); }

    // --- urgent data
    void mark_urgent() { up_ = buffer.end(); }
    bool is_urgent_ahead(Pos seq) const { return up_ > seq; }
    // The pointer names the octet after the urgent data [MUST-62]; clamped, the field has 16 bits [MUST-31].
    std::uint16_t urgent_pointer(Pos seq) const {
        return static_cast<std::uint16_t>(std::min(up_ - seq, Pos{65535}));
    }

    SendBuffer buffer;
    SendWindow window;
    Persist persist;

private:
    Pos una_ = 0;
    Pos nxt_ = 0;
    Pos max_ = 0;
    Pos up_ = 0;
    Pos fin_sent_at_ = 0;
    bool fin_queued_ = false;
};

}  // namespace sluice::tcp
