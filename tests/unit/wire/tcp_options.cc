#include "wire/tcp_options.h"

#include <doctest/doctest.h>
#include <tins/tins.h>

#include <array>
#include <vector>

#include "unit/draw.h"

namespace sluice::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets operator+(Octets a, const Octets& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

const Octets mss_700{2, 4, 0x02, 0xbc};

Octets written(const TcpOptions& options) {
    Octets room(size_of(options));
    Writer out(room);
    write_tcp_options(out, options);
    CHECK(out.size() == room.size());
    return room;
}

// Option octets as another library makes them, padding included.
Octets options_of(const Tins::TCP& tcp) {
    Octets octets = Tins::TCP(tcp).serialize();
    octets.erase(octets.begin(), octets.begin() + 20);
    return octets;
}

Tins::TCP read_by_another(const Octets& options) {
    Octets segment(20);
    segment[12] = static_cast<std::uint8_t>((20 + options.size()) / 4 << 4U);
    segment = segment + options;
    return Tins::TCP(segment.data(), static_cast<std::uint32_t>(segment.size()));
}

bool is_refused(const Octets& octets, bool is_syn = true) {
    const auto options = parse_tcp_options(octets, is_syn);
    return !options && options.error() == Reason::tcp_bad_options;
}

TEST_CASE("options are read as another library writes them [MUST-4] [RFC 9293 3.1]") {
    Tins::TCP tcp(1, 2);
    tcp.mss(1460);
    tcp.winscale(7);
    tcp.sack_permitted();
    tcp.timestamp(0x01020304U, 0xa0b0c0d0U);
    const auto options = parse_tcp_options(options_of(tcp), true);
    REQUIRE(options);
    CHECK(options->mss == 1460);
    CHECK(options->window_shift == 7);
    CHECK(options->sack_permitted);
    REQUIRE(options->timestamps);
    CHECK(options->timestamps->value == 0x01020304U);
    CHECK(options->timestamps->echo == 0xa0b0c0d0U);
    CHECK(options->sack_count == 0);
}

TEST_CASE("a SYN's options stand in the order that is asked for, padded to four [RFC 9293 3.1]") {
    const auto written = [](const TcpOptions& options) {
        std::array<std::uint8_t, tcp_options_max> room{};
        Writer out(room);
        write_tcp_options(out, options);
        return Octets(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size_of(options)));
    };
    TcpOptions options;
    options.mss = 1000;
    options.window_shift = std::uint8_t{6};
    options.sack_permitted = true;
    options.timestamps = Timestamps{1, 0};
    CHECK(written(options) == Octets{2, 4, 0x03, 0xe8, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 6});
    options.order = OptionOrder::scale_first;
    CHECK(written(options) == Octets{2, 4, 0x03, 0xe8, 1, 3, 3, 6, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0});
    options.timestamps.reset();
    CHECK(written(options) == Octets{2, 4, 0x03, 0xe8, 1, 3, 3, 6, 4, 2, 0, 0});
    options.sack_permitted = false;
    options.timestamps = Timestamps{1, 0};
    CHECK(written(options) == Octets{2, 4, 0x03, 0xe8, 1, 3, 3, 6, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0});
}

TEST_CASE("end-of-list and no-operation stand alone, MSS has two octets [MUST-4] [RFC 9293 3.2]") {
    const auto options = parse_tcp_options(Octets{1, 1, 2, 4, 0x03, 0xe8, 0, 0}, true);
    REQUIRE(options);
    CHECK(options->mss == 1000);
    CHECK_FALSE(options->window_shift);
    CHECK_FALSE(options->timestamps);
    CHECK(parse_tcp_options({}, true));
    CHECK(parse_tcp_options(Octets(40, 1), true));
    CHECK(parse_tcp_options(Octets(40, 0), true));
}

TEST_CASE("options need no alignment [MUST-64] [RFC 9293 3.2]") {
    for (std::size_t nops = 0; nops <= 36; ++nops) {
        CAPTURE(nops);
        CHECK(parse_tcp_options(Octets(nops, 1) + mss_700, true)->mss == 700);
    }
    CHECK(parse_tcp_options(Octets{3, 3, 7} + mss_700, true)->mss == 700);
    for (std::size_t nops = 0; nops <= 30; ++nops) {
        const auto options =
            parse_tcp_options(Octets(nops, 1) + Octets{8, 10, 0, 0, 0, 1, 0, 0, 0, 2}, false);
        REQUIRE(options);
        CHECK(options->timestamps->value == 1);
        CHECK(options->timestamps->echo == 2);
    }
}

TEST_CASE("an option may stand in any segment [MUST-5] [RFC 9293 3.1]") {
    for (const bool is_syn : {true, false}) {
        CHECK(parse_tcp_options(Octets{1, 1, 200, 4, 9, 9}, is_syn));
        CHECK(parse_tcp_options(Octets{8, 10, 0, 0, 0, 1, 0, 0, 0, 2}, is_syn)->timestamps);
    }
}

