#include "base/bytes.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace sluice {
namespace {

constexpr std::array<std::uint8_t, 8> octets{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0xfe, 0xff};

TEST_CASE("numbers are read in network byte order [RFC 791 appendix B]") {
    Reader in(octets);
    CHECK(in.u8() == 0x01);
    CHECK(in.u16() == 0x0203);
    CHECK(in.u32() == 0x040506fe);
    CHECK(in.position() == 7);
    CHECK(in.remaining() == 1);
    CHECK(in.u8() == 0xff);
    CHECK(in.ok());
}

TEST_CASE("a short read gives zero, takes nothing, and spoils the reader for good") {
    Reader in(ByteView(octets).first(3));
    CHECK(in.u16() == 0x0102);
    CHECK(in.u16() == 0);
    CHECK_FALSE(in.ok());
    CHECK(in.remaining() == 1);
    CHECK(in.u8() == 0x03);  // what is there can still be read
    CHECK_FALSE(in.ok());
}

TEST_CASE("take gives a view of the octets themselves, or nothing at all") {
    Reader in(octets);
    in.skip(2);
    const ByteView taken = in.take(3);
    CHECK(taken.data() == octets.data() + 2);
    CHECK(taken.size() == 3);
    CHECK(in.take(4).empty());
    CHECK_FALSE(in.ok());
    CHECK(in.rest().size() == 3);
    CHECK(in.rest().empty());
}

TEST_CASE("an empty reader is good until it is asked for something") {
    Reader in(ByteView{});
    CHECK(in.ok());
    CHECK(in.take(0).empty());
    CHECK(in.ok());
    CHECK(in.u32() == 0);
    CHECK_FALSE(in.ok());
}

TEST_CASE("numbers are written in network byte order") {
    std::array<std::uint8_t, 10> room;
    room.fill(0xaa);
    Writer out(room);
    out.u8(0x01);
    out.u16(0x0203);
    out.u32(0x04050607);
    out.zeros(2);
    CHECK(out.size() == 9);
    CHECK(room == std::array<std::uint8_t, 10>{1, 2, 3, 4, 5, 6, 7, 0, 0, 0xaa});
}

TEST_CASE("octets are written where the numbers before them end") {
    std::array<std::uint8_t, 5> room{};
    Writer out(room);
    out.u16(0xbeef);
    out.bytes(ByteView(octets).first(3));
    out.bytes({});
    CHECK(out.size() == 5);
    CHECK(room == std::array<std::uint8_t, 5>{0xbe, 0xef, 1, 2, 3});
}

TEST_CASE("a length filled in later replaces two octets and no others") {
    std::array<std::uint8_t, 4> room{1, 2, 3, 4};
    put_u16(room, 1, 0xabcd);
    CHECK(room == std::array<std::uint8_t, 4>{1, 0xab, 0xcd, 4});
    put_u16(room, 2, 0x1234);
    CHECK(room == std::array<std::uint8_t, 4>{1, 0xab, 0x12, 0x34});
}

TEST_CASE("what is written reads back the same") {
    std::vector<std::uint8_t> room(7);
    Writer out(room);
    out.u32(0xffffffffU);
    out.u16(0x8000);
    out.u8(0x80);
    Reader in(room);
    CHECK(in.u32() == 0xffffffffU);
    CHECK(in.u16() == 0x8000);
    CHECK(in.u8() == 0x80);
    CHECK(in.remaining() == 0);
}

}  // namespace
}  // namespace sluice
