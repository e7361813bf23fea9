// Identification values for datagrams that may be fragmented (RFC 6864). Atomic ones need none.
//
// Flows (source, destination, protocol) are spread over slots by a keyed hash. A slot walks a keyed permutation of the
// 65536 values, so a value comes back only after all others, and a slot gives out at most 65536 in a datagram
// lifetime: no flow sees a value twice in that time (RFC 6864 4.3), and nobody sees a counter.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "wire/address.h"

namespace sluice::net {

class Identification {
public:
    Identification(Duration lifetime, Random random)
        : lifetime_(lifetime), random_(random), key_(random_.key()) {}

    // A value for a datagram sent now, or nothing: all of them may still be on their way.
    std::optional<std::uint16_t> next(const wire::Address& source, const wire::Address& destination,
                                      std::uint8_t protocol, Instant now);

private:
    static constexpr std::size_t slots = 512;
    static constexpr std::uint32_t values = 65536;
    // The lifetime is counted in parts; a part's values are free again when it is wholly older than the lifetime.
    static constexpr std::size_t parts = 8;

    struct Slot {
        SipKey key;
        std::uint32_t given = 0;   // altogether
        std::uint32_t recent = 0;  // in the parts
        std::int64_t part = 0;     // number of the newest part
        std::array<std::uint32_t, parts + 1> in_part{};
    };
    void forget_old(Slot& slot, Instant now);

    Duration lifetime_;
    Random random_;
    SipKey key_;
    std::vector<Slot> slots_;  // made when the first value is asked for
};

}  // namespace sluice::net
