// What transports learned of the largest packet on the way to a remote address (RFC 1191 6.2 and 6.3): kept for new
// connections, forgotten after a while, bounded. Told and asked by value.
#pragma once

#include <cstdint>

#include "base/bounded_map.h"
#include "base/time.h"
#include "wire/address.h"

namespace sluice::net {

class PathMtus {
public:
    explicit PathMtus(std::uint32_t entries_most) : entries_(entries_most) {}

    void note(const wire::Address& remote, std::uint32_t mtu, Instant until);
    // 0: nothing is known, or it is too old [R1191-7].
    std::uint32_t known(const wire::Address& remote, Instant now) const;
    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        std::uint32_t mtu = 0;
        Instant until{};
    };
    BoundedMap<wire::Address, Entry> entries_;
};

}  // namespace sluice::net
