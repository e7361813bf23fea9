#include "tcp/congestion/controller.h"

#include <algorithm>

namespace sluice::tcp {

Pos Controller::initial_window(const Settings& settings, std::uint32_t mss, std::uint32_t syns_resent) {
    if (syns_resent > 1) return mss;
    return std::min(Pos{settings.initial_window_segments} * mss,
                    std::max(2 * Pos{mss}, Pos{settings.initial_window_bytes}));
}

void Controller::start(const Settings& settings, std::uint32_t mss, std::uint32_t syns_resent) {
    if (settings.fixed_window_bytes > 0) {
        algorithm_.emplace<Fixed>(settings.fixed_window_bytes);
        return;
    }
    algorithm_.emplace<Reno>().start(initial_window(settings, mss, syns_resent));
}

Pos Controller::window() const {
    return std::visit([](const auto& algorithm) { return algorithm.window(); }, algorithm_);
}

Pos Controller::slow_start_threshold() const {
    return std::visit([](const auto& algorithm) { return algorithm.slow_start_threshold(); }, algorithm_);
}

bool Controller::is_slow_start() const {
    const Reno* reno = std::get_if<Reno>(&algorithm_);
    return reno && reno->is_slow_start();
}

void Controller::on_acked(Pos octets, std::uint32_t mss, bool was_limited) {
    if (auto* reno = std::get_if<Reno>(&algorithm_); reno && was_limited) reno->on_acked(octets, mss);
}

void Controller::on_loss(Pos flight_bytes, std::uint32_t mss) {
    if (auto* reno = std::get_if<Reno>(&algorithm_)) reno->on_loss(flight_bytes, mss);
}

void Controller::on_timeout(Pos flight_bytes, std::uint32_t mss, bool is_first) {
    auto* reno = std::get_if<Reno>(&algorithm_);
    if (!reno) return;
    // RFC 5681 3.1: a further timeout of the same segment leaves ssthresh alone.
    if (is_first) reno->on_loss(flight_bytes, mss);
    reno->on_timeout(mss);
}

void Controller::on_recovered(Pos window) {
    if (auto* reno = std::get_if<Reno>(&algorithm_)) reno->set_window(window);
}

void Controller::undo() {
    if (auto* reno = std::get_if<Reno>(&algorithm_)) reno->undo();
}

void Controller::on_idle(const Settings& settings, std::uint32_t mss) {
    if (auto* reno = std::get_if<Reno>(&algorithm_))
        reno->set_window(std::min(reno->window(), initial_window(settings, mss, 0)));
}

}  // namespace sluice::tcp
