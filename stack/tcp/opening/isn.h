// Initial sequence numbers and timestamp offsets: a clock plus a keyed function of the connection (RFC 6528, RFC 7323
// 7.1). The key comes from the host's entropy and leaves in no frame and no log.
#pragma once

#include <cstdint>
#include <optional>

#include "base/siphash.h"
#include "base/time.h"
#include "tcp/segment.h"

namespace sluice::tcp {

class IsnGenerator {
public:
    // `fixed` is for tests only: every initial number is this one.
    IsnGenerator(SipKey key, std::optional<std::uint32_t> fixed) : key_(key), fixed_(fixed) {}

    WireSeq initial(const Tuple& tuple, Instant now) const;
    // Added to the millisecond clock; the same for all connections of an address pair, so that timestamps to one
    // peer never go back (RFC 6191 3).
    std::uint32_t timestamp_offset(const Tuple& tuple) const;
    std::uint64_t keyed(const Tuple& tuple, std::uint64_t more) const;

private:
    SipKey key_;
    std::optional<std::uint32_t> fixed_;
};

}  // namespace sluice::tcp
