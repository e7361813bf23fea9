#include "base/siphash.h"

#include <bit>

namespace sluice {
namespace {

struct State {
    std::uint64_t v0, v1, v2, v3;

    void round() {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }
    void absorb(std::uint64_t word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
};

std::uint64_t little_endian(ByteView octets) {
    std::uint64_t word = 0;
    if (std::endian::native == std::endian::little && octets.size() == sizeof word) {
        std::memcpy(&word, octets.data(), sizeof word);
        return word;
    }
    for (std::size_t i = 0; i < octets.size(); ++i) word |= std::uint64_t{octets[i]} << (8 * i);
    return word;
}

}  // namespace

std::uint64_t siphash(const SipKey& key, ByteView message) {
    State s{key.k0 ^ 0x736f6d6570736575U, key.k1 ^ 0x646f72616e646f6dU, key.k0 ^ 0x6c7967656e657261U,
            key.k1 ^ 0x7465646279746573U};
    const std::size_t whole = message.size() / 8 * 8;
    for (std::size_t at = 0; at < whole; at += 8) s.absorb(little_endian(message.subspan(at, 8)));
    s.absorb(little_endian(message.subspan(whole)) | std::uint64_t{message.size() & 0xffU} << 56U);
    s.v2 ^= 0xffU;
    for (int i = 0; i < 4; ++i) s.round();
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

}  // namespace sluice
