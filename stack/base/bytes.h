// Views of octets, and a Reader and Writer in network byte order.
//
// A Reader never reads past its end: a short read returns zero and makes ok() false for good, so a parser
// may read a whole header and ask once. A Writer is for our own output and CHECKs its room.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/check.h"

namespace sluice {

using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;

class Reader {
public:
    explicit Reader(ByteView bytes) : bytes_(bytes) {}

    bool ok() const { return ok_; }
    std::size_t remaining() const { return bytes_.size() - at_; }
    std::size_t position() const { return at_; }

    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u24() { return static_cast<std::uint32_t>(number(3)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }

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
    std::uint64_t number(std::size_t n) {
        const ByteView taken = take(n);
        std::uint64_t value = 0;
        for (const std::uint8_t octet : taken) value = value << 8U | octet;
        return value;
    }

    ByteView bytes_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

class Writer {
public:
    explicit Writer(ByteSpan room) : room_(room) {}

    std::size_t size() const { return at_; }

    void u8(std::uint8_t value) { number(value, 1); }
    void u16(std::uint16_t value) { number(value, 2); }
    void u24(std::uint32_t value) { number(value, 3); }
    void u32(std::uint32_t value) { number(value, 4); }
    void bytes(ByteView value) {
        SLUICE_CHECK(value.size() <= room_.size() - at_);
        std::copy(value.begin(), value.end(), room_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ += value.size();
    }
    void zeros(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) u8(0);
    }

private:
    void number(std::uint64_t value, std::size_t n) {
        SLUICE_CHECK(n <= room_.size() - at_);
        for (std::size_t i = n; i-- > 0; value >>= 8U) room_[at_ + i] = static_cast<std::uint8_t>(value);
        at_ += n;
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
