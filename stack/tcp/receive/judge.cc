#include "tcp/receive/judge.h"

namespace sluice::tcp {
namespace {

using What = Verdict::What;

// Second step, RFC 9293 3.10.7.4 and RFC 5961 3.2 [U-12, U-13].
Verdict judge_reset(const Segment& seg, const JudgeContext& c) {
    if (seg.seq == c.span.nxt) {
        if (c.state == State::syn_received && c.is_passive)
            return {What::forget, Reason::end_half_open_dropped};
        return {What::reset, Reason::end_reset_by_peer};
    }
    if (c.span.nxt <= seg.seq && seg.seq < c.span.edge) return {What::challenge, Reason::tcp_reset_inexact};
    return {What::ignore, Reason::tcp_reset_outside};
}

bool acknowledges_something(const Segment& seg, const JudgeContext& c) {
    return c.una < seg.ack && seg.ack <= c.snd_max;
}

// Fifth step, the value of SEG.ACK.
Verdict judge_ack(const Segment& seg, const JudgeContext& c) {
    if (!seg.has(flag::ack)) return {What::ignore, Reason::tcp_no_ack};
    if (c.state == State::syn_received) {
        // D-4, D-14: reset, and drop.
        if (!acknowledges_something(seg, c)) return {What::refuse, Reason::tcp_ack_unacceptable};
        return {};
    }
    if (seg.ack > c.snd_max) return {What::acknowledge, Reason::tcp_ack_above};  // [U-18]
    if (c.check_old_acks && seg.ack < c.una - c.largest_window)
        return {What::acknowledge, Reason::tcp_ack_below};  // [U-21]
    return {};
}

// Only text, FIN and SYN need the window; the rest of a segment at RCV.NXT is used even while it is zero [MUST-66].
bool may_use_without_text(const Segment& seg, const JudgeContext& c) {
    return c.span.wnd() == 0 && seg.len() > 0 && seg.seq == c.span.nxt && !seg.has(flag::syn);
}

}  // namespace

Verdict judge(Segment& seg, const JudgeContext& c) {
    if (seg.has(flag::rst)) return judge_reset(seg, c);  // RFC 7323 5.3: PAWS never applies to a reset
    // RFC 7323 3.2: a segment without the agreed option is dropped, silently.
    if (c.timestamps && !seg.timestamps) return {What::ignore, Reason::tcp_timestamp_missing};

    Verdict verdict;
    if (c.state == State::syn_received && seg.has(flag::syn) && seg.seq == 0) {
        if (!seg.has(flag::ack)) return {What::resend_syn_ack, Reason::tcp_duplicate_syn};  // D-2
        if (!c.is_passive && acknowledges_something(seg, c)) {
            // D-1: the peer's SYN,ACK of a simultaneous open; its SYN is trimmed and its ACK counts.
            seg.flags = static_cast<std::uint8_t>(seg.flags & ~flag::syn);
            seg.seq = 1;
            --seg.up;
            verdict.owes_ack = true;
        }
    }
    // Fourth step, before the first: RFC 5961 4.2, whatever the sequence number [U-14].
    if (seg.has(flag::syn) && is_synchronized(c.state)) return {What::challenge, Reason::tcp_syn_in_sync};
    // First step.
    if (c.is_old_timestamp) return {What::acknowledge, Reason::tcp_paws};
    if (is_acceptable(seg, c.span)) {
        trim(seg, c.span);
    } else if (may_use_without_text(seg, c)) {
        seg.text.truncate(0);
        seg.flags = static_cast<std::uint8_t>(seg.flags & ~flag::fin);
        verdict = {What::accept, Reason::tcp_window_full, true};
    } else if (!verdict.owes_ack) {
        return {What::acknowledge, Reason::tcp_unacceptable};
    }
    if (seg.has(flag::syn)) {  // SYN-RECEIVED, inside the window
        if (c.is_passive) return {What::forget, Reason::end_half_open_dropped};
        return {What::challenge, Reason::tcp_syn_in_sync};
    }
    const Verdict ack = judge_ack(seg, c);
    return ack.what == What::accept ? verdict : ack;
}

}  // namespace sluice::tcp
