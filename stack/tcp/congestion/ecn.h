// Explicit congestion notification (RFC 3168 6.1), both ends of one connection. As a receiver: a CE mark is echoed on every ACK
// until the sender says CWR. As a sender: an echo asks for one reduction in a window, however many ACKs carry it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "tcp/congestion/accurate_ecn.h"
#include "tcp/congestion_name.h"
#include "tcp/seq.h"

namespace sluice::tcp {

class Ecn {
public:
    void start(EcnMode mode) {
        is_classic_ = mode == EcnMode::classic;
        if (mode == EcnMode::accurate) accurate_ = std::make_unique<AccurateEcn>();
    }
    EcnMode mode() const {
        if (accurate_) return EcnMode::accurate;
        return is_classic_ ? EcnMode::classic : EcnMode::none;
    }
    // The counts of RFC 9768; nullptr: not agreed on.
    AccurateEcn* accurate() const { return accurate_.get(); }
    // New data may carry a code point.
    bool may_mark() const { return accurate_ ? accurate_->may_mark() : is_classic_; }

    // --- receiving
    // An acceptable segment with text. CWR ends the echo of what was marked before it; its own mark begins a new one
    // (6.1.3 [R3168-9]).
    void on_text(std::uint8_t traffic_class, bool has_cwr) {
        if (!is_classic_) return;
        if (has_cwr) echoes_ = false;
        if ((traffic_class & ecn::mask) == ecn::ce) echoes_ = true;
    }
    bool echoes() const { return echoes_; }

    // --- sending
    // An acknowledgment that reports marks. True: reduce (6.1.2 [R3168-6]: once for what was in flight at the last reduction).
    bool on_echo(Pos una, Pos nxt) {
        if (mode() == EcnMode::none || una <= reduced_until_) return false;
        on_reduced(nxt);
        return true;
    }
    // 6.1.2: a reduction for any reason is told, and no echo from the same window asks for another.
    void on_reduced(Pos nxt) {
        reduced_until_ = std::max(reduced_until_, nxt);
        owes_cwr_ = is_classic_;
    }
    bool owes_cwr() const { return owes_cwr_; }
    // New data leaves: does it carry CWR?
    bool take_cwr() { return std::exchange(owes_cwr_, false); }

private:
    std::unique_ptr<AccurateEcn> accurate_;
    Pos reduced_until_ = -1;  // the last position sent when the window was reduced
    bool is_classic_ = false;
    bool echoes_ = false;
    bool owes_cwr_ = false;
};

}  // namespace sluice::tcp
