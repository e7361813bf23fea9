#include "tcp/receive/receive_queue.h"

#include <doctest/doctest.h>

#include <deque>
#include <vector>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets read(ReceiveQueue& queue, std::size_t room) {
    Octets octets(room);
    octets.resize(queue.read(octets));
    return octets;
}

// A frame of 2048 octets of which the last `n` are payload.
Slice payload(ChunkPool& pool, std::size_t n, std::uint8_t value = 1) {
    return pool.copy(Octets(2048, value)).from(static_cast<std::uint32_t>(2048 - n));
}

TEST_CASE("octets are read in the order in which they were appended") {
    ChunkPool pool;
    ReceiveQueue queue;
    CHECK(queue.empty());
    queue.append(pool.copy(Octets{1, 2, 3}), pool);
    queue.append(pool.copy(Octets{4, 5}), pool);
    queue.append(Slice(), pool);
    CHECK(queue.octets() == 5);
    CHECK(read(queue, 2) == Octets{1, 2});
    CHECK(read(queue, 10) == Octets{3, 4, 5});
    CHECK(queue.empty());
    CHECK(read(queue, 10).empty());
}

TEST_CASE("peeking takes nothing away") {
    ChunkPool pool;
    ReceiveQueue queue;
    queue.append(pool.copy(Octets{1, 2, 3}), pool);
    queue.append(payload(pool, 2000, 9), pool);
    Octets room(5);
    CHECK(queue.peek(room) == 5);
    CHECK(room == Octets{1, 2, 3, 9, 9});
    CHECK(queue.octets() == 2003);
    CHECK(queue.front().size() == 3);
    queue.consume(1);
    CHECK(queue.front().view()[0] == 2);
}

TEST_CASE("a large payload is queued in the frame it came in, and pins all of it [architecture 3]") {
    ChunkPool pool;
    ReceiveQueue queue;
    const Slice slice = payload(pool, 1460);
    queue.append(slice, pool);
    CHECK(queue.front().chunk().same_as(slice.chunk()));
    CHECK(queue.pinned() == 2048);
    queue.consume(1459);
    CHECK(queue.pinned() == 2048);
    queue.consume(1);
    CHECK(queue.pinned() == 0);
}

TEST_CASE("a payload that would pin more than twice itself is copied [architecture 3]") {
    ChunkPool pool;
    ReceiveQueue queue;
    const Slice small = payload(pool, 1023);
    CHECK(is_wasteful(small));
    CHECK_FALSE(is_wasteful(payload(pool, 1024)));
    queue.append(small, pool);
    CHECK_FALSE(queue.front().chunk().same_as(small.chunk()));
    CHECK(queue.front().size() == 1023);
}

TEST_CASE(
    "small payloads share a chunk: a thousand single octets pin about as much as they are [architecture 3]") {
    ChunkPool pool;
    ReceiveQueue queue;
    for (int i = 0; i < 1000; ++i) queue.append(payload(pool, 1, static_cast<std::uint8_t>(i)), pool);
    CHECK(queue.octets() == 1000);
    CHECK(queue.pinned() <= 2048);
    CHECK(pool.bytes_in_use() == queue.pinned());
    const Octets all = read(queue, 2000);
    REQUIRE(all.size() == 1000);
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i] == static_cast<std::uint8_t>(i));
    CHECK(queue.pinned() == 0);
    CHECK(pool.chunks_in_use() == 0);
}

TEST_CASE("octets already handed out as a slice do not change when more are appended behind them") {
    ChunkPool pool;
    ReceiveQueue queue;
    queue.append(payload(pool, 3, 1), pool);
    const Slice held = queue.front();
    queue.append(payload(pool, 3, 2), pool);
    queue.consume(6);
    queue.append(payload(pool, 3, 3), pool);
    CHECK(Octets(held.view().begin(), held.view().end()) == Octets{1, 1, 1});
}

TEST_CASE("clearing lets everything go, and the queue can be used again") {
    ChunkPool pool;
    ReceiveQueue queue;
    queue.append(payload(pool, 3), pool);
    queue.append(payload(pool, 1460), pool);
    queue.clear();
    CHECK(queue.empty());
    CHECK(queue.pinned() == 0);
    CHECK(pool.chunks_in_use() == 0);
    queue.append(payload(pool, 3, 5), pool);
    CHECK(read(queue, 9) == Octets{5, 5, 5});
}

TEST_CASE(
    "any payloads, reads, peeks and consumes: the octets of a plain queue, and pinned memory counted "
    "exactly") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        ChunkPool pool;
        ReceiveQueue queue;
        std::deque<std::uint8_t> model;
        for (int step = 0; step < 200; ++step) {
            const auto some = draw.below(draw.one_in(3) ? 4000 : 100);
            if (draw.one_in(2)) {
                const Octets frame = draw.octets(some + draw.below(3000));
                const Slice slice = pool.copy(frame).from(static_cast<std::uint32_t>(frame.size() - some));
                queue.append(slice, pool);
                model.insert(model.end(), frame.end() - static_cast<std::ptrdiff_t>(some), frame.end());
            } else {
                const std::size_t expected = std::min(some, model.size());
                const Octets first(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(expected));
                Octets room(some);
                if (draw.one_in(2)) {
                    room.resize(queue.peek(room));
                    CHECK(room == first);
                    queue.consume(expected);
                } else {
                    CHECK(read(queue, some) == first);
                }
                model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(expected));
            }
            REQUIRE(queue.octets() == model.size());
            CHECK(queue.pinned() == pool.bytes_in_use());
        }
    }
}

}  // namespace
}  // namespace sluice::tcp