TEST_CASE("unknown options with a length are skipped [MUST-6] [MUST-68] [RFC 9293 3.1]") {
    CHECK(parse_tcp_options(Octets{253, 8, 1, 2, 3, 4, 5, 6} + mss_700, true)->mss == 700);
    CHECK(parse_tcp_options(Octets{200, 2} + mss_700, true)->mss == 700);
    for (unsigned kind = 9; kind <= 255; ++kind) {
        CAPTURE(kind);
        const Octets unknown{static_cast<std::uint8_t>(kind), 3, 2};
        CHECK(parse_tcp_options(unknown + mss_700, true)->mss == 700);
    }
    const Octets longest = Octets{254, 40} + Octets(38, 0);
    CHECK(parse_tcp_options(longest, true));
}

TEST_CASE("lengths 0 and 1 and past the end are illegal for every kind [MUST-7] [RFC 9293 3.1]") {
    for (unsigned k = 2; k <= 255; ++k) {
        CAPTURE(k);
        const auto kind = static_cast<std::uint8_t>(k);
        CHECK(is_refused({kind}));  // no room for a length
        CHECK(is_refused({1, 1, 1, kind}));
        CHECK(is_refused({kind, 0, 0, 0}));
        CHECK(is_refused({kind, 1, 0, 0}));
        CHECK(is_refused({kind, 5, 0, 0}));
        CHECK(is_refused({kind, 255, 0, 0}));
        CHECK(is_refused({kind, 0, 0, 0}, false));
        CHECK(is_refused(Octets{kind, 41} + Octets(38, 0)));
    }
}

TEST_CASE("a known option of a wrong length is illegal [MUST-7] [RFC 9293 3.1]") {
    for (const bool is_syn : {true, false}) {
        for (std::uint8_t length = 2; length <= 38; ++length) {
            CAPTURE(static_cast<int>(length));
            const Octets rest(static_cast<std::size_t>(length - 2), 0);
            const auto refused = [&](std::uint8_t kind) {
                return is_refused(Octets{kind, length} + rest, is_syn);
            };
            CHECK(refused(2) == (length != 4));
            CHECK(refused(3) == (length != 3));
            CHECK(refused(4) == (length != 2));
            CHECK(refused(8) == (length != 10));
            CHECK(refused(5) == (length != 10 && length != 18 && length != 26 && length != 34));
        }
    }
}

TEST_CASE("what follows an end-of-list option is padding, whatever it holds [MUST-69] [RFC 9293 3.1]") {
    const auto options = parse_tcp_options(Octets{3, 3, 5, 0} + mss_700, true);
    REQUIRE(options);
    CHECK(options->window_shift == 5);
    CHECK_FALSE(options->mss);
    CHECK(parse_tcp_options(Octets{0, 8, 0, 255}, true));
}

TEST_CASE("MSS, window scale and SACK-permitted count in SYN segments only [MUST-65] [R7323-2] [R2018-1]") {
    const auto options = parse_tcp_options(mss_700 + Octets{3, 3, 7, 4, 2, 1}, false);
    REQUIRE(options);
    CHECK_FALSE(options->mss);
    CHECK_FALSE(options->window_shift);
    CHECK_FALSE(options->sack_permitted);
}

TEST_CASE("a window scale is read as it stands; what is above 14 is not the parser's business [R7323-6]") {
    CHECK(parse_tcp_options(Octets{3, 3, 200}, true)->window_shift == 200);
}

TEST_CASE("up to four SACK blocks are read in their order [R2018-8] [RFC 2018 3]") {
    for (std::uint32_t blocks = 1; blocks <= 4; ++blocks) {
        Tins::TCP tcp(1, 2);
        std::vector<std::uint32_t> edges;
        for (std::uint32_t i = 0; i < blocks; ++i) {
            edges.push_back(0xfffffff0U + i * 32);
            edges.push_back(0xfffffff8U + i * 32);
        }
        tcp.sack(edges);
        const auto options = parse_tcp_options(options_of(tcp), false);
        REQUIRE(options);
        REQUIRE(options->sack_count == blocks);
        for (std::uint32_t i = 0; i < blocks; ++i) {
            CHECK(options->sack[i].begin == edges[2 * i]);
            CHECK(options->sack[i].end == edges[2 * i + 1]);
        }
    }
}

TEST_CASE("SACK blocks in several options never exceed four") {
    const Octets one = Octets{5, 10, 0, 0, 0, 1, 0, 0, 0, 2};
    CHECK(parse_tcp_options(one + one + one + one, false)->sack_count == 4);
    CHECK(parse_tcp_options(one + one + one + one + one, false)->sack_count == 4);
}

