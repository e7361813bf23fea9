#include "tcp/recover/ack_digest.h"

namespace sluice::tcp {
namespace {

// RFC 6298 3 (Karn): from segments sent once; with timestamps from the echo, also after a retransmission.
std::optional<Duration> rtt_sample(const Segment& seg, const AckContext& context, const Removed& removed) {
    if (removed.sample_sent_at && !removed.any_resent) return context.now - *removed.sample_sent_at;
    // RFC 7323 4.1: only an ACK that advances SND.UNA gives a sample; an echo of zero is no echo.
    if (!context.timestamps || !seg.timestamps || seg.timestamps->echo == 0) return std::nullopt;
    const auto ticks = static_cast<std::int32_t>(context.timestamp_now - seg.timestamps->echo);
    if (ticks < 0) return std::nullopt;
    return std::chrono::milliseconds(ticks);
}

}  // namespace

Acked digest_ack(const Segment& seg, const AckContext& context, Flight& flight) {
    Acked acked;
    acked.flight_before = flight.bytes();
    acked.una = seg.ack;
    if (seg.ack > context.una) {
        const Removed removed = flight.on_acknowledged(seg.ack);
        acked.is_new = true;
        acked.octets = seg.ack - context.una;
        acked.any_resent = removed.any_resent;
        acked.rtt = rtt_sample(seg, context, removed);
        return acked;
    }
    // RFC 5681 2: data outstanding, no payload, no SYN or FIN, the highest ACK seen, the window unchanged.
    acked.is_duplicate =
        acked.flight_before > 0 && seg.len() == 0 && seg.ack == context.una && !context.window_changed;
    return acked;
}

}  // namespace sluice::tcp
