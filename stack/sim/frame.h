// A frame on its way through a World: octets in one chunk, and what a link of the sender vouched for.
#pragma once

#include <cstdint>

#include "base/chunk.h"
#include "base/link.h"

namespace sluice::sim {

struct Frame {
    Slice bytes;                        // an Ethernet frame without FCS
    bool needs_checksum = false;        // nobody has completed the transport checksum yet: see FrameOut
    std::uint16_t checksum_start = 0;   //
    std::uint16_t checksum_offset = 0;  //
    std::uint16_t segment_bytes = 0;  // a super-segment of TCP segments of this payload size; 0 = one segment

    // How many frames a plain link would carry instead.
    std::uint32_t segments() const;
};

Frame gather(const FrameOut& out, ChunkPool& pool);
Frame copy(const Frame& frame, ChunkPool& pool);
// Completes the transport checksum, in a frame of its own.
void complete_checksum(Frame& frame, ChunkPool& pool);
// Turns over one bit; nobody vouches for the frame any more.
void flip_bit(Frame& frame, std::uint64_t bit, ChunkPool& pool);

}  // namespace sluice::sim
