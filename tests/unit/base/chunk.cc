#include "base/chunk.h"

#include <doctest/doctest.h>

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/link.h"
#include "unit/draw.h"

namespace sluice {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets octets_of(const Slice& slice) { return {slice.view().begin(), slice.view().end()}; }

TEST_CASE("a chunk is at least as large as asked for, in powers of two from 256 octets to 1 MiB") {
    ChunkPool pool;
    CHECK(pool.take(0).capacity() == 256);
    CHECK(pool.take(1).capacity() == 256);
    CHECK(pool.take(256).capacity() == 256);
    CHECK(pool.take(257).capacity() == 512);
    CHECK(pool.take(65536).capacity() == 65536);
    CHECK(pool.take(65537).capacity() == 131072);
    CHECK(pool.take(1048576).capacity() == 1048576);
}

TEST_CASE("the pool counts chunks and their octets while somebody holds them") {
    ChunkPool pool;
    CHECK(pool.chunks_in_use() == 0);
    Chunk small = pool.take(100);
    Chunk large = pool.take(3000);
    CHECK(pool.chunks_in_use() == 2);
    CHECK(pool.bytes_in_use() == 256 + 4096);
    const Chunk shared = large;
    large = Chunk();
    CHECK(pool.chunks_in_use() == 2);
    small = Chunk();
    CHECK(pool.chunks_in_use() == 1);
    CHECK(pool.bytes_in_use() == 4096);
}

TEST_CASE("a chunk given back is handed out again") {
    ChunkPool pool;
    Chunk first = pool.take(1500);
    const std::uint8_t* memory = first.data();
    first = Chunk();
    CHECK(pool.take(2000).data() == memory);  // the same size class
    CHECK(pool.take(100).data() != memory);   // another one
    Chunk again = pool.take(1025);
    CHECK(again.data() == memory);
    CHECK(pool.take(1500).data() != memory);  // it is in use
}

TEST_CASE("a chunk lives as long as the last slice of it") {
    ChunkPool pool;
    Slice whole = pool.copy(Octets{1, 2, 3, 4, 5});
    Slice middle = whole.sub(1, 3);
    CHECK(middle.chunk().same_as(whole.chunk()));
    CHECK_FALSE(whole.chunk().is_unshared());
    whole = Slice();
    CHECK(middle.chunk().is_unshared());
    CHECK(octets_of(middle) == Octets{2, 3, 4});
    CHECK(pool.chunks_in_use() == 1);
    middle = Slice();
    CHECK(pool.chunks_in_use() == 0);
}

TEST_CASE("a slice is cut at its ends without touching the octets") {
    ChunkPool pool;
    Slice slice = pool.copy(Octets{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    slice.drop_front(2);
    CHECK(octets_of(slice) == Octets{2, 3, 4, 5, 6, 7, 8, 9});
    slice.truncate(5);
    CHECK(octets_of(slice) == Octets{2, 3, 4, 5, 6});
    CHECK(octets_of(slice.from(3)) == Octets{5, 6});
    CHECK(octets_of(slice.sub(1, 2)) == Octets{3, 4});
    CHECK(slice.begin() == 2);
    CHECK(slice.from(5).empty());
    CHECK(slice.pinned_bytes() == 256);
}

TEST_CASE("an empty slice has no octets and pins nothing") {
    const Slice nothing;
    CHECK(nothing.empty());
    CHECK(nothing.view().empty());
    CHECK(nothing.pinned_bytes() == 0);
    CHECK_FALSE(nothing.chunk());
}

TEST_CASE("assigning a chunk to itself and moving it keep the count") {
    ChunkPool pool;
    Chunk chunk = pool.take(10);
    const Chunk& alias = chunk;
    chunk = alias;
    CHECK(chunk.is_unshared());
    Chunk moved = std::move(chunk);
    CHECK(moved.is_unshared());
    CHECK(pool.chunks_in_use() == 1);
}

TEST_CASE("memory that is not ours is released once, when the last slice of it goes") {
    ChunkPool pool;
    const Octets file{10, 20, 30, 40};
    int released = 0;
    Slice whole = pool.adopt(file, [&] { ++released; });
    CHECK(whole.view().data() == file.data());
    CHECK(pool.chunks_in_use() == 1);
    CHECK(pool.bytes_in_use() == 4);
    Slice part = whole.from(2);
    whole = Slice();
    CHECK(released == 0);
    CHECK(octets_of(part) == Octets{30, 40});
    part = Slice();
    CHECK(released == 1);
    CHECK(pool.chunks_in_use() == 0);
    CHECK(pool.bytes_in_use() == 0);
}

TEST_CASE("slices outlive their pool") {
    std::optional<ChunkPool> pool(std::in_place);
    int released = 0;
    const Octets file{1, 2};
    Slice copied = pool->copy(Octets{7, 8, 9});
    Slice adopted = pool->adopt(file, [&] { ++released; });
    pool->take(4096);  // one that waits for reuse goes with the pool
    pool.reset();
    CHECK(octets_of(copied) == Octets{7, 8, 9});
    copied = Slice();
    CHECK(octets_of(adopted) == Octets{1, 2});
    CHECK(released == 0);
    adopted = Slice();
    CHECK(released == 1);
}

TEST_CASE("the release of foreign memory may use the pool, and may be the end of it") {
    auto pool = std::make_unique<ChunkPool>();
    const Octets file{1};
    Slice adopted = pool->adopt(file, [&] {
        pool->copy(Octets{1, 2, 3});
        pool.reset();
    });
    adopted = Slice();
    CHECK_FALSE(pool);
}

TEST_CASE("a list of slices counts their octets and lets them go when cleared") {
    ChunkPool pool;
    SliceList list;
    for (std::uint8_t i = 0; i < SliceList::capacity; ++i) {
        CHECK_FALSE(list.full());
        list.push_back(pool.copy(Octets{i, i}));
    }
    CHECK(list.full());
    CHECK(list.bytes() == 40);
    CHECK(octets_of(list[3]) == Octets{3, 3});
    std::uint32_t seen = 0;
    for (const Slice& slice : list) seen += slice.size();
    CHECK(seen == 40);
    list.clear();
    CHECK(list.empty());
    CHECK(list.bytes() == 0);
    CHECK(pool.chunks_in_use() == 0);
}

TEST_CASE("whatever is taken, shared and dropped in any order, contents stay and counts balance") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        ChunkPool pool;
        struct Held {
            Slice slice;
            Octets copy;
        };
        std::deque<Held> held;
        for (int step = 0; step < 400; ++step) {
            if (held.empty() || draw.one_in(2)) {
                const Octets octets = draw.octets(draw.below(3000));
                held.push_back({pool.copy(octets), octets});
            } else if (draw.one_in(3)) {
                const Held& whole = held[draw.below(held.size())];
                const auto begin = static_cast<std::uint32_t>(draw.below(whole.slice.size() + 1));
                const Octets rest(whole.copy.begin() + begin, whole.copy.end());
                held.push_back({whole.slice.from(begin), rest});
            } else {
                held.erase(held.begin() + static_cast<std::ptrdiff_t>(draw.below(held.size())));
            }
        }
        for (const Held& one : held) CHECK(octets_of(one.slice) == one.copy);
        held.clear();
        CHECK(pool.chunks_in_use() == 0);
        CHECK(pool.bytes_in_use() == 0);
    }
}

}  // namespace
}  // namespace sluice
