// The section that asks for segments of a cause, for the trace: where the decision that sent one named no other.
#pragma once

#include "base/rule.h"
#include "base/trace_record.h"

namespace sluice::tcp {

constexpr Rule usual_rule(Cause cause) {
    switch (cause) {
        case Cause::syn: return Rule::r9293_3_10_1;
        case Cause::syn_ack: return Rule::r9293_3_10_7_2;
        case Cause::handshake_ack: return Rule::r9293_3_10_7_3;
        case Cause::data: return Rule::r9293_3_10_2;
        case Cause::timeout: return Rule::r6298_5;
        case Cause::fast_retransmit: return Rule::r5681_3_2;
        case Cause::sack_hole: return Rule::r6675_5;
        case Cause::tail_probe: return Rule::r8985_7_3;
        case Cause::zero_window_probe: return Rule::r9293_3_8_6_1;
        case Cause::keepalive: return Rule::r9293_3_8_4;
        case Cause::ack:
        case Cause::delayed_ack: return Rule::r9293_3_8_6_3;
        case Cause::duplicate_ack: return Rule::r5681_4_2;
        case Cause::window_update: return Rule::r9293_3_8_6_2;
        case Cause::challenge: return Rule::r5961_3_2;
        case Cause::fin: return Rule::r9293_3_10_4;
        case Cause::ack_of_fin: return Rule::r9293_3_10_7_4;
        case Cause::reset: return Rule::r9293_3_5_2;
        case Cause::none:
        case Cause::count_: break;
    }
    return Rule::none;
}

}  // namespace sluice::tcp
