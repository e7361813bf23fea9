#include "tcp/opening/cookie.h"

#include <array>

namespace sluice::tcp {
namespace {

constexpr std::array<std::uint16_t, 8> mss_table{64, 536, 1024, 1220, 1360, 1440, 1460, 8960};

std::uint32_t period(Instant now) {
    return static_cast<std::uint32_t>(in_ms(now.time_since_epoch()) / 64000);
}

std::uint32_t bits_of(const CookieOptions& options) {
    return options.window_shift | (options.sack ? 16U : 0U);
}

// Over the whole period number, of which the cookie shows five bits: a cookie never comes true again when they repeat.
std::uint32_t hash(const IsnGenerator& keyed, const Tuple& tuple, std::uint32_t peer_initial,
                   std::uint32_t whole_period, std::uint32_t index, const CookieOptions& options) {
    const std::uint32_t inside = (whole_period << 3U | index) << 5U | bits_of(options);
    const std::uint64_t more = std::uint64_t{peer_initial} << 32U | inside | 0x80000000U;
    return static_cast<std::uint32_t>(keyed.keyed(tuple, more)) & 0xffffffU;
}

}  // namespace

std::uint32_t with_cookie_options(std::uint32_t timestamp, const CookieOptions& options) {
    const std::uint32_t marked = (timestamp & ~63U) | bits_of(options);
    return static_cast<std::int32_t>(marked - timestamp) > 0 ? marked - 64 : marked;
}

CookieOptions cookie_options_in(std::uint32_t echo) {
    return {static_cast<std::uint8_t>(echo & 15U), (echo & 16U) != 0};
}

std::uint32_t make_cookie(const IsnGenerator& keyed, const Tuple& tuple, std::uint32_t peer_initial,
                          std::uint16_t peer_mss, const CookieOptions& options, Instant now) {
    std::uint32_t index = 0;
    while (index + 1 < mss_table.size() && mss_table[index + 1] <= peer_mss) ++index;
    const std::uint32_t counter = period(now) & 0x1fU;
    return counter << 27U | index << 24U | hash(keyed, tuple, peer_initial, period(now), index, options);
}

std::optional<std::uint16_t> check_cookie(const IsnGenerator& keyed, const Tuple& tuple,
                                          std::uint32_t peer_initial, std::uint32_t cookie,
                                          const CookieOptions& options, Instant now) {
    const std::uint32_t counter = cookie >> 27U;
    const std::uint32_t index = cookie >> 24U & 7U;
    const std::uint32_t age = (period(now) - counter) & 0x1fU;
    if (age > 1) return std::nullopt;  // RFC 4987 A: only recent counters
    if ((cookie & 0xffffffU) != hash(keyed, tuple, peer_initial, period(now) - age, index, options))
        return std::nullopt;
    return mss_table[index];
}

}  // namespace sluice::tcp
