#include "tcp/send/send_buffer.h"

#include <doctest/doctest.h>

#include <deque>
#include <vector>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets gathered(const SendBuffer& buffer, Range range) {
    SliceList list;
    buffer.gather(range, list);
    Octets octets;
    for (const Slice& slice : list) octets.insert(octets.end(), slice.view().begin(), slice.view().end());
    return octets;
}

TEST_CASE("the first octet written has position 1 [RFC 9293 3.4]") {
    ChunkPool pool;
    SendBuffer buffer;
    CHECK(buffer.empty());
    CHECK(buffer.begin() == 1);
    buffer.append(Octets{10, 11, 12}, pool);
    CHECK(buffer.end() == 4);
    CHECK(buffer.octets() == 3);
    CHECK(gathered(buffer, {1, 4}) == Octets{10, 11, 12});
    CHECK(gathered(buffer, {2, 3}) == Octets{11});
    CHECK(gathered(buffer, {2, 2}).empty());
}

TEST_CASE("small writes share a chunk, and a segment made of them is one slice") {
    ChunkPool pool;
    SendBuffer buffer;
    for (std::uint8_t i = 0; i < 200; ++i) buffer.append(Octets{i, i}, pool);
    CHECK(pool.chunks_in_use() == 1);
    SliceList list;
    buffer.gather({1, 401}, list);
    CHECK(list.size() == 1);
}

TEST_CASE("acknowledged octets give their memory back, and an empty buffer holds none") {
    ChunkPool pool;
    SendBuffer buffer;
    buffer.append(Octets(65536, 1), pool);
    buffer.append(Octets(65536, 2), pool);
    CHECK(pool.chunks_in_use() == 2);
    buffer.drop_below(65536);  // one short
    CHECK(pool.chunks_in_use() == 2);
    buffer.drop_below(65537);
    CHECK(pool.chunks_in_use() == 1);
    buffer.drop_below(65537 + 65536);
    CHECK(pool.chunks_in_use() == 0);
    CHECK(buffer.empty());
    CHECK(buffer.begin() == 131073);
    buffer.append(Octets{9}, pool);
    CHECK(gathered(buffer, {131073, 131074}) == Octets{9});
}

TEST_CASE("an ACK that covers a FIN or a probe beyond the buffer drops all of it and no more") {
    ChunkPool pool;
    SendBuffer buffer;
    buffer.append(Octets(10), pool);
    buffer.drop_below(12);
    CHECK(buffer.begin() == 11);
    CHECK(buffer.empty());
    buffer.drop_below(5);  // an old one
    CHECK(buffer.begin() == 11);
}

TEST_CASE("referenced octets are not copied, and never written behind") {
    ChunkPool pool;
    SendBuffer buffer;
    const Octets file(100, 7);
    int released = 0;
    buffer.append_owned(pool.adopt(file, [&] { ++released; }));
    buffer.append(Octets{1, 2}, pool);
    buffer.append_owned(Slice());
    SliceList list;
    buffer.gather({1, 103}, list);
    REQUIRE(list.size() == 2);
    CHECK(list[0].view().data() == file.data());
    list.clear();
    CHECK(gathered(buffer, {100, 103}) == Octets{7, 1, 2});
    buffer.drop_below(101);
    CHECK(released == 1);
}

TEST_CASE("no more slices are gathered than one frame takes") {
    ChunkPool pool;
    SendBuffer buffer;
    for (int i = 0; i < 50; ++i) buffer.append_owned(pool.copy(Octets(10, 1)));
    CHECK(buffer.gatherable({1, 501}) == 10 * SliceList::capacity);
    CHECK(buffer.gatherable({6, 501}) == 10 * SliceList::capacity - 5);
    CHECK(buffer.gatherable({1, 101}) == 100);
    CHECK(buffer.gatherable({7, 7}) == 0);
    CHECK(buffer.gatherable({401, 501}) == 100);
    CHECK(gathered(buffer, {1, 1 + 10 * SliceList::capacity}).size() == 200);
}

TEST_CASE("clearing loses the octets and keeps the positions") {
    ChunkPool pool;
    SendBuffer buffer;
    buffer.append(Octets(10), pool);
    buffer.clear();
    CHECK(buffer.empty());
    CHECK(buffer.begin() == 11);
    CHECK(pool.chunks_in_use() == 0);
}

TEST_CASE("any range gathers what was written there, however it was written and acknowledged [U-27]") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        ChunkPool pool;
        SendBuffer buffer;
        std::deque<std::uint8_t> model;
        for (int step = 0; step < 200; ++step) {
            switch (draw.between(0, 4)) {
                case 0: {
                    const auto acked = static_cast<std::ptrdiff_t>(draw.below(model.size() + 1));
                    buffer.drop_below(buffer.begin() + acked);
                    model.erase(model.begin(), model.begin() + acked);
                    break;
                }
                case 1: {
                    const Octets octets = draw.octets(draw.below(3000));
                    const Slice whole = pool.copy(octets);
                    const auto from = static_cast<std::uint32_t>(draw.below(octets.size() + 1));
                    buffer.append_owned(whole.from(from));
                    model.insert(model.end(), octets.begin() + from, octets.end());
                    break;
                }
                default: {
                    const Octets octets = draw.octets(draw.one_in(3) ? draw.below(100000) : draw.below(300));
                    buffer.append(octets, pool);
                    model.insert(model.end(), octets.begin(), octets.end());
                }
            }
            REQUIRE(buffer.octets() == model.size());
            REQUIRE(buffer.end() == buffer.begin() + static_cast<Pos>(model.size()));
            const Pos begin = buffer.begin() + static_cast<Pos>(draw.below(model.size() + 1));
            Range range{begin, std::min(buffer.end(), begin + draw.between(0, 70000))};
            range.end = range.begin + buffer.gatherable(range);
            CHECK((range.size() > 0 || begin == buffer.end() || range.empty()));
            const Octets got = gathered(buffer, range);
            const auto first = model.begin() + (range.begin - buffer.begin());
            CHECK(got == Octets(first, first + range.size()));
        }
        buffer.clear();
        CHECK(pool.chunks_in_use() == 0);
    }
}

}  // namespace
}  // namespace sluice::tcp
