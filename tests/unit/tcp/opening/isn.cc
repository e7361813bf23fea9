#include "tcp/opening/isn.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <vector>

namespace sluice::tcp {
namespace {

const wire::Address us = wire::Address::v4(192, 0, 2, 2);
const wire::Address peer = wire::Address::v4(192, 0, 2, 1);

Tuple tuple(std::uint16_t local_port, std::uint16_t remote_port) {
    return {{us, local_port}, {peer, remote_port}};
}

TEST_CASE("the same tuple opened one second later starts 250000 higher [MUST-8] [R6528-1] [RFC 9293 3.4.1]") {
    const IsnGenerator generator({1, 2}, std::nullopt);
    const std::uint32_t first = generator.initial(tuple(80, 4000), Instant{17s}).raw;
    CHECK(generator.initial(tuple(80, 4000), Instant{18s}).raw - first == 250000);
    CHECK(generator.initial(tuple(80, 4000), Instant{17s + 4us}).raw - first == 1);
    CHECK(generator.initial(tuple(80, 4000), Instant{17s + 3999ns}).raw == first);
}

TEST_CASE("the clock wraps cleanly, after 4.77 hours and for years [MUST-8] [RFC 9293 3.4.1]") {
    const IsnGenerator generator({1, 2}, std::nullopt);
    const auto at = [&](Duration t) { return generator.initial(tuple(80, 4000), Instant{t}).raw; };
    // 5 h are 4500000000 ticks, 2^32 less: 205032704.
    CHECK(at(5h) - at(0s) == 205032704U);
    CHECK(at(Duration(4 * 4294967296us)) == at(0s));
    CHECK(at(20000h + 1s) - at(20000h) == 250000);
}

TEST_CASE("each of the four parts of a tuple, and the key, changes the number [SHLD-1] [RFC 9293 3.4.1]") {
    const IsnGenerator generator({1, 2}, std::nullopt);
    const Tuple base = tuple(80, 4000);
    const std::uint32_t number = generator.initial(base, Instant{1s}).raw;
    CHECK(generator.initial(base, Instant{1s}).raw == number);
    Tuple other = base;
    other.local.address = wire::Address::v4(192, 0, 2, 3);
    CHECK(generator.initial(other, Instant{1s}).raw != number);
    other = base;
    other.remote.address = wire::Address::v4(192, 0, 2, 3);
    CHECK(generator.initial(other, Instant{1s}).raw != number);
    CHECK(generator.initial(tuple(81, 4000), Instant{1s}).raw != number);
    CHECK(generator.initial(tuple(80, 4001), Instant{1s}).raw != number);
    CHECK(generator.initial({base.remote, base.local}, Instant{1s}).raw != number);
    CHECK(IsnGenerator({1, 3}, std::nullopt).initial(base, Instant{1s}).raw != number);
    CHECK(IsnGenerator({2, 2}, std::nullopt).initial(base, Instant{1s}).raw != number);
}

TEST_CASE("numbers of different tuples look random at a frozen clock [MUST-9] [R6528-2] [RFC 9293 3.4.1]") {
    const IsnGenerator generator({0x1234, 0x5678}, std::nullopt);
    std::set<std::uint32_t> numbers;
    std::set<std::uint32_t> differences;
    std::array<int, 16> buckets{};
    std::uint32_t last = 0;
    for (std::uint16_t port = 1; port <= 10000; ++port) {
        const std::uint32_t number = generator.initial(tuple(80, port), Instant{1s}).raw;
        numbers.insert(number);
        differences.insert(number - last);
        ++buckets[number >> 28U];
        last = number;
    }
    CHECK(numbers.size() > 9980);      // about 12 pairs collide by chance
    CHECK(differences.size() > 9980);  // no constant step between neighbours
    for (const int hits : buckets) {   // 625 each, give or take 4 deviations
        CHECK(hits > 525);
        CHECK(hits < 725);
    }
}

TEST_CASE("a fixed number is used for every connection") {
    const IsnGenerator generator({1, 2}, 0xfffffff0U);
    CHECK(generator.initial(tuple(80, 1), Instant{1s}).raw == 0xfffffff0U);
    CHECK(generator.initial(tuple(81, 2), Instant{9h}).raw == 0xfffffff0U);
}

TEST_CASE("timestamps of an address pair never go back: one offset for all its ports [R6191-5] [R7323-22]") {
    const IsnGenerator generator({1, 2}, std::nullopt);
    const std::uint32_t offset = generator.timestamp_offset(tuple(80, 4000));
    CHECK(generator.timestamp_offset(tuple(81, 50000)) == offset);
    Tuple other = tuple(80, 4000);
    other.remote.address = wire::Address::v4(192, 0, 2, 3);
    CHECK(generator.timestamp_offset(other) != offset);
    CHECK(IsnGenerator({1, 3}, std::nullopt).timestamp_offset(tuple(80, 4000)) != offset);
}

}  // namespace
}  // namespace sluice::tcp
