#include "tcp/congestion/controller.h"

#include <algorithm>
#include <limits>

namespace sluice::tcp {
namespace {

template <typename Algorithm>
Algorithm& held(Algorithm& algorithm) {
    return algorithm;
}
Bbr& held(std::unique_ptr<Bbr>& bbr) { return *bbr; }
const Bbr& held(const std::unique_ptr<Bbr>& bbr) { return *bbr; }

}  // namespace

Pos Controller::initial_window(const Settings& settings, std::uint32_t mss, std::uint32_t syns_resent) {
    if (syns_resent > 1) return mss;
    return std::min(Pos{settings.initial_window_segments} * mss,
                    std::max(2 * Pos{mss}, Pos{settings.initial_window_bytes}));
}

Pos Controller::restart_window(const Settings& settings, std::uint32_t mss) const {
    const Pos large = initial_window(settings, mss, 0);
    return first_window_was_lost_ ? std::min(large, std::min(4 * Pos{mss}, std::max(2 * Pos{mss}, Pos{4380})))
                                  : large;
}

void Controller::start(Congestion congestion, const Settings& settings, std::uint32_t mss,
                       std::uint32_t syns_resent, std::uint32_t seed) {
    if (settings.fixed_window_bytes > 0) {
        algorithm_.emplace<Fixed>(settings.fixed_window_bytes);
        return;
    }
    first_window_left_ = initial_window(settings, mss, syns_resent);
    become(congestion, settings, {first_window_left_, std::numeric_limits<Pos>::max(), seed});
}

void Controller::change(Congestion congestion, const Settings& settings, std::uint32_t seed) {
    if (congestion == this->congestion() || settings.fixed_window_bytes > 0) return;
    become(congestion, settings, {window(), slow_start_threshold(), seed});
}

void Controller::become(Congestion congestion, const Settings& settings, const Start& start) {
    switch (congestion) {
        case Congestion::reno:
            algorithm_.emplace<Reno>().start(settings, start.window, start.threshold);
            break;
        case Congestion::cubic:
            algorithm_.emplace<Cubic>().start(settings, start.window, start.threshold);
            break;
        case Congestion::bbr:
            algorithm_.emplace<std::unique_ptr<Bbr>>(std::make_unique<Bbr>())
                ->start(start.window, start.seed, settings.bbr_loss_percent);
            break;
        case Congestion::fixed: algorithm_.emplace<Fixed>(start.window); break;
    }
}

Congestion Controller::congestion() const {
    if (std::holds_alternative<Reno>(algorithm_)) return Congestion::reno;
    if (std::holds_alternative<Cubic>(algorithm_)) return Congestion::cubic;
    return bbr() ? Congestion::bbr : Congestion::fixed;
}

// Linux: twice the window in slow start while it doubles, else 1.2 times.
std::uint64_t Controller::pacing_rate(const Settings& settings, Duration smoothed) const {
    if (bbr()) return bbr()->pacing_rate();
    if (!settings.pacing || smoothed <= Duration(0)) return 0;
    const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(in_us(smoothed), 1));
    const std::uint64_t percent =
        window() < slow_start_threshold() / 2 ? settings.pacing_slow_start_percent : settings.pacing_percent;
    return static_cast<std::uint64_t>(window()) * 10'000 * percent / us;
}

Pos Controller::window() const {
    return std::visit([](const auto& algorithm) { return held(algorithm).window(); }, algorithm_);
}

Pos Controller::slow_start_threshold() const {
    return std::visit([](const auto& algorithm) { return held(algorithm).slow_start_threshold(); },
                      algorithm_);
}

bool Controller::is_slow_start() const {
    return std::visit([](const auto& algorithm) { return held(algorithm).is_slow_start(); }, algorithm_);
}

void Controller::on_acked(const AckSample& sample) {
    first_window_left_ = std::max(first_window_left_ - sample.octets, Pos{0});
    std::visit([&](auto& algorithm) { held(algorithm).on_acked(sample); }, algorithm_);
}

void Controller::on_lost(const LostSample& lost) {
    if (auto* held = std::get_if<std::unique_ptr<Bbr>>(&algorithm_)) (*held)->on_lost(lost);
}

void Controller::on_loss(const CongestionEvent& event) {
    blame_first_window();
    std::visit([&](auto& algorithm) { held(algorithm).on_loss(event); }, algorithm_);
}

void Controller::on_ecn(const CongestionEvent& event) {
    std::visit([&](auto& algorithm) { held(algorithm).on_ecn(event); }, algorithm_);
}

void Controller::on_timeout(const CongestionEvent& event, bool is_first) {
    blame_first_window();
    std::visit([&](auto& algorithm) { held(algorithm).on_timeout(event, is_first); }, algorithm_);
}

void Controller::on_recovered(Pos window) {
    std::visit([&](auto& algorithm) { held(algorithm).set_window(window); }, algorithm_);
}

void Controller::undo() {
    std::visit([](auto& algorithm) { held(algorithm).undo(); }, algorithm_);
}

void Controller::on_idle(const Settings& settings, std::uint32_t mss, Instant now) {
    const Pos window = restart_window(settings, mss);
    first_window_left_ = window;
    std::visit([&](auto& algorithm) { held(algorithm).on_idle(window, now); }, algorithm_);
}

void Controller::on_restart(Instant now) {
    if (auto* held = std::get_if<std::unique_ptr<Bbr>>(&algorithm_)) (*held)->on_restart(now);
}

}  // namespace sluice::tcp
