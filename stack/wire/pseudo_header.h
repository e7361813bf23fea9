// The pseudo-header of transport checksums (RFC 9293 3.1, RFC 768): addresses, protocol and length, summed before
// the segment itself.
#pragma once

#include <cstdint>

#include "base/checksum.h"
#include "wire/address.h"

namespace sluice::wire {

// A sum that holds the pseudo-header of a segment of `length` octets; add the segment's pieces to it.
inline Checksum pseudo_header(const Address& source, const Address& destination, std::uint8_t protocol,
                              std::uint32_t length) {
    Checksum checksum;
    checksum.add_u32(source.to_v4());
    checksum.add_u32(destination.to_v4());
    checksum.add_u16(protocol);
    checksum.add_u32(length);
    return checksum;
}

// 0 for a received segment whose checksum is right; for one with a zero checksum field, what belongs there.
inline std::uint16_t transport_checksum(const Address& source, const Address& destination,
                                        std::uint8_t protocol, ByteView segment) {
    Checksum checksum =
        pseudo_header(source, destination, protocol, static_cast<std::uint32_t>(segment.size()));
    checksum.add(segment);
    return checksum.value();
}

}  // namespace sluice::wire
