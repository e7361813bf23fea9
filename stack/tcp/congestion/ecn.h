// Explicit congestion notification (RFC 3168 6.1), both ends of one connection. As a receiver: a CE mark is echoed on every ACK
// until the sender says CWR. As a sender: an echo asks for one reduction in a window, however many ACKs carry it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "tcp/seq.h"

namespace sluice::tcp {

// The two low bits of the IP header's traffic class (RFC 3168 5).
namespace ecn {
inline constexpr std::uint8_t mask = 3, not_ect = 0, ect_1 = 1, ect_0 = 2, ce = 3;
}

class Ecn {
public:
    void start(bool is_agreed) { is_agreed_ = is_agreed; }
    bool is_agreed() const { return is_agreed_; }

    // --- receiving
    // An acceptable segment with text. CWR ends the echo of what was marked before it; its own mark begins a new one
    // (6.1.3 [R3168-9]).
    void on_text(std::uint8_t traffic_class, bool has_cwr) {
        if (!is_agreed_) return;
        if (has_cwr) echoes_ = false;
        if ((traffic_class & ecn::mask) == ecn::ce) echoes_ = true;
    }
    bool echoes() const { return echoes_; }

    // --- sending
    // An acknowledgment with ECE. True: reduce (6.1.2 [R3168-6]: once for what was in flight at the last reduction).
    bool on_echo(Pos una, Pos nxt) {
        if (!is_agreed_ || una <= reduced_until_) return false;
        on_reduced(nxt);
        return true;
    }
    // 6.1.2: a reduction for any reason is told, and no echo from the same window asks for another.
    void on_reduced(Pos nxt) {
        reduced_until_ = std::max(reduced_until_, nxt);
        owes_cwr_ = is_agreed_;
    }
    bool owes_cwr() const { return owes_cwr_; }
    // New data leaves: does it carry CWR?
    bool take_cwr() { return std::exchange(owes_cwr_, false); }

private:
    Pos reduced_until_ = -1;  // the last position sent when the window was reduced
    bool is_agreed_ = false;
    bool echoes_ = false;
    bool owes_cwr_ = false;
};

}  // namespace sluice::tcp
