// The wire in memory.
#include "sim/memory_link.h"

#include <doctest/doctest.h>

#include <numeric>

using namespace sluice;
using sim::MemoryLink;
using End = MemoryLink::End;

namespace {

FrameOut frame_of(ChunkPool& pool, std::uint32_t header, std::uint32_t payload) {
    FrameOut frame;
    frame.header_length = header;
    std::iota(frame.header_bytes.begin(), frame.header_bytes.begin() + header, std::uint8_t{0});
    if (payload > 0) {
        Chunk chunk = pool.take(payload);
        std::iota(chunk.writable().begin(), chunk.writable().end(), std::uint8_t{100});
        frame.payload.push_back(Slice(chunk, 0, payload / 2));
        frame.payload.push_back(Slice(chunk, payload / 2, payload - payload / 2));
    }
    return frame;
}

}  // namespace

TEST_CASE("a frame sent at one end arrives whole and in order at the other, not at its own") {
    ChunkPool pool;
    MemoryLink link;
    CHECK(link.send(End::a, frame_of(pool, 14, 0)));
    CHECK(link.send(End::a, frame_of(pool, 54, 11)));
    CHECK_FALSE(link.receive(End::a, pool));
    CHECK(link.receive(End::b, pool)->bytes.size() == 14);
    const auto second = link.receive(End::b, pool);
    REQUIRE(second->bytes.size() == 65);
    CHECK(second->bytes.view()[53] == 53);
    CHECK(second->bytes.view()[54] == 100);
    CHECK(second->bytes.view()[64] == 110);
    CHECK_FALSE(second->checksum_good);
    CHECK_FALSE(link.receive(End::b, pool));
}

TEST_CASE("a full queue loses the frame") {
    ChunkPool pool;
    MemoryLink link({}, 2);
    CHECK(link.send(End::b, frame_of(pool, 14, 0)));
    CHECK(link.send(End::b, frame_of(pool, 14, 0)));
    CHECK_FALSE(link.send(End::b, frame_of(pool, 14, 0)));
    CHECK(link.waiting(End::a) == 2);
}

TEST_CASE(
    "a link that can do everything carries super-segments whole and vouches for what it was to complete") {
    ChunkPool pool;
    MemoryLink link(MemoryLink::able_to_do_everything());
    FrameOut frame = frame_of(pool, 54, 40000);
    frame.segment_bytes = 1448;
    frame.needs_checksum = true;
    CHECK(link.send(End::a, frame));
    const auto arrived = link.receive(End::b, pool);
    CHECK(arrived->bytes.size() == 40054);
    CHECK(arrived->segment_bytes == 1448);
    CHECK(arrived->checksum_good);
}
