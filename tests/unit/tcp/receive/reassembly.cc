#include "tcp/receive/reassembly.h"

#include <doctest/doctest.h>

#include <map>
#include <vector>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

using Octets = std::vector<std::uint8_t>;

struct World {
    ChunkPool pool;
    Reassembly above;

    Reassembly::Result hold(Pos begin, const Octets& octets, std::uint32_t pieces_max = 100) {
        return above.hold(begin, pool.copy(octets), pieces_max, pool);
    }
    std::optional<Octets> take(Pos nxt) {
        const auto slice = above.take(nxt);
        if (!slice) return std::nullopt;
        return Octets(slice->view().begin(), slice->view().end());
    }
};

TEST_CASE("octets above a hole are kept until the hole is filled [SHLD-31] [RFC 9293 3.10.7.4]") {
    World w;
    CHECK(w.hold(11, {1, 2, 3}).kept == 3);
    CHECK(w.above.octets() == 3);
    CHECK(w.above.end() == 14);
    CHECK_FALSE(w.take(10));
    CHECK(w.take(11) == Octets{1, 2, 3});
    CHECK(w.above.empty());
    CHECK(w.above.octets() == 0);
    CHECK(w.above.end() == 0);
}

TEST_CASE("pieces come out one after the other as the holes between them fill") {
    World w;
    w.hold(20, {20, 21});
    w.hold(10, {10, 11});
    w.hold(12, {12});
    CHECK(w.take(10) == Octets{10, 11});
    CHECK(w.take(12) == Octets{12});
    CHECK_FALSE(w.take(13));
    CHECK(w.take(20) == Octets{20, 21});
}

TEST_CASE("of octets that arrive twice the first copy stays [RFC 9293 3.10.7.4]") {
    World w;
    w.hold(10, {1, 1, 1});
    CHECK(w.hold(10, {2, 2, 2}).kept == 0);
    CHECK(w.hold(11, {3}).kept == 0);
    CHECK(w.hold(8, {4, 4, 4, 4}).kept == 2);
    CHECK(w.hold(12, {5, 5, 5}).kept == 2);
    CHECK(w.take(8) == Octets{4, 4});
    CHECK(w.take(10) == Octets{1, 1, 1});
    CHECK(w.take(13) == Octets{5, 5});
}

TEST_CASE("one segment over several pieces fills the gaps between them") {
    World w;
    w.hold(10, {1});
    w.hold(12, {1});
    w.hold(14, {1});
    CHECK(w.hold(9, {2, 2, 2, 2, 2, 2, 2}).kept == 4);
    CHECK(w.above.pieces() == 7);
    Octets all;
    while (const auto piece = w.take(9 + static_cast<Pos>(all.size())))
        all.insert(all.end(), piece->begin(), piece->end());
    CHECK(all == Octets{2, 1, 2, 1, 2, 1, 2});
}

TEST_CASE("octets that were delivered meanwhile are dropped when a piece is taken") {
    World w;
    w.hold(10, {1, 2, 3, 4});
    w.hold(20, {5});
    CHECK(w.take(12) == Octets{3, 4});
    CHECK_FALSE(w.take(25));
    CHECK(w.above.empty());
}

TEST_CASE("more pieces than the limit are refused, and said to be; what is known goes on [SHLD-31]") {
    World w;
    for (Pos at = 0; at < 5; ++at) CHECK_FALSE(w.hold(10 * at + 10, {1}, 5).is_full);
    const auto refused = w.hold(100, {1}, 5);
    CHECK(refused.is_full);
    CHECK(refused.kept == 0);
    CHECK(w.above.pieces() == 5);
    CHECK_FALSE(w.hold(20, {1}, 5).is_full);  // a duplicate needs no room
    CHECK(w.take(10) == Octets{1});
    CHECK_FALSE(w.hold(100, {1}, 5).is_full);
}

TEST_CASE("a small piece does not pin a large frame, a large piece is not copied") {
    ChunkPool pool;
    Reassembly above;
    const Slice frame = pool.copy(Octets(60000, 7));
    above.hold(10, frame.sub(100, 50), 10, pool);
    CHECK(above.pinned() == 256);
    above.hold(1000, frame.sub(0, 50000), 10, pool);
    CHECK(above.pinned() == 256 + 65536);
    const auto small = above.take(10);
    REQUIRE(small);
    CHECK_FALSE(small->chunk().same_as(frame.chunk()));
    CHECK(above.pinned() == 65536);
    const auto large = above.take(1000);
    REQUIRE(large);
    CHECK(large->chunk().same_as(frame.chunk()));
    CHECK(above.pinned() == 0);
}

TEST_CASE("clearing lets everything go") {
    World w;
    w.hold(10, {1});
    w.hold(20, {1});
    w.above.clear();
    CHECK(w.above.empty());
    CHECK(w.above.pinned() == 0);
    CHECK(w.pool.chunks_in_use() == 0);
}

TEST_CASE(
    "any segments in any order and overlap come out as an array of octets would have kept them [U-22]") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        World w;
        std::map<Pos, std::uint8_t> model;  // the first copy of each octet above the hole
        Pos nxt = 1;
        const Pos start = draw.one_in(2) ? 0 : Pos{1} << 33;
        for (int step = 0; step < 60; ++step) {
            const Pos begin = nxt + 1 + draw.between(0, 60);  // always above a hole
            const Octets octets = draw.octets(draw.below(30));
            const auto result = w.hold(start + begin, octets, 1000);
            Pos fresh = 0;
            for (std::size_t i = 0; i < octets.size(); ++i)
                fresh += model.emplace(begin + static_cast<Pos>(i), octets[i]).second ? 1 : 0;
            CHECK(result.kept == fresh);
            CHECK(w.above.octets() == static_cast<Pos>(model.size()));
            CHECK(w.above.end() == (model.empty() ? 0 : start + model.rbegin()->first + 1));
            if (!draw.one_in(5)) continue;
            nxt += draw.between(1, 20);  // the hole is filled up to here, and what follows is taken
            model.erase(model.begin(), model.lower_bound(nxt));
            while (const auto piece = w.take(start + nxt)) {
                REQUIRE_FALSE(piece->empty());
                for (const std::uint8_t octet : *piece) {
                    REQUIRE_FALSE(model.empty());
                    CHECK(model.begin()->first == nxt);
                    CHECK(model.begin()->second == octet);
                    model.erase(model.begin());
                    ++nxt;
                }
            }
            CHECK((model.empty() || model.begin()->first > nxt));
            CHECK(w.above.octets() == static_cast<Pos>(model.size()));
        }
    }
}

TEST_CASE("the first octets of a range that are held already [R2883-3] [R2883-5]") {
    World w;
    CHECK_FALSE(w.above.first_held({1, 100}));
    w.hold(11, {1, 2, 3});
    w.hold(21, {1, 2, 3});
    CHECK(w.above.first_held({1, 100}) == Range{11, 14});
    CHECK(w.above.first_held({12, 100}) == Range{12, 14});
    CHECK(w.above.first_held({14, 22}) == Range{21, 22});
    CHECK_FALSE(w.above.first_held({1, 11}));
    CHECK_FALSE(w.above.first_held({14, 21}));
    CHECK_FALSE(w.above.first_held({24, 100}));
}

}  // namespace
}  // namespace sluice::tcp