// Every combination of what we may write.
TcpOptions combination(unsigned bits) {
    TcpOptions options;
    if ((bits & 1U) != 0) options.mss = 1460;
    if ((bits & 2U) != 0) options.window_shift = 14;
    if ((bits & 4U) != 0) options.timestamps = Timestamps{0x11223344U, 0x55667788U};
    if ((bits & 8U) != 0) options.sack_permitted = true;
    return options;
}

TEST_CASE("what we write fills whole words and reads back by another library [MUST-68] [RFC 9293 3.1]") {
    for (unsigned bits = 0; bits < 16; ++bits) {
        CAPTURE(bits);
        const TcpOptions options = combination(bits);
        const Octets octets = written(options);
        CHECK(octets.size() % 4 == 0);
        CHECK(octets.size() <= tcp_options_max);
        const Tins::TCP read = read_by_another(octets);
        CHECK((read.search_option(Tins::TCP::MSS) != nullptr) == options.mss.has_value());
        CHECK((read.search_option(Tins::TCP::WSCALE) != nullptr) == options.window_shift.has_value());
        CHECK((read.search_option(Tins::TCP::TSOPT) != nullptr) == options.timestamps.has_value());
        CHECK(read.has_sack_permitted() == options.sack_permitted);
        if (options.mss) CHECK(read.mss() == 1460);
        if (options.window_shift) CHECK(read.winscale() == 14);
        if (options.timestamps) CHECK(read.timestamp() == std::pair(0x11223344U, 0x55667788U));
        const auto back = parse_tcp_options(octets, true);
        REQUIRE(back);
        CHECK(back->mss == options.mss);
        CHECK(back->window_shift == options.window_shift);
        CHECK(back->sack_permitted == options.sack_permitted);
        CHECK(back->timestamps.has_value() == options.timestamps.has_value());
    }
}

TEST_CASE("a SYN's options have the usual layout, and no more octets than needed") {
    CHECK(written(combination(15)) ==
          Octets{2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 1, 3, 3, 14});
    CHECK(written(combination(1)) == Octets{2, 4, 0x05, 0xb4});
    CHECK(written(combination(4)) == Octets{1, 1, 8, 10, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88});
    CHECK(written(combination(0)).empty());
}

TEST_CASE("SACK blocks next to timestamps: three fit into 40 octets [R2018-5] [RFC 2018 3]") {
    for (std::uint8_t blocks = 1; blocks <= 4; ++blocks) {
        TcpOptions options;
        if (blocks < 4) options.timestamps = Timestamps{1, 2};
        options.sack_count = blocks;
        for (std::uint32_t i = 0; i < blocks; ++i) options.sack[i] = {i * 10, i * 10 + 5};
        const Octets octets = written(options);
        CHECK(octets.size() == (blocks < 4 ? 12U : 0U) + 4U + 8U * blocks);
        CHECK(octets.size() <= tcp_options_max);
        const std::vector<std::uint32_t> edges = read_by_another(octets).sack();
        REQUIRE(edges.size() == 2U * blocks);
        for (std::size_t i = 0; i < blocks; ++i) {
            CHECK(edges[2 * i] == i * 10);
            CHECK(edges[2 * i + 1] == i * 10 + 5);
        }
    }
}

// RFC 9293 3.1 read as slowly as possible: the MSS of a SYN's option list, 0 if it has none, nothing if the list
// is illegal.
std::optional<std::uint16_t> slow_mss(const Octets& octets) {
    std::uint16_t mss = 0;
    for (std::size_t i = 0; i < octets.size() && octets[i] != 0;) {
        if (octets[i] == 1) {
            ++i;
            continue;
        }
        if (i + 1 >= octets.size()) return std::nullopt;
        const std::size_t length = octets[i + 1];
        if (length < 2 || i + length > octets.size()) return std::nullopt;
        const std::array<std::size_t, 9> fixed{0, 0, 4, 3, 2, 0, 0, 0, 10};
        if (octets[i] < fixed.size() && fixed[octets[i]] != 0 && fixed[octets[i]] != length)
            return std::nullopt;
        if (octets[i] == 5 && (length == 2 || length % 8 != 2)) return std::nullopt;
        if (octets[i] == 2) mss = static_cast<std::uint16_t>(octets[i + 2] << 8U | octets[i + 3]);
        i += length;
    }
    return mss;
}

TEST_CASE("any octets are accepted or refused as a slow reader of the RFC would [MUST-7] [RFC 9293 3.1]") {
    int accepted = 0;
    for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        Octets octets(draw.below(41));
        for (auto& octet : octets)  // small numbers, so that lists often make sense
            octet = static_cast<std::uint8_t>(draw.one_in(4) ? draw.below(256) : draw.below(11));
        const auto options = parse_tcp_options(octets, true);
        const auto slow = slow_mss(octets);
        REQUIRE(options.has_value() == slow.has_value());
        if (!options) continue;
        ++accepted;
        CHECK(options->mss.value_or(0) == *slow);
    }
    CHECK(accepted > 2000);
}

}  // namespace
}  // namespace sluice::wire
