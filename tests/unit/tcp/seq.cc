#include "tcp/seq.h"

#include <doctest/doctest.h>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

TEST_CASE("the initial number is position 0, the first octet position 1 [RFC 9293 3.4]") {
    const SeqSpace space({1000});
    CHECK(space.initial() == WireSeq{1000});
    CHECK(space.wrap(0) == WireSeq{1000});
    CHECK(space.wrap(1) == WireSeq{1001});
    CHECK(space.unwrap({1000}, 0) == 0);
    CHECK(space.unwrap({1001}, 0) == 1);
}

TEST_CASE("numbers wrap at 2^32, positions do not [U-2] [RFC 9293 3.4]") {
    const SeqSpace space({0xfffffff0U});
    CHECK(space.wrap(15) == WireSeq{0xffffffffU});
    CHECK(space.wrap(16) == WireSeq{0});
    CHECK(space.unwrap({0}, 10) == 16);
    CHECK(space.unwrap({0xfffffff5U}, 16) == 5);
    CHECK(space.wrap(Pos{1} << 32) == WireSeq{0xfffffff0U});
    CHECK(space.unwrap({0xfffffff0U}, Pos{1} << 32) == Pos{1} << 32);
    CHECK(space.unwrap({0}, (Pos{7} << 32) + 100) == (Pos{7} << 32) + 16);
}

TEST_CASE("a number below the initial one is a position below 0 [RFC 9293 3.4]") {
    const SeqSpace space({1000});
    CHECK(space.unwrap({999}, 0) == -1);
    CHECK(space.unwrap({1000U - 65535U}, 1) == -65535);
    const SeqSpace low({5});
    CHECK(low.unwrap({0xffffffffU}, 0) == -6);
    CHECK(low.wrap(-6) == WireSeq{0xffffffffU});
}

TEST_CASE("halfway round counts as before, one less as after [U-2] [RFC 9293 3.4]") {
    const SeqSpace space({0});
    CHECK(space.unwrap({0x7fffffffU}, 0) == 0x7fffffff);
    CHECK(space.unwrap({0x80000000U}, 0) == -Pos{0x80000000});
    CHECK(space.unwrap({0x80000001U}, 0) == -0x7fffffff);
}

TEST_CASE("a position within 2^31 of the one it is looked for near comes back, at any place [U-2]") {
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        const SeqSpace space({static_cast<std::uint32_t>(draw.next())});
        const Pos near = draw.between(0, Pos{1} << 40);
        const Pos at = near + draw.between(-(Pos{1} << 31), (Pos{1} << 31) - 1);
        CHECK(space.unwrap(space.wrap(at), near) == at);
        CHECK(space.wrap(space.unwrap({static_cast<std::uint32_t>(seed)}, near)).raw == seed);
    }
}

TEST_CASE("a range holds its begin and not its end") {
    CHECK(Range{3, 7}.size() == 4);
    CHECK_FALSE(Range{3, 7}.empty());
    CHECK(Range{3, 3}.empty());
    CHECK(Range{4, 3}.empty());
}

}  // namespace
}  // namespace sluice::tcp
