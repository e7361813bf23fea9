#include "tcp/recover/delivery_rate.h"

#include <algorithm>

namespace sluice::tcp {

SendState DeliveryRate::on_sent(Pos octets, Pos in_flight, Instant now) {
    if (in_flight == 0) first_sent_at_ = delivered_at_ = now;
    SendState state;
    state.delivered = delivered_;
    state.delivered_at = delivered_at_;
    state.first_sent_at = first_sent_at_;
    state.in_flight = static_cast<std::uint32_t>(std::min(in_flight + octets, Pos{UINT32_MAX}));
    state.lost = lost_;
    state.is_application_limited = is_application_limited();
    return state;
}

RateSample DeliveryRate::on_delivered(Pos octets, const Overtaking& newest, const SendState& state,
                                      Duration least_rtt, Instant now) {
    delivered_ += octets;
    if (octets > 0) delivered_at_ = now;
    if (delivered_ > limited_until_) limited_until_ = 0;  // the gap is acknowledged and gone
    RateSample sample;
    sample.total = delivered_;
    if (newest.end < 0) return sample;
    first_sent_at_ = std::max(first_sent_at_, newest.sent_at);
    sample.prior_delivered = state.delivered;
    sample.delivered = delivered_ - state.delivered;
    sample.lost = lost_ - state.lost;
    sample.in_flight = state.in_flight;
    sample.is_application_limited = state.is_application_limited;
    sample.interval = std::max(newest.sent_at - state.first_sent_at, now - state.delivered_at);
    // An interval below the least round trip comes of a retransmission taken for the original, or the reverse.
    if (sample.interval < least_rtt) sample.interval = {};
    if (sample.rate() > 0) latest_ = sample.rate();
    return sample;
}

LostSample DeliveryRate::on_lost(Pos octets, const SendState& first, Instant now) {
    lost_ += static_cast<std::uint32_t>(octets);
    LostSample sample;
    sample.now = now;
    sample.octets = octets;
    sample.lost = lost_ - first.lost;
    sample.in_flight = first.in_flight;
    sample.total = delivered_;
    sample.is_application_limited = first.is_application_limited;
    return sample;
}

void DeliveryRate::on_application_limited(Pos in_flight) {
    limited_until_ = std::max(delivered_ + in_flight, Pos{1});
}

}  // namespace sluice::tcp
