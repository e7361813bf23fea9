#include "base/checksum.h"

#include <bit>

namespace sluice {
namespace {

std::uint16_t fold(std::uint64_t sum) {
    while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(sum);
}

// One's complement sum of native-order words; RFC 1071 2(B): byte order does not matter until the end.
std::uint16_t native_sum(ByteView piece) {
    const std::uint8_t* at = piece.data();
    std::size_t left = piece.size();
    std::uint64_t even = 0;
    std::uint64_t odd = 0;
    for (; left >= 16; at += 16, left -= 16) {
        std::uint32_t words[4];
        std::memcpy(words, at, sizeof words);
        even += std::uint64_t{words[0]} + words[2];
        odd += std::uint64_t{words[1]} + words[3];
    }
    std::uint64_t sum = (even & 0xffffffffU) + (even >> 32U) + (odd & 0xffffffffU) + (odd >> 32U);
    for (; left >= 2; at += 2, left -= 2) {
        std::uint16_t word;
        std::memcpy(&word, at, sizeof word);
        sum += word;
    }
    if (left == 1) {
        std::uint16_t word = 0;
        std::memcpy(&word, at, 1);
        sum += word;
    }
    return fold(sum);
}

}  // namespace

void Checksum::add(ByteView piece) {
    if (piece.empty()) return;
    std::uint16_t sum = native_sum(piece);
    if constexpr (std::endian::native == std::endian::little)
        sum = static_cast<std::uint16_t>(sum << 8U | sum >> 8U);
    add_folded(sum);
    if (piece.size() % 2 == 1) odd_ = !odd_;
}

}  // namespace sluice
