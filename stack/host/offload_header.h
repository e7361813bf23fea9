// The virtio header in front of each frame of a TAP (IFF_VNET_HDR): offload facts <-> octets. Pure functions.
//
// Received: a frame whose sender left the checksum out, or whose checksum was verified, carries a good one; a TCP
// super-segment says how large its segments are. Sent: the device completes a checksum, cuts a super-segment.
#pragma once

#include <cstdint>

#include "base/link.h"

namespace sluice::host {

// struct virtio_net_hdr_v1 of linux/virtio_net.h (virtio 1.2, 5.1.6), which is not C++. Its first 10 octets are the
// older virtio_net_hdr. Numbers are in the order of this machine.
struct OffloadHeader {
    static constexpr std::uint8_t needs_checksum = 1;  // flags
    static constexpr std::uint8_t data_valid = 2;
    static constexpr std::uint8_t segments_none = 0;  // segments_kind
    static constexpr std::uint8_t segments_tcp4 = 1;
    static constexpr std::uint8_t segments_ecn = 0x80;
    static constexpr std::uint32_t octets = 12;
    static constexpr std::uint32_t octets_before_v1 = 10;

    std::uint8_t flags = 0;
    std::uint8_t segments_kind = segments_none;
    std::uint16_t header_length = 0;
    std::uint16_t segment_bytes = 0;
    std::uint16_t checksum_start = 0;
    std::uint16_t checksum_offset = 0;
    std::uint16_t buffers = 0;
};
static_assert(sizeof(OffloadHeader) == OffloadHeader::octets);

// Fills the facts of a received frame from its header; false if the header makes no sense for what we agreed to.
bool read_offload_header(const OffloadHeader& header, FrameIn& frame);
OffloadHeader make_offload_header(const FrameOut& frame);

}  // namespace sluice::host
