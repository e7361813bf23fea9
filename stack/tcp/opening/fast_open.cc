#include "tcp/opening/fast_open.h"

namespace sluice::tcp {
namespace {

constexpr std::uint64_t purpose = 0x54464f00ULL << 32U;  // keeps this apart from what else the key is for

std::uint32_t period(Instant now, Duration lifetime) {
    return static_cast<std::uint32_t>(now.time_since_epoch() / lifetime);
}

wire::FastOpenCookie cookie_of(const IsnGenerator& keyed, const Tuple& tuple, std::uint32_t period) {
    const Tuple addresses{{tuple.local.address, 0}, {tuple.remote.address, 0}};
    const std::uint64_t hash = keyed.keyed(addresses, purpose | period);
    wire::FastOpenCookie cookie;
    cookie.size = sizeof hash;
    Writer out(cookie.octets);
    out.u32(static_cast<std::uint32_t>(hash >> 32U));
    out.u32(static_cast<std::uint32_t>(hash));
    return cookie;
}

}  // namespace

wire::FastOpenCookie make_fast_open_cookie(const IsnGenerator& keyed, const Tuple& tuple, Duration lifetime,
                                           Instant now) {
    return cookie_of(keyed, tuple, period(now, lifetime));
}

CookieAge check_fast_open_cookie(const IsnGenerator& keyed, const Tuple& tuple,
                                 const wire::FastOpenCookie& cookie, Duration lifetime, Instant now) {
    const std::uint32_t current = period(now, lifetime);
    if (cookie == cookie_of(keyed, tuple, current)) return CookieAge::current;
    return cookie == cookie_of(keyed, tuple, current - 1) ? CookieAge::last_period : CookieAge::refused;
}

}  // namespace sluice::tcp
