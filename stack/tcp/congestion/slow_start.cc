#include "tcp/congestion/slow_start.h"

#include <algorithm>

namespace sluice::tcp {
namespace {

// RFC 9406 4.3.
constexpr std::uint32_t least_threshold_us = 4000;
constexpr std::uint32_t most_threshold_us = 16000;
constexpr std::uint32_t threshold_divisor = 8;
constexpr std::uint8_t samples_needed = 8;
constexpr std::uint8_t conservative_rounds_most = 5;

}  // namespace

void SlowStart::start(const Settings& settings) {
    *this = SlowStart();
    segments_per_ack_ = static_cast<std::uint16_t>(settings.slow_start_segments);
    divisor_ = static_cast<std::uint8_t>(settings.hystart_divisor);
    if (settings.hystart) phase_ = Phase::standard;
}

Pos SlowStart::on_acked(const AckSample& sample) {
    if (phase_ == Phase::standard || phase_ == Phase::conservative) {
        if (round_end_ < 0) round_end_ = sample.nxt;
        if (sample.rtt) {
            const auto us = std::clamp<std::int64_t>(in_us(*sample.rtt), 0, unknown - 1);
            least_us_ = std::min(least_us_, static_cast<std::uint32_t>(us));
            if (samples_ < samples_needed) ++samples_;
            judge();
        }
        if (sample.una >= round_end_) end_round(sample.nxt);  // [R9406-1]
    }
    // RFC 5681 3.1 (2): min(N, SMSS); RFC 9406 4.2 [R9406-2]: min(N, L * SMSS), without bound when paced.
    Pos growth = sample.octets;
    if (!sample.is_paced) growth = std::min(growth, Pos{segments_per_ack_} * sample.mss);
    return is_conservative() ? growth / divisor_ : growth;  // [R9406-4]
}

void SlowStart::judge() {
    if (samples_ < samples_needed) return;
    if (phase_ == Phase::conservative) {  // [R9406-5]: it was no queue
        if (least_us_ < baseline_us_) phase_ = Phase::standard;
        return;
    }
    if (last_us_ == unknown) return;
    const std::uint32_t threshold =
        std::clamp(last_us_ / threshold_divisor, least_threshold_us, most_threshold_us);
    if (least_us_ < last_us_ + threshold) return;
    phase_ = Phase::conservative;  // [R9406-3]
    baseline_us_ = least_us_;
    conservative_rounds_ = 0;
}

void SlowStart::end_round(Pos nxt) {
    round_end_ = nxt;
    last_us_ = least_us_;
    least_us_ = unknown;
    samples_ = 0;
    // [R9406-6]: a round that became conservative half way counts.
    if (phase_ == Phase::conservative && ++conservative_rounds_ >= conservative_rounds_most)
        phase_ = Phase::done;
}

}  // namespace sluice::tcp
