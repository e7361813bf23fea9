#include "tcp/receive/acceptable.h"

#include <doctest/doctest.h>

#include <optional>
#include <vector>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

using Octets = std::vector<std::uint8_t>;

Segment segment(ChunkPool& pool, Pos seq, std::size_t text, std::uint8_t flags = flag::ack) {
    Segment seg;
    seg.seq = seq;
    seg.flags = flags;
    Octets octets(text);
    for (std::size_t i = 0; i < text; ++i) octets[i] = static_cast<std::uint8_t>(i);
    if (text > 0) seg.text = pool.copy(octets);
    return seg;
}

bool accepts(Pos seq, std::size_t text, ReceiveSpan span, std::uint8_t flags = flag::ack) {
    ChunkPool pool;
    return is_acceptable(segment(pool, seq, text, flags), span);
}

TEST_CASE("no octets, no window: only RCV.NXT itself [U-16] [RFC 9293 3.10.7.4 first]") {
    CHECK(accepts(6000, 0, {6000, 6000}));
    CHECK_FALSE(accepts(5999, 0, {6000, 6000}));
    CHECK_FALSE(accepts(6001, 0, {6000, 6000}));
}

TEST_CASE("no octets, a window: from RCV.NXT to below its edge [U-16] [RFC 9293 3.10.7.4 first]") {
    CHECK(accepts(6000, 0, {6000, 7000}));
    CHECK(accepts(6999, 0, {6000, 7000}));
    CHECK_FALSE(accepts(7000, 0, {6000, 7000}));
    CHECK_FALSE(accepts(5999, 0, {6000, 7000}));
}

TEST_CASE("octets, no window: never [U-16] [U-24] [RFC 9293 3.10.7.4 first]") {
    CHECK_FALSE(accepts(6000, 1, {6000, 6000}));
    CHECK_FALSE(accepts(5990, 20, {6000, 6000}));
    CHECK_FALSE(accepts(6000, 0, {6000, 6000}, flag::fin | flag::ack));
}

TEST_CASE("octets and a window: the first or the last octet lies inside [U-16] [RFC 9293 3.10.7.4 first]") {
    CHECK(accepts(6000, 10, {6000, 7000}));
    CHECK(accepts(5991, 10, {6000, 7000}));
    CHECK_FALSE(accepts(5990, 10, {6000, 7000}));
    CHECK(accepts(6999, 10, {6000, 7000}));
    CHECK_FALSE(accepts(7000, 10, {6000, 7000}));
    CHECK_FALSE(accepts(5000, 3000, {6000, 7000}));                 // around all of it: the text says no
    CHECK(accepts(5990, 10, {6000, 7000}, flag::fin | flag::ack));  // the FIN is an octet too
    CHECK(accepts(5999, 0, {6000, 7000}, flag::fin | flag::ack) == false);
}

TEST_CASE("octets received before are cut off in front [RFC 9293 3.10.7.4 seventh]") {
    ChunkPool pool;
    Segment seg = segment(pool, 5990, 30);
    trim(seg, {6000, 7000});
    CHECK(seg.seq == 6000);
    CHECK(seg.text.size() == 20);
    CHECK(seg.text.view()[0] == 10);
}

TEST_CASE("octets and a FIN beyond the window are cut off behind [RFC 9293 3.10.7.4 first]") {
    ChunkPool pool;
    Segment seg = segment(pool, 6990, 30, flag::ack | flag::fin);
    trim(seg, {6000, 7000});
    CHECK(seg.text.size() == 10);
    CHECK_FALSE(seg.has(flag::fin));
    Segment exact = segment(pool, 6990, 10, flag::ack | flag::fin);
    trim(exact, {6000, 7000});
    CHECK(exact.text.size() == 10);
    CHECK_FALSE(exact.has(flag::fin));  // it would stand at the edge itself
    Segment fits = segment(pool, 6990, 9, flag::ack | flag::fin);
    trim(fits, {6000, 7000});
    CHECK(fits.has(flag::fin));
}

TEST_CASE("the urgent point stays where it is when octets before it are cut off [MUST-62] [RFC 9293 3.8.5]") {
    ChunkPool pool;
    for (const int up : {25, 10, 5, 0}) {
        CAPTURE(up);
        Segment seg = segment(pool, 5990, 30, flag::ack | flag::urg);
        seg.up = up;
        trim(seg, {6000, 7000});
        CHECK(seg.seq + seg.up == 5990 + up);
    }
    Segment syn = segment(pool, 0, 5, flag::syn | flag::ack | flag::urg);
    syn.up = 4;
    trim(syn, {1, 1000});
    CHECK(syn.seq == 1);
    CHECK(syn.seq + syn.up == 4);
}

// Each sequence number of a segment as a value: SYN, an octet, FIN.
struct Item {
    Pos at;
    int what;  // 0 to 255 an octet, 256 SYN, 257 FIN
    friend bool operator==(const Item&, const Item&) = default;
};
std::vector<Item> items(const Segment& seg) {
    std::vector<Item> all;
    Pos at = seg.seq;
    if (seg.has(flag::syn)) all.push_back({at++, 256});
    for (const std::uint8_t octet : seg.text.view()) all.push_back({at++, octet});
    if (seg.has(flag::fin)) all.push_back({at, 257});
    return all;
}

TEST_CASE("trimming keeps exactly what lies in the window [U-16] [RFC 9293 3.10.7.4 first]") {
    ChunkPool pool;
    int trimmed = 0;
    for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        const ReceiveSpan span{100, 100 + draw.between(0, 20)};
        std::uint8_t flags = flag::ack;
        if (draw.one_in(3)) flags |= flag::fin;
        if (draw.one_in(5)) flags |= flag::syn;
        Segment seg = segment(pool, draw.between(70, 130), draw.below(30), flags);
        const std::vector<Item> before = items(seg);
        const auto inside = [&](Pos at) { return span.nxt <= at && at < span.edge; };
        if (before.empty()) {
            CHECK(is_acceptable(seg, span) == (span.wnd() == 0 ? seg.seq == span.nxt : inside(seg.seq)));
            continue;
        }
        CHECK(is_acceptable(seg, span) == (inside(before.front().at) || inside(before.back().at)));
        if (!is_acceptable(seg, span)) continue;
        ++trimmed;
        std::vector<Item> expected;
        for (const Item& item : before)
            if (inside(item.at)) expected.push_back(item);
        trim(seg, span);
        CHECK(items(seg) == expected);
    }
    CHECK(trimmed > 3000);
}

}  // namespace
}  // namespace sluice::tcp
