#include "base/random.h"

#include "base/check.h"

namespace sluice {
namespace {

std::uint64_t hash_number(const SipKey& key, std::uint64_t number) {
    std::array<std::uint8_t, 8> octets;
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(number >> (8 * i));
    return siphash(key, octets);
}

}  // namespace

std::uint64_t Random::next() { return hash_number(key_, counter_++); }

std::uint64_t Random::below(std::uint64_t bound) {
    SLUICE_CHECK(bound > 0);
    const std::uint64_t refuse_below = (0 - bound) % bound;  // 2^64 mod bound
    for (;;) {
        const std::uint64_t drawn = next();
        if (drawn >= refuse_below) return drawn % bound;
    }
}

bool Random::chance(double probability) {
    constexpr double unit = 1.0 / 9007199254740992.0;  // 2^-53
    return static_cast<double>(next() >> 11U) * unit < probability;
}

Random Random::fork(std::uint64_t name) {
    return Random(SipKey{hash_number(key_, ~name), hash_number({key_.k1, key_.k0}, name)});
}

}  // namespace sluice
