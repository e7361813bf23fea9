#include "base/checksum.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "unit/draw.h"

namespace sluice {
namespace {

using Octets = std::vector<std::uint8_t>;

// RFC 1071 1, word by word as the text says it.
std::uint16_t slow_sum(const Octets& octets) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < octets.size(); i += 2) {
        const std::uint32_t high = octets[i];
        const std::uint32_t low = i + 1 < octets.size() ? octets[i + 1] : 0;
        sum += high << 8U | low;
        if (sum > 0xffff) sum = (sum & 0xffff) + 1;
    }
    return static_cast<std::uint16_t>(sum);
}

std::uint16_t sum_of(const Octets& octets) {
    Checksum checksum;
    checksum.add(octets);
    return checksum.sum();
}

TEST_CASE("the sum of the worked example is ddf2 [RFC 1071 3]") {
    const Octets example{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    CHECK(sum_of(example) == 0xddf2);
    Checksum checksum;
    checksum.add(example);
    CHECK(checksum.value() == 0x220d);
}

TEST_CASE("the example in groups of odd length has the same sum [RFC 1071 2(A), 3]") {
    const std::array<Octets, 3> groups{Octets{0x00, 0x01, 0xf2}, Octets{0x03, 0xf4, 0xf5, 0xf6},
                                       Octets{0xf7}};
    Checksum checksum;
    for (const Octets& group : groups) checksum.add(group);
    CHECK(checksum.sum() == 0xddf2);
}

TEST_CASE("an odd octet at the end counts as the high half of a word [RFC 1071 1]") {
    CHECK(sum_of({0x12}) == 0x1200);
    CHECK(sum_of({0x12, 0x34, 0x56}) == 0x6834);
}

TEST_CASE("nothing sums to zero, and its checksum is ffff") {
    Checksum checksum;
    checksum.add({});
    CHECK(checksum.sum() == 0);
    CHECK(checksum.value() == 0xffff);
}

TEST_CASE("a carry out of the top bit comes back at the bottom [RFC 1071 1]") {
    CHECK(sum_of({0xff, 0xff, 0x00, 0x01}) == 0x0001);
    CHECK(sum_of({0xff, 0xff, 0xff, 0xff}) == 0xffff);
    CHECK(sum_of({0x80, 0x00, 0x80, 0x00}) == 0x0001);
}

TEST_CASE("words are added like the octets they stand for, also at an odd place") {
    for (const Octets& before : {Octets{}, Octets{0x7a}, Octets{1, 2, 3}}) {
        Checksum checksum;
        checksum.add(before);
        checksum.add_u16(0x1234);
        checksum.add_u32(0x89abcdefU);
        Octets same = before;
        same.insert(same.end(), {0x12, 0x34, 0x89, 0xab, 0xcd, 0xef});
        CHECK(checksum.sum() == slow_sum(same));
    }
}

TEST_CASE("a packet with its checksum in place sums to ffff, so that its value is 0 [MUST-3] [RFC 1071 1]") {
    test::Draw draw(7);
    for (int round = 0; round < 200; ++round) {
        Octets packet = draw.octets(20 + 2 * draw.below(40));
        packet[10] = packet[11] = 0;
        Checksum checksum;
        checksum.add(packet);
        put_u16(packet, 10, checksum.value());
        Checksum check;
        check.add(packet);
        CHECK(check.value() == 0);
        packet[draw.below(packet.size())] ^= static_cast<std::uint8_t>(1U << draw.below(8));
        Checksum broken;
        broken.add(packet);
        CHECK(broken.value() != 0);
    }
}

TEST_CASE("any cut into pieces, at any alignment, gives the sum of the whole [MUST-2] [RFC 1071 2(A)]") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        const std::size_t lead = draw.below(16);  // where it lies in memory does not matter
        const Octets memory = draw.octets(lead + draw.below(200));
        const ByteView whole = ByteView(memory).subspan(lead);
        Checksum checksum;
        for (std::size_t at = 0; at < whole.size();) {
            const std::size_t length = std::min(whole.size() - at, draw.below(40));
            checksum.add(whole.subspan(at, length));
            at += length;
        }
        CHECK(checksum.sum() == slow_sum({whole.begin(), whole.end()}));
    }
}

TEST_CASE("long pieces, which are summed many words at a time, give the same sum [MUST-2] [RFC 1071 2(B)]") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        const std::size_t lead = draw.below(64);
        const Octets memory = draw.octets(lead + 100 + draw.below(3000));
        const ByteView whole = ByteView(memory).subspan(lead);
        Checksum checksum;
        checksum.add(whole);
        CHECK(checksum.sum() == slow_sum({whole.begin(), whole.end()}));
    }
}

TEST_CASE("64 KiB of ones do not overflow the sum") {
    CHECK(sum_of(Octets(65536, 0xff)) == 0xffff);
    Octets almost(65535, 0xff);
    CHECK(sum_of(almost) == 0xff00);
}

}  // namespace
}  // namespace sluice
