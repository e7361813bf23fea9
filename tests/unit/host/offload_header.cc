// The virtio header in front of a TAP's frames (virtio 1.2, 5.1.6).
#include "host/offload_header.h"

#include <doctest/doctest.h>

#include <cstring>

using namespace sluice;
using namespace sluice::host;

namespace {

FrameIn frame_of(ChunkPool& pool, std::uint32_t octets) {
    FrameIn frame;
    frame.bytes = Slice(pool.take(octets), 0, octets);
    return frame;
}

}  // namespace

TEST_CASE("the offload header has the layout of struct virtio_net_hdr_v1") {
    OffloadHeader header;
    header.flags = 1;
    header.segments_kind = 2;
    header.header_length = 0x0403;
    header.segment_bytes = 0x0605;
    header.checksum_start = 0x0807;
    header.checksum_offset = 0x0a09;
    header.buffers = 0x0c0b;
    std::uint8_t octets[sizeof header];
    std::memcpy(octets, &header, sizeof header);
    for (std::size_t i = 0; i < sizeof octets; ++i) CHECK(octets[i] == i + 1);
}

TEST_CASE("a received frame without marks is one segment nobody vouches for") {
    ChunkPool pool;
    FrameIn frame = frame_of(pool, 60);
    CHECK(read_offload_header({}, frame));
    CHECK_FALSE(frame.checksum_good);
    CHECK(frame.segment_bytes == 0);
}

TEST_CASE("a checksum left out or verified by the kernel is good") {
    ChunkPool pool;
    FrameIn frame = frame_of(pool, 60);
    OffloadHeader header;
    header.flags = OffloadHeader::needs_checksum;
    header.checksum_start = 34;
    header.checksum_offset = 16;
    CHECK(read_offload_header(header, frame));
    CHECK(frame.checksum_good);

    frame.checksum_good = false;
    header = {};
    header.flags = OffloadHeader::data_valid;
    CHECK(read_offload_header(header, frame));
    CHECK(frame.checksum_good);
}

TEST_CASE("a super-segment tells the size of its segments") {
    ChunkPool pool;
    FrameIn frame = frame_of(pool, 4000);
    OffloadHeader header;
    header.segments_kind = OffloadHeader::segments_tcp4 | OffloadHeader::segments_ecn;
    header.segment_bytes = 1448;
    CHECK(read_offload_header(header, frame));
    CHECK(frame.segment_bytes == 1448);
}

TEST_CASE("a header that makes no sense is refused") {
    ChunkPool pool;
    FrameIn frame = frame_of(pool, 60);
    OffloadHeader past_end;
    past_end.flags = OffloadHeader::needs_checksum;
    past_end.checksum_start = 34;
    past_end.checksum_offset = 25;  // 34 + 25 + 2 > 60
    CHECK_FALSE(read_offload_header(past_end, frame));
    OffloadHeader no_size;
    no_size.segments_kind = OffloadHeader::segments_tcp4;
    CHECK_FALSE(read_offload_header(no_size, frame));
    OffloadHeader udp;
    udp.segments_kind = 3;
    udp.segment_bytes = 100;
    CHECK_FALSE(read_offload_header(udp, frame));
}

TEST_CASE("what is asked of the device stands in the header of a sent frame") {
    ChunkPool pool;
    FrameOut frame;
    frame.header_length = 54;
    frame.payload.push_back(Slice(pool.take(4000), 0, 4000));
    CHECK(make_offload_header(frame).flags == 0);
    CHECK(make_offload_header(frame).segments_kind == OffloadHeader::segments_none);

    frame.needs_checksum = true;
    frame.checksum_start = 34;
    frame.checksum_offset = 16;
    frame.segment_bytes = 1448;
    const OffloadHeader header = make_offload_header(frame);
    CHECK(header.flags == OffloadHeader::needs_checksum);
    CHECK(header.checksum_start == 34);
    CHECK(header.checksum_offset == 16);
    CHECK(header.segments_kind == OffloadHeader::segments_tcp4);
    CHECK(header.segment_bytes == 1448);
    CHECK(header.header_length == 54);

    frame.segment_bytes = 4000;  // one segment is no super-segment
    CHECK(make_offload_header(frame).segments_kind == OffloadHeader::segments_none);
}
