#include "apps/get/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice::get {

std::string size_text(double octets) {
    constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    while (octets >= 1024 && unit + 1 < units.size()) {
        octets /= 1024;
        ++unit;
    }
    return unit == 0 ? fmt::format("{:.0f} B", octets) : fmt::format("{:.1f} {}", octets, units[unit]);
}

double Progress::octets_per_second(Instant now) const {
    const double seconds = std::chrono::duration<double>(now - start_).count();
    return seconds > 0 ? static_cast<double>(octets_) / seconds : 0;
}

std::string Progress::last_line(Instant now) const {
    constexpr std::size_t width = 40;
    const std::string speed = size_text(octets_per_second(now)) + "/s";
    if (!expected_ || *expected_ == 0)
        return fmt::format("{:>10} {:>14}", size_text(static_cast<double>(octets_)), speed);
    const double share = std::min(1.0, static_cast<double>(octets_) / static_cast<double>(*expected_));
    const auto filled = static_cast<std::size_t>(share * width);
    return fmt::format("[{}{}] {:5.1f} % {:>10} {:>14}", std::string(filled, '#'),
                       std::string(width - filled, ' '), share * 100, size_text(static_cast<double>(octets_)),
                       speed);
}

std::optional<std::string> Progress::line(Instant now) {
    if (is_shown_ && now - shown_at_ < 100ms) return {};
    is_shown_ = true;
    shown_at_ = now;
    return last_line(now);
}

}  // namespace sluice::get
