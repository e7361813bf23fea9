#include "tcp/recover/ack_digest.h"

#include <algorithm>

namespace sluice::tcp {
namespace {

// RFC 6298 3 (Karn): from segments sent once; with timestamps from the echo, also after a retransmission.
std::optional<Duration> rtt_sample(const Acked& acked, const AckContext& context,
                                   std::optional<std::int32_t> age) {
    const Delivered& delivered = acked.delivered;
    if (delivered.sample_sent_at && !delivered.any_resent) return context.now - *delivered.sample_sent_at;
    // RFC 7323 4.1: only an ACK that advances SND.UNA gives a sample.
    if (!acked.is_new || !age) return std::nullopt;
    return std::chrono::milliseconds(*age);
}

// RFC 2883 5: the first block lies below the ACK field of the same segment [R2883-7], or inside the second [R2883-8].
std::optional<Range> duplicate_in(const Segment& seg) {
    if (seg.sack_count == 0 || seg.sack[0].empty()) return std::nullopt;
    const Range first = seg.sack[0];
    if (first.end <= seg.ack) return first;
    if (seg.sack_count < 2) return std::nullopt;
    const Range second = seg.sack[1];
    return second.begin <= first.begin && first.end <= second.end ? std::optional(first) : std::nullopt;
}

// [R2018-12] Blocks that make no sense, or tell of what is acknowledged, change nothing.
void take_sack(const Segment& seg, const AckContext& context, Flight& flight, Delivered& delivered) {
    const auto most = static_cast<std::uint32_t>(16 + 4 * (flight.bytes() / Pos{context.mss} + 1));
    for (std::size_t i = 0; i < seg.sack_count; ++i) {
        const Range& block = seg.sack[i];
        if (block.empty() || block.end > flight.end() || block.end <= seg.ack) continue;
        flight.on_sacked({std::max(block.begin, seg.ack), block.end}, most, delivered);
    }
}

}  // namespace

Acked digest_ack(const Segment& seg, const AckContext& context, Flight& flight) {
    Acked acked;
    acked.flight_before = flight.bytes();
    acked.pipe_before = flight.pipe();
    acked.una = std::max(seg.ack, context.una);
    acked.has_sack = seg.sack_count > 0;
    acked.duplicate_reported = duplicate_in(seg);
    const auto age = context.timestamps ? seg.echo_age(context.timestamp_now) : std::nullopt;
    if (age) acked.echo = seg.timestamps->echo;
    Delivered& delivered = acked.delivered;
    delivered.now = context.now;
    delivered.least_rtt = context.least_rtt;
    // The clock has ticks of 1 ms: the echoed segment left before the end of its tick.
    if (age) delivered.echoed_at = context.now - std::chrono::milliseconds(*age - 1);
    if (seg.ack > context.una) {
        flight.on_acknowledged(seg.ack, delivered);
        acked.is_new = true;
        acked.octets = seg.ack - context.una;
    } else {
        // RFC 5681 2: data outstanding, no payload, no SYN or FIN, the highest ACK seen, the window unchanged.
        acked.is_repetition = seg.len() == 0 && seg.ack == context.una && !context.window_changed;
        acked.is_duplicate = acked.is_repetition && acked.flight_before > 0;
    }
    // Choice for RFC 8985 6.2 step 2: a segment above a hole does not change what the peer echoes (RFC 7323 4.3), so the
    // echo says nothing about what is sacked; the least RTT still does.
    delivered.echoed_at.reset();
    if (seg.sack_count > 0) take_sack(seg, context, flight, delivered);
    acked.rtt = rtt_sample(acked, context, age);
    acked.is_rtt_exact = delivered.sample_sent_at && !delivered.any_resent;
    // RFC 2018 8: the ACK stands at octets that had been reported; the peer gave them up.
    if (acked.is_new && flight.is_first_sacked()) {
        acked.has_reneged = true;
        flight.forget_sacked();
    }
    return acked;
}

}  // namespace sluice::tcp
