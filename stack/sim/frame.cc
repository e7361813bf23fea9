#include "sim/frame.h"

#include <algorithm>

#include "base/checksum.h"

namespace sluice::sim {

std::uint32_t Frame::segments() const {
    constexpr std::uint32_t headers =
        66;  // Ethernet, IPv4, TCP with timestamps: near enough to count segments
    if (segment_bytes == 0 || bytes.size() <= headers) return 1;
    return std::max(1U, (bytes.size() - headers + segment_bytes - 1) / segment_bytes);
}

Frame gather(const FrameOut& out, ChunkPool& pool) {
    Chunk chunk = pool.take(out.size());
    auto at = std::ranges::copy(out.header(), chunk.writable().begin()).out;
    for (const Slice& slice : out.payload) at = std::ranges::copy(slice.view(), at).out;
    const bool is_super = out.segment_bytes != 0 && out.payload.bytes() > out.segment_bytes;
    Frame frame;
    frame.bytes = Slice(std::move(chunk), 0, out.size());
    frame.needs_checksum = out.needs_checksum;
    frame.checksum_start = out.checksum_start;
    frame.checksum_offset = out.checksum_offset;
    frame.segment_bytes = is_super ? out.segment_bytes : std::uint16_t{0};
    return frame;
}

Frame copy(const Frame& frame, ChunkPool& pool) {
    Frame made = frame;
    made.bytes = pool.copy(frame.bytes.view());
    return made;
}

namespace {

// The frame's octets, in memory that nobody else looks at.
ByteSpan own_octets(Frame& frame, ChunkPool& pool) {
    frame = copy(frame, pool);
    Chunk chunk = frame.bytes.chunk();
    return chunk.writable().subspan(frame.bytes.begin(), frame.bytes.size());
}

}  // namespace

void complete_checksum(Frame& frame, ChunkPool& pool) {
    if (!frame.needs_checksum) return;
    const ByteSpan octets = own_octets(frame, pool);
    Checksum sum;
    sum.add(octets.subspan(frame.checksum_start));
    put_u16(octets, std::size_t{frame.checksum_start} + frame.checksum_offset, sum.value());
    frame.needs_checksum = false;
}

void flip_bit(Frame& frame, std::uint64_t bit, ChunkPool& pool) {
    complete_checksum(frame, pool);
    const ByteSpan octets = own_octets(frame, pool);
    std::uint8_t& octet = octets[bit / 8 % octets.size()];
    octet = static_cast<std::uint8_t>(octet ^ 1U << bit % 8);
}

}  // namespace sluice::sim
