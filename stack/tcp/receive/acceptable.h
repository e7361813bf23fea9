// RFC 9293 3.10.7.4, first step: does a segment lie in the receive window? Pure functions of numbers.
#pragma once

#include "tcp/segment.h"

namespace sluice::tcp {

struct ReceiveSpan {
    Pos nxt = 0;   // RCV.NXT
    Pos edge = 0;  // RCV.NXT + RCV.WND, as promised
    Pos wnd() const { return edge - nxt; }
};

// The four cases of the table in 3.10.7.4.
inline bool is_acceptable(const Segment& seg, const ReceiveSpan& span) {
    const Pos len = seg.len();
    const Pos wnd = span.wnd();
    const auto inside = [&](Pos p) { return span.nxt <= p && p < span.edge; };
    if (len == 0) return wnd == 0 ? seg.seq == span.nxt : inside(seg.seq);
    if (wnd == 0) return false;
    return inside(seg.seq) || inside(seg.seq + len - 1);
}

// Cuts what lies outside the window: octets and SYN below RCV.NXT, octets and FIN beyond the edge.
inline void trim(Segment& seg, const ReceiveSpan& span) {
    if (seg.has(flag::syn) && seg.seq < span.nxt) {
        seg.flags = static_cast<std::uint8_t>(seg.flags & ~flag::syn);
        ++seg.seq;
        --seg.up;
    }
    if (seg.seq < span.nxt) {
        const Pos old = std::min(span.nxt - seg.seq, Pos{seg.text.size()});
        seg.text.drop_front(static_cast<std::uint32_t>(old));
        seg.up -= static_cast<std::int32_t>(old);
        seg.seq += old;
    }
    if (seg.end() > span.edge) {
        const Pos room = std::max(span.edge - seg.text_begin(), Pos{0});
        if (Pos{seg.text.size()} > room || (seg.has(flag::fin) && Pos{seg.text.size()} == room))
            seg.flags = static_cast<std::uint8_t>(seg.flags & ~flag::fin);
        if (Pos{seg.text.size()} > room) seg.text.truncate(static_cast<std::uint32_t>(room));
    }
}

}  // namespace sluice::tcp
