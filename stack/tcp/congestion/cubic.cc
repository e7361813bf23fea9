#include "tcp/congestion/cubic.h"

#include <algorithm>

namespace sluice::tcp {
namespace {

constexpr std::int64_t farthest_ms = 200'000;  // of the curve from its inflection: 3.2 million segments
constexpr Pos window_most = Pos{1} << 31;

Pos times_beta(Pos octets) { return octets * 7 / 10; }  // beta = 0.7 (RFC 9438 4.6)

// The largest integer whose cube is not above `value`.
std::uint32_t cube_root(std::uint64_t value) {
    std::uint64_t root = 0;
    for (int bit = 20; bit >= 0; --bit) {
        const std::uint64_t tried = root | (std::uint64_t{1} << bit);
        if (tried * tried * tried <= value) root = tried;
    }
    return static_cast<std::uint32_t>(root);
}

}  // namespace

void Cubic::start(const Settings& settings, Pos window, Pos threshold) {
    *this = Cubic();
    window_ = window;
    threshold_ = threshold;
    slow_start_.start(settings);
    if (threshold != std::numeric_limits<Pos>::max()) slow_start_.on_congestion();
}

void Cubic::on_acked(const AckSample& sample) {
    // [R9438-4] [R9438-8] RFC 9438 4.2, 4.6, 5.8: without use of the window it does not grow, and its time stands still. The
    // same in slow start and in recovery; and no ACK that tells of congestion opens the window [R3168-7].
    const bool may_grow = sample.was_limited && !sample.is_recovering && !sample.has_ecn_echo;
    if (!may_grow || is_slow_start()) pause_until(sample.now);
    last_at_ = sample.now;
    if (is_slow_start()) {
        const Pos growth = slow_start_.on_acked(sample);
        if (may_grow) window_ += growth;
        if (slow_start_.is_done()) {  // RFC 9406 4.2 [R9406-6]; [R9438-14]: a flat epoch follows
            threshold_ = window_;
            slow_start_.on_congestion();
            epoch_ = Epoch();
            epoch_.window_before = window_;
        }
    } else if (may_grow) {
        grow(sample);
    }
    window_ = std::min(window_, window_most);
}

void Cubic::grow(const AckSample& sample) {
    if (epoch_.begin == never) begin_epoch(sample);
    const Duration t = sample.now - epoch_.begin;
    // RFC 9438 4.3 [R9438-5]: what Reno would have; alpha = 3 * (1 - beta) / (1 + beta) = 9 / 17, and 1 from cwnd_prior on.
    const bool has_caught_up = epoch_.w_est >= epoch_.window_before;
    est_rest_ += (has_caught_up ? 17 : 9) * Pos{sample.mss} * sample.octets;
    epoch_.w_est += est_rest_ / (17 * window_);
    est_rest_ %= 17 * window_;
    if (curve(t, sample.mss) < epoch_.w_est) {
        window_ = std::max(window_, epoch_.w_est);
        rest_ = 0;
        return;
    }
    // 4.4, 4.5 [R9438-6] and 4.2 [R9438-3]: a round trip ahead, between the window and one and a half of it.
    const Pos target = std::clamp(curve(t + sample.smoothed, sample.mss), window_, window_ + window_ / 2);
    rest_ += (target - window_) * sample.octets;
    const Pos growth = rest_ / window_;
    rest_ %= window_;
    window_ += growth;
}

void Cubic::begin_epoch(const AckSample& sample) {
    epoch_.begin = sample.now;
    epoch_.w_est = window_;
    rest_ = est_rest_ = 0;
    if (epoch_.is_flat || window_ >= epoch_.w_max) {  // 4.8, 4.10 [R9438-11] [R9438-14]
        epoch_.w_max = window_;
        epoch_.k_ms = 0;
        return;
    }
    // 4.2 [R9438-1]: K in seconds is cbrt(segments / 0.4), in milliseconds cbrt(segments * 2.5e9).
    const auto below = static_cast<std::uint64_t>(std::min(epoch_.w_max - window_, window_most));
    epoch_.k_ms = cube_root(below * 2'500'000'000U / sample.mss);
}

Pos Cubic::curve(Duration at, std::uint32_t mss) const {
    const std::int64_t d = std::clamp(in_ms(at) - std::int64_t{epoch_.k_ms}, -farthest_ms, farthest_ms);
    // 0.4 * (d / 1000)^3 segments, [R9438-2].
    return epoch_.w_max + d * d * d / 1000 * 4 * Pos{mss} / 10'000'000;
}

void Cubic::on_loss(const CongestionEvent& event) {
    lower(event);
    threshold_ = std::max(times_beta(event.flight_bytes), 2 * Pos{event.mss});  // 4.6 [R9438-7]
}

void Cubic::on_ecn(const CongestionEvent& event) {
    on_loss(event);
    saved_window_ = 0;  // congestion that was told is no false alarm
    // 4.6 [R9438-9]: down to one segment; below that the retransmission timer sets the pace.
    window_ = std::min(window_, std::max(times_beta(event.flight_bytes), Pos{event.mss}));
}

void Cubic::on_timeout(const CongestionEvent& event, bool is_first) {
    // RFC 5681 3.1 [R5681-11]: a further timeout of the same segment leaves ssthresh alone.
    if (is_first) on_loss(event);
    epoch_.is_flat = true;  // 4.8 [R9438-11]
    epoch_.begin = never;
    window_ = event.mss;
}

void Cubic::lower(const CongestionEvent& event) {
    saved_ = epoch_;
    saved_window_ = window_;
    saved_threshold_ = threshold_;
    slow_start_.on_congestion();
    // 4.7 [R9438-10]: fast convergence leaves room to newcomers; (1 + beta) / 2 = 0.85.
    const bool has_shrunk = !epoch_.is_flat && window_ < epoch_.w_max;
    epoch_.w_max = has_shrunk ? window_ * 17 / 20 : window_;
    epoch_.window_before = window_;
    epoch_.begin = never;
    epoch_.is_flat = false;
    last_at_ = event.now;
}

// 4.9 [R9438-12]: as it was, unless the window has grown beyond that since.
void Cubic::undo() {
    if (saved_window_ == 0) return;
    if (window_ < saved_window_) {
        window_ = saved_window_;
        epoch_ = saved_;
    }
    threshold_ = std::max(threshold_, saved_threshold_);
    saved_window_ = 0;
}

void Cubic::on_idle(Pos initial_window, Instant now) {
    pause_until(now);
    last_at_ = now;
    window_ = std::min(window_, initial_window);
}

// The time since the last ACK does not count.
void Cubic::pause_until(Instant now) {
    if (epoch_.begin != never && now > last_at_) epoch_.begin += now - last_at_;
}

}  // namespace sluice::tcp
