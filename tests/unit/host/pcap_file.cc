// The capture: blocks as draft-ietf-opsawg-pcapng lays them out, and the checksums the device would have completed.
#include "host/pcap_file.h"

#include <doctest/doctest.h>
#include <tins/tins.h>

#include <cstring>

#include "base/checksum.h"
#include "support/temporary_file.h"

using namespace sluice;
using namespace sluice::host;

namespace {

struct Block {
    std::uint32_t type = 0;
    std::vector<std::uint8_t> body;
    std::uint32_t u32(std::size_t at) const {
        std::uint32_t value = 0;
        std::memcpy(&value, body.data() + at, sizeof value);
        return value;
    }
};

std::vector<Block> blocks_of(const std::vector<std::uint8_t>& file) {
    std::vector<Block> blocks;
    for (std::size_t at = 0; at < file.size();) {
        std::uint32_t head[2];
        std::memcpy(head, file.data() + at, sizeof head);
        REQUIRE(head[1] % 4 == 0);
        REQUIRE(at + head[1] <= file.size());
        std::uint32_t again = 0;
        std::memcpy(&again, file.data() + at + head[1] - 4, sizeof again);
        CHECK(again == head[1]);
        const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at);
        blocks.push_back({head[0], {begin + 8, begin + head[1] - 4}});
        at += head[1];
    }
    return blocks;
}

// A TCP segment with its checksum computed by another library.
std::vector<std::uint8_t> tcp_frame(const std::string& data) {
    Tins::EthernetII frame = Tins::EthernetII("02:00:c0:00:02:01", "02:00:c0:00:02:02") /
                             Tins::IP("192.0.2.1", "192.0.2.2") / Tins::TCP(80, 1234) / Tins::RawPDU(data);
    return frame.serialize();
}

constexpr std::size_t tcp_checksum_at = 14 + 20 + 16;

FrameIn received(ChunkPool& pool, const std::vector<std::uint8_t>& octets) {
    FrameIn frame;
    frame.bytes = pool.copy(octets);
    return frame;
}

}  // namespace

TEST_CASE("a capture begins with a section and one Ethernet interface in nanoseconds") {
    const test::TemporaryFile file;
    { auto made = PcapFile::open(file.path(), "sluice0", 0).value(); }
    const auto blocks = blocks_of(file.octets());
    REQUIRE(blocks.size() == 2);
    CHECK(blocks[0].type == 0x0a0d0d0a);
    CHECK(blocks[0].u32(0) == 0x1a2b3c4d);
    CHECK(blocks[0].u32(4) == 1);  // version 1.0
    CHECK(blocks[1].type == 1);
    CHECK(blocks[1].u32(0) == 1);  // linktype Ethernet
    const std::string options(blocks[1].body.begin() + 8, blocks[1].body.end());
    CHECK(options.find("sluice0") != std::string::npos);
    CHECK(options.find(std::string("\x09\x00\x01\x00\x09", 5)) != std::string::npos);  // if_tsresol 9
}

TEST_CASE("each frame is a packet block with its time and direction, in the order of the frames") {
    const test::TemporaryFile file;
    ChunkPool pool;
    const std::vector<std::uint8_t> octets = tcp_frame("hello");
    {
        auto made = PcapFile::open(file.path(), "sluice0", 1'700'000'000'000'000'000).value();
        made->on_frame_in(0, received(pool, octets), Instant(5ns));
        FrameOut out;
        std::copy_n(octets.begin(), 54, out.header_bytes.begin());
        out.header_length = 54;
        out.payload.push_back(pool.copy(ByteView(octets).subspan(54, 2)));
        out.payload.push_back(pool.copy(ByteView(octets).subspan(56)));
        made->on_frame_out(out, Instant(7ns));
    }
    const auto blocks = blocks_of(file.octets());
    REQUIRE(blocks.size() == 4);
    for (const std::size_t i : {2U, 3U}) {
        const Block& block = blocks[i];
        CHECK(block.type == 6);
        const std::uint64_t at = std::uint64_t{block.u32(4)} << 32U | block.u32(8);
        CHECK(at == 1'700'000'000'000'000'000U + (i == 2 ? 5 : 7));
        CHECK(block.u32(12) == octets.size());
        CHECK(block.u32(16) == octets.size());
        CHECK(std::equal(octets.begin(), octets.end(), block.body.begin() + 20));
        const std::size_t options = 20 + (octets.size() + 3) / 4 * 4;
        CHECK(block.u32(options) == (4U << 16U | 2U));  // epb_flags, 4 octets
        CHECK(block.u32(options + 4) == (i == 2 ? 1U : 2U));
    }
}

