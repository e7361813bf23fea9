// Whether a segment answers our SYN: RFC 9293 3.10.7.3 with erratum 8167 and RFC 7323. Raw sequence numbers: the peer's
// are not known yet.
#pragma once

#include "tcp/segment.h"

namespace sluice::tcp {

struct SynSentVerdict {
    enum class What : std::uint8_t {
        ignore,
        refuse,       // RST-A
        refused,      // reset with an acceptable ACK: the connection ends
        established,  // SYN,ACK
        crossing,     // SYN without ACK: simultaneous open
    };
    What what = What::ignore;
    Reason reason = Reason::none;
};

// `iss` is our initial number; text up to `end` has left on the SYN (RFC 7413 4.2.1), 1: none.
inline SynSentVerdict judge_in_syn_sent(const wire::TcpHeader& header, std::uint32_t iss, Pos end) {
    using What = SynSentVerdict::What;
    const auto has = [&](std::uint8_t wanted) { return (header.flags & wanted) != 0; };
    const std::uint32_t acked = header.acknowledgment - iss;
    const bool ack_is_good = has(flag::ack) && acked >= 1 && acked <= end;
    if (has(flag::ack) && !ack_is_good)
        return has(flag::rst) ? SynSentVerdict{What::ignore, Reason::tcp_reset_bad_ack}
                              : SynSentVerdict{What::refuse, Reason::tcp_ack_unacceptable};
    if (has(flag::rst))
        return ack_is_good ? SynSentVerdict{What::refused, Reason::end_refused}
                           : SynSentVerdict{What::ignore, Reason::tcp_reset_bad_ack};
    if (!has(flag::syn)) return {What::ignore, Reason::tcp_not_a_syn};
    return {ack_is_good ? What::established : What::crossing, Reason::none};
}

}  // namespace sluice::tcp
