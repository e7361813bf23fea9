#include "posix/option_values.h"

namespace sluice::posix {
namespace {

constexpr std::uint32_t buffer_most = 65535U << 14U;  // what the settings allow

}  // namespace

std::uint32_t buffer_of(int wanted, std::uint32_t least) {
    return std::clamp(static_cast<std::uint32_t>(std::max(wanted, 0)), least, buffer_most);
}

Answer<int> ip_number_from(const void* value, socklen_t length) {
    if (length == 0 || length >= sizeof(int)) return value_from<int>(value, length);
    const Answer<std::uint8_t> octet = value_from<std::uint8_t>(value, length);
    if (!octet) return fail(octet.error());
    return static_cast<int>(*octet);
}

Answer<void> ip_number_to(int number, void* value, socklen_t& length) {
    if (length > 0 && length < sizeof(int) && number >= 0 && number <= 255)
        return value_to(static_cast<std::uint8_t>(number), value, length);
    return value_to(number, value, length);
}

Answer<Duration> limit_from(const timeval& time) {
    if (time.tv_usec < 0 || time.tv_usec >= 1'000'000) return fail(EDOM);
    if (time.tv_sec < 0) return Duration::zero();  // Linux: does not wait at all
    if (time.tv_sec == 0 && time.tv_usec == 0) return Duration::max();
    if (time.tv_sec >= Duration::max() / 1s) return Duration::max();
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

timeval time_of(Duration limit) {
    if (limit == Duration::max()) return {};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
    return {seconds.count(), std::chrono::duration_cast<std::chrono::microseconds>(limit - seconds).count()};
}

}  // namespace sluice::posix
