// Whether a segment may be processed: steps one to five of RFC 9293 3.10.7.4 with RFC 5961 and the project's decisions
// D-1, D-2, D-4, D-14, for SYN-RECEIVED and the synchronized states. One pure function; what it decides the
// conductor carries out.
#pragma once

#include "tcp/receive/acceptable.h"
#include "tcp/segment.h"
#include "tcp/state.h"

namespace sluice::tcp {

struct JudgeContext {
    State state = State::established;
    bool is_passive = false;  // origin, for SYN-RECEIVED [MUST-11]
    ReceiveSpan span;
    Pos una = 0;
    Pos snd_max = 0;
    Pos largest_window = 0;         // MAX.SND.WND
    bool timestamps = false;        // agreed
    bool is_old_timestamp = false;  // RFC 7323 5.3 R1 fails
    bool check_old_acks = true;     // RFC 5961 5.2 [MAY-12]
};

struct Verdict {
    enum class What : std::uint8_t {
        accept,          // go on with the fifth step; the segment is trimmed to the window
        ignore,          // drop silently
        acknowledge,     // drop, answer with an ACK
        challenge,       // drop, answer with a throttled ACK (RFC 5961)
        resend_syn_ack,  // D-2
        refuse,          // drop, answer with RST-A
        reset,           // the connection ends
        forget,          // passive SYN-RECEIVED: the SYN was an old duplicate, back to LISTEN
    };
    What what = What::accept;
    Reason reason = Reason::none;
    bool owes_ack = false;  // accept, and answer at once
};

Verdict judge(Segment& seg, const JudgeContext& context);

}  // namespace sluice::tcp
