#include "base/checksum.h"

#include <algorithm>
#include <array>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sluice {
namespace {

std::uint16_t fold(std::uint64_t sum) {
    while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(sum);
}

// One's complement sums of native-order words; RFC 1071 2(B): byte order does not matter until the end.

std::uint64_t sum_words(const std::uint8_t* at, std::size_t left) {
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
    if (left == 1) sum += std::endian::native == std::endian::little ? *at : std::uint64_t{*at} << 8U;
    return sum;
}

#if defined(__x86_64__)

// Words as signed numbers, 2^15 less each, so that one instruction adds them in pairs; what was taken away comes back at
// the end. The lanes cannot overflow in a block.
constexpr std::size_t avx2_step = 64;
constexpr std::size_t avx2_block = 1U << 20U;

[[gnu::target("avx2")]] inline __m256i pairs_avx2(const std::uint8_t* at) {
    const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    return _mm256_madd_epi16(_mm256_xor_si256(words, _mm256_set1_epi16(-32768)), _mm256_set1_epi16(1));
}

[[gnu::target("avx2")]] std::uint64_t sum_block_avx2(const std::uint8_t* at, std::size_t octets) {
    __m256i first = _mm256_setzero_si256();
    __m256i second = first;
    for (const std::uint8_t* const end = at + octets; at != end; at += avx2_step) {
        first = _mm256_add_epi32(first, pairs_avx2(at));
        second = _mm256_add_epi32(second, pairs_avx2(at + 32));
    }
    std::array<std::int32_t, 16> lanes{};
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes.data()), first);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes.data() + 8), second);
    std::int64_t sum = static_cast<std::int64_t>(octets / 2) * 32768;
    for (const std::int32_t lane : lanes) sum += lane;
    return static_cast<std::uint64_t>(sum);
}

std::uint64_t sum_all(const std::uint8_t* at, std::size_t left) {
    std::uint64_t sum = 0;
    if (left >= 2 * avx2_step && __builtin_cpu_supports("avx2") != 0) {
        while (left >= avx2_step) {
            const std::size_t octets = std::min(left, avx2_block) / avx2_step * avx2_step;
            sum += sum_block_avx2(at, octets);
            at += octets;
            left -= octets;
        }
    }
    return sum + sum_words(at, left);
}

#else

std::uint64_t sum_all(const std::uint8_t* at, std::size_t left) { return sum_words(at, left); }

#endif

}  // namespace

void Checksum::add(ByteView piece) {
    if (piece.empty()) return;
    std::uint16_t sum = fold(sum_all(piece.data(), piece.size()));
    if constexpr (std::endian::native == std::endian::little)
        sum = static_cast<std::uint16_t>(sum << 8U | sum >> 8U);
    add_folded(sum);
    if (piece.size() % 2 == 1) odd_ = !odd_;
}

}  // namespace sluice
