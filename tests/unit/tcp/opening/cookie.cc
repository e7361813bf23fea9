#include "tcp/opening/cookie.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

const IsnGenerator keyed({1, 2}, std::nullopt);
const Tuple tuple{{wire::Address::v4(192, 0, 2, 2), 80}, {wire::Address::v4(192, 0, 2, 1), 4000}};

TEST_CASE("a cookie brings back an MSS not above the one that was offered [R4987-3] [RFC 4987 3.6]") {
    const Instant now{1000s};
    for (std::uint32_t mss = 64; mss <= 65535; mss += 7) {
        CAPTURE(mss);
        const auto offered = static_cast<std::uint16_t>(mss);
        const std::uint32_t cookie = make_cookie(keyed, tuple, 5000, offered, {}, now);
        const auto back = check_cookie(keyed, tuple, 5000, cookie, {}, now);
        REQUIRE(back);
        CHECK(*back <= offered);
        CHECK(*back >= (offered >= 1460 ? 1460 : 64));
    }
    for (const std::uint16_t usual : std::initializer_list<std::uint16_t>{
             64, 536, 1024, 1220, 1360, 1440, 1460, 8960})  // come back as they were
        CHECK(check_cookie(keyed, tuple, 5000, make_cookie(keyed, tuple, 5000, usual, {}, now), {}, now) ==
              usual);
}

TEST_CASE("a cookie is believed in its period of 64 s and the next, then no more [R4987-4] [RFC 4987 A]") {
    const Instant made{640s};  // a period begins
    const std::uint32_t cookie = make_cookie(keyed, tuple, 5000, 1460, {}, made);
    CHECK(check_cookie(keyed, tuple, 5000, cookie, {}, made + 63s));
    CHECK(check_cookie(keyed, tuple, 5000, cookie, {}, made + 127s));
    CHECK_FALSE(check_cookie(keyed, tuple, 5000, cookie, {}, made + 128s));
    CHECK_FALSE(check_cookie(keyed, tuple, 5000, cookie, {}, made - 1s));
}

TEST_CASE("an old cookie never comes true again when its counter repeats [R4987-4] [RFC 4987 A]") {
    const Instant made{640s};
    const std::uint32_t cookie = make_cookie(keyed, tuple, 5000, 1460, {}, made);
    for (int periods = 2; periods < 200; ++periods) {
        CAPTURE(periods);
        CHECK_FALSE(check_cookie(keyed, tuple, 5000, cookie, {}, made + 64s * periods));
    }
}

TEST_CASE("one wrong bit, another tuple, initial number or key: no cookie of ours [R4987-5] [RFC 4987 A]") {
    const Instant now{1000s};
    const std::uint32_t cookie = make_cookie(keyed, tuple, 5000, 1460, {}, now);
    for (unsigned bit = 0; bit < 32; ++bit) {
        CAPTURE(bit);
        CHECK_FALSE(check_cookie(keyed, tuple, 5000, cookie ^ (1U << bit), {}, now));
    }
    CHECK_FALSE(check_cookie(keyed, tuple, 5001, cookie, {}, now));
    Tuple other = tuple;
    other.remote.port = 4001;
    CHECK_FALSE(check_cookie(keyed, other, 5000, cookie, {}, now));
    CHECK_FALSE(check_cookie(IsnGenerator({1, 3}, std::nullopt), tuple, 5000, cookie, {}, now));
}

TEST_CASE("guesses do not pass: of a million numbers hardly any is a cookie [R4987-5] [RFC 4987 A]") {
    const Instant now{1000s};
    int passed = 0;
    for (std::uint32_t i = 0; i < 1000000; ++i)
        passed += check_cookie(keyed, tuple, 5000, i * 2654435761U, {}, now) ? 1 : 0;
    CHECK(passed <= 2);  // 2 of 32 counters and 2^-24: one in 268 millions
}

TEST_CASE("the hash of a cookie tells nothing of an initial number at the same place") {
    const IsnGenerator other({7, 8}, std::nullopt);
    const Instant now{1000s};
    CHECK((make_cookie(other, tuple, 0, 1460, {}, now) & 0xffffffU) !=
          (static_cast<std::uint32_t>(other.keyed(tuple, 0)) & 0xffffffU));
}

TEST_CASE(
    "window shift and SACK are kept in the timestamp, which does not move forward, and the hash covers them "
    "[R4987-6] [RFC 4987 3.6]") {
    for (const std::uint32_t clock : {1000U, 1063U, 1064U, 0U, 5U, 0xffffffffU}) {
        for (std::uint8_t shift = 0; shift <= 15; ++shift) {
            const CookieOptions options{shift, shift % 2 == 0};
            const std::uint32_t marked = with_cookie_options(clock, options);
            CHECK(clock - marked < 128);
            CHECK(cookie_options_in(marked).window_shift == shift);
            CHECK(cookie_options_in(marked).sack == options.sack);
        }
    }
    const Instant now{1000s};
    const std::uint32_t cookie = make_cookie(keyed, tuple, 5000, 1460, {7, true}, now);
    CHECK(check_cookie(keyed, tuple, 5000, cookie, {7, true}, now) == 1460);
    CHECK_FALSE(check_cookie(keyed, tuple, 5000, cookie, {8, true}, now));
    CHECK_FALSE(check_cookie(keyed, tuple, 5000, cookie, {7, false}, now));
    CHECK_FALSE(check_cookie(keyed, tuple, 5000, cookie, {}, now));
}

}  // namespace
}  // namespace sluice::tcp
