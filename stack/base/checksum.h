// The Internet checksum (RFC 1071): a one's complement sum of 16-bit words, built up over pieces.
//
// Pieces may have odd lengths; add() keeps track of the byte position. value() is what goes into a header
// (the complement); a received packet is good when value() over everything, checksum included, is 0.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace sluice {

class Checksum {
public:
    void add(ByteView piece);
    void add_u16(std::uint16_t word) { add_folded(word); }
    void add_u32(std::uint32_t word) {
        add_u16(static_cast<std::uint16_t>(word >> 16U));
        add_u16(static_cast<std::uint16_t>(word));
    }

    // The folded sum, not complemented: what a device with checksum offload expects in the field.
    std::uint16_t sum() const {
        std::uint64_t folded = sum_;
        while (folded >> 16U) folded = (folded & 0xffffU) + (folded >> 16U);
        return static_cast<std::uint16_t>(folded);
    }
    std::uint16_t value() const { return static_cast<std::uint16_t>(~sum()); }

private:
    void add_folded(std::uint16_t word) {
        sum_ += odd_ ? static_cast<std::uint16_t>(word << 8U | word >> 8U) : word;
    }

    std::uint64_t sum_ = 0;
    bool odd_ = false;
};

}  // namespace sluice
