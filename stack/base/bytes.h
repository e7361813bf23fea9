// Views of octets, and a Reader and Writer in network byte order.
//
// A Reader never reads past its end: a short read returns zero and makes ok() false for good, so a parser
// may read a whole header and ask once. A Writer is for our own output and CHECKs its room.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/check.h"

namespace sluice {

using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;

namespace detail {

// A number between the order of this machine and network order; the same both ways.
template <std::unsigned_integral Number>
constexpr Number in_network_order(Number number) {
    if constexpr (sizeof(Number) > 1 && std::endian::native == std::endian::little)
        return std::byteswap(number);
    else
        return number;
}

}  // namespace detail

class Reader {
public:
    explicit Reader(ByteView bytes) : bytes_(bytes) {}

    bool ok() const { return ok_; }
    std::size_t remaining() const { return bytes_.size() - at_; }
    std::size_t position() const { return at_; }

    std::uint8_t u8() { return number<std::uint8_t>(); }
    std::uint16_t u16() { return number<std::uint16_t>(); }
    std::uint32_t u24() {
        const ByteView taken = take(3);
        if (taken.empty()) return 0;
        return std::uint32_t{taken[0]} << 16U | std::uint32_t{taken[1]} << 8U | taken[2];
    }
    std::uint32_t u32() { return number<std::uint32_t>(); }

    // The next n octets, or an empty view (and ok() false) if there are fewer.
    ByteView take(std::size_t n) {
        if (n > remaining()) {
            ok_ = false;
            return {};
        }
        const ByteView taken = bytes_.subspan(at_, n);
        at_ += n;
        return taken;
    }
    void skip(std::size_t n) { take(n); }
    ByteView rest() { return take(remaining()); }

private:
    template <typename Number>
    Number number() {
        Number value = 0;
        if (const ByteView taken = take(sizeof value); !taken.empty())
            std::memcpy(&value, taken.data(), sizeof value);
        return detail::in_network_order(value);
    }

    ByteView bytes_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

class Writer {
public:
    explicit Writer(ByteSpan room) : room_(room) {}

    std::size_t size() const { return at_; }

    void u8(std::uint8_t value) { number(value); }
    void u16(std::uint16_t value) { number(value); }
    void u24(std::uint32_t value) {
        u16(static_cast<std::uint16_t>(value >> 8U));
        u8(static_cast<std::uint8_t>(value));
    }
    void u32(std::uint32_t value) { number(value); }
    void bytes(ByteView value) {
        SLUICE_CHECK(value.size() <= room_.size() - at_);
        std::copy(value.begin(), value.end(), room_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ += value.size();
    }
    void zeros(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) u8(0);
    }

private:
    template <typename Number>
    void number(Number value) {
        SLUICE_CHECK(sizeof value <= room_.size() - at_);
        value = detail::in_network_order(value);
        std::memcpy(room_.data() + at_, &value, sizeof value);
        at_ += sizeof value;
    }

    ByteSpan room_;
    std::size_t at_ = 0;
};

// Writes a 16-bit number at a known place (a length or checksum filled in later).
inline void put_u16(ByteSpan at, std::size_t offset, std::uint16_t value) {
    SLUICE_CHECK(offset + 2 <= at.size());
    at[offset] = static_cast<std::uint8_t>(value >> 8U);
    at[offset + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace sluice
