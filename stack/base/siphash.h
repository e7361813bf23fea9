// SipHash-2-4 (Aumasson, Bernstein 2012): the keyed hash behind initial sequence numbers, ports, cookies,
// table lookup and the random generator. 128-bit key (RFC 6528 3).
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace sluice {

struct SipKey {
    std::uint64_t k0 = 0;
    std::uint64_t k1 = 0;
};

std::uint64_t siphash(const SipKey& key, ByteView message);

}  // namespace sluice
