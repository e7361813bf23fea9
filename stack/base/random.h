// Random numbers by seed: SipHash in counter mode. Unpredictable to outsiders when the seed is, and the
// same everywhere for the same seed. The core never makes its own seed; the host hands one in.
#pragma once

#include <array>
#include <cstdint>

#include "base/siphash.h"

namespace sluice {

class Random {
public:
    explicit Random(SipKey seed) : key_(seed) {}
    explicit Random(std::uint64_t seed) : key_{seed, ~seed} {}

    std::uint64_t next();
    std::uint32_t u32() { return static_cast<std::uint32_t>(next() >> 32U); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(next() >> 48U); }
    // Uniform in [0, bound), without modulo bias. bound > 0.
    std::uint64_t below(std::uint64_t bound);
    // True with the given probability (0 to 1).
    bool chance(double probability);
    SipKey key() { return {next(), next()}; }
    // An independent generator; `name` tells siblings apart.
    Random fork(std::uint64_t name);

private:
    SipKey key_;
    std::uint64_t counter_ = 0;
};

}  // namespace sluice