TEST_CASE("a checksum left to the device is completed in the captured copy") {
    std::vector<std::uint8_t> octets = tcp_frame("an odd number of octets!!");
    const std::vector<std::uint8_t> right = octets;
    Checksum pseudo;  // what the stack leaves in the field: the pseudo-header's sum
    pseudo.add(ByteView(octets).subspan(26, 8));
    pseudo.add_u16(6);
    pseudo.add_u16(static_cast<std::uint16_t>(octets.size() - 34));
    put_u16(octets, tcp_checksum_at, pseudo.sum());
    FrameOut frame;
    frame.needs_checksum = true;
    frame.checksum_start = 34;
    frame.checksum_offset = 16;
    SUBCASE("one segment") {}
    SUBCASE("a super-segment, as the one long segment the capture shows") { frame.segment_bytes = 5; }
    complete_captured_checksum(octets, frame);
    CHECK(octets == right);
}

TEST_CASE("a received frame whose checksum the kernel left out shows the right one, padding not counted") {
    std::vector<std::uint8_t> octets = tcp_frame("x");
    const std::vector<std::uint8_t> right = octets;
    REQUIRE(octets.size() == 60);  // padded by the library
    FrameIn frame;
    octets[tcp_checksum_at] ^= 0x55U;
    complete_captured_checksum(octets, frame);
    CHECK(octets != right);  // nobody vouched: a wrong checksum is shown as it came
    frame.checksum_good = true;
    complete_captured_checksum(octets, frame);
    CHECK(octets == right);
}

TEST_CASE("frames of every length get through the checksum's repair") {
    const std::vector<std::uint8_t> whole = tcp_frame("hello");
    FrameIn frame;
    frame.checksum_good = true;
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        std::vector<std::uint8_t> octets(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        complete_captured_checksum(octets, frame);
        CHECK(octets.size() == length);
    }
}

TEST_CASE("a capture that cannot be written says so") {
    const auto made = PcapFile::open("/nowhere/at/all", "x", 0);
    REQUIRE_FALSE(made);
    CHECK(made.error() == "cannot write /nowhere/at/all: No such file or directory");
}

namespace {

std::string options_of(const Block& packet) {
    const std::size_t length = packet.u32(12);
    return {packet.body.begin() + static_cast<std::ptrdiff_t>(20 + (length + 3) / 4 * 4), packet.body.end()};
}

TraceRecord about(Kind kind, std::uint32_t frame) {
    TraceRecord record;
    record.kind = kind;
    record.connection = 4;
    record.frame = frame;
    record.time_ns = 2'000'000;
    return record;
}

}  // namespace

TEST_CASE("each frame gets its records as comments; what is no frame is a journal row in its place") {
    const test::TemporaryFile file;
    ChunkPool pool;
    {
        auto made = PcapFile::open(file.path(), "sluice0", 0).value();
        made->expect_records();
        TraceRecord call = about(Kind::call, 0);
        call.detail = static_cast<std::uint16_t>(Call::connect);
        made->on_frame_in(0, received(pool, tcp_frame("one")), Instant(1ms));
        made->on_frame_in(0, received(pool, tcp_frame("two")), Instant(2ms));
        made->take(about(Kind::segment_in, 1), nullptr);
        made->take(about(Kind::state, 1), nullptr);
        made->take(call, nullptr);
        made->take(about(Kind::rtt, 2), nullptr);  // neither comment nor row
        made->take(about(Kind::segment_in, 2), nullptr);
        made->on_drained();
        made->finish();
    }
    const auto blocks = blocks_of(file.octets());
    REQUIRE(blocks.size() == 7);
    CHECK(blocks[2].type == 6);
    CHECK(options_of(blocks[2]).find("#4 received | CLOSED") != std::string::npos);
    const std::string row(blocks[3].body.begin(), blocks[3].body.end());
    CHECK(blocks[3].type == 9);
    CHECK(row.starts_with("__REALTIME_TIMESTAMP=2000\nMESSAGE=#4 STATE CLOSED -> CLOSED"));
    CHECK(row.find("\nPRIORITY=6\nSYSLOG_IDENTIFIER=tcp\n") != std::string::npos);
    CHECK(blocks[4].type == 9);
    CHECK(blocks[5].type == 6);
    CHECK(options_of(blocks[5]).find("#4 received") != std::string::npos);
    CHECK(blocks[6].type == 5);  // statistics: two frames came in
    CHECK(std::string(blocks[6].body.begin(), blocks[6].body.end())
              .find(std::string("\x04\x00\x08\x00\x02", 5)) != std::string::npos);
}

TEST_CASE("frames wait for their records, and no longer") {
    const test::TemporaryFile file;
    ChunkPool pool;
    auto made = PcapFile::open(file.path(), "sluice0", 0).value();
    made->expect_records();
    made->on_frame_in(0, received(pool, tcp_frame("one")), Instant(1ms));
    made->flush();
    CHECK(blocks_of(file.octets()).size() == 2);
    made->on_drained();
    made->flush();
    CHECK(blocks_of(file.octets()).size() == 3);
}
