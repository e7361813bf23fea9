#include "tcp/opening/isn.h"

namespace sluice::tcp {
namespace {

void put(Writer& out, const wire::Endpoint& endpoint, bool with_port) {
    out.bytes(endpoint.address.octets());
    if (with_port) out.u16(endpoint.port);
}

}  // namespace

std::uint64_t IsnGenerator::keyed(const Tuple& tuple, std::uint64_t more) const {
    std::array<std::uint8_t, 44> message;
    Writer out(message);
    put(out, tuple.local, true);
    put(out, tuple.remote, true);
    out.u32(static_cast<std::uint32_t>(more >> 32U));
    out.u32(static_cast<std::uint32_t>(more));
    return siphash(key_, message);
}

WireSeq IsnGenerator::initial(const Tuple& tuple, Instant now) const {
    if (fixed_) return {*fixed_};
    // RFC 9293 3.4.1 [MUST-8]: a clock that advances about every 4 microseconds; [SHLD-1]: plus F(tuple, key).
    const auto clock = static_cast<std::uint32_t>(in_us(now.time_since_epoch()) / 4);
    return {clock + static_cast<std::uint32_t>(keyed(tuple, 0))};
}

std::uint32_t IsnGenerator::timestamp_offset(const Tuple& tuple) const {
    std::array<std::uint8_t, 32> message;
    Writer out(message);
    put(out, tuple.local, false);
    put(out, tuple.remote, false);
    return static_cast<std::uint32_t>(siphash(key_, message) >> 32U);
}

}  // namespace sluice::tcp
