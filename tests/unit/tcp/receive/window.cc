#include "tcp/receive/window.h"

#include <doctest/doctest.h>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

constexpr std::uint32_t mss = 1000;

ReceiveWindow window(std::uint32_t limit, std::uint32_t announced) {
    ReceiveWindow w;
    w.start(1, limit, announced);
    return w;
}

TEST_CASE("the window announced is the room there is [RFC 9293 3.8.6]") {
    ReceiveWindow w = window(50000, 50000);
    CHECK(w.edge() == 50001);
    CHECK(w.announce(1, 50000, mss, 0) == 50000);
    CHECK(w.announce(10001, 40000, mss, 0) == 40000);  // received and not read: the edge stays
    CHECK(w.edge() == 50001);
    CHECK(w.announce(10001, 50000, mss, 0) == 50000);  // read: it moves
    CHECK(w.edge() == 60001);
}

TEST_CASE("the right edge never moves left, whatever happens to the buffer [SHLD-14] [RFC 9293 3.8.6]") {
    ReceiveWindow w = window(50000, 50000);
    CHECK(w.announce(1, 10, mss, 0) == 50000);
    CHECK(w.announce(1001, -500, mss, 0) == 49000);
    w.set_limit(100);
    CHECK(w.announce(1001, 100, mss, 0) == 49000);
    CHECK(w.edge() == 50001);
}

TEST_CASE("the edge moves by a segment or half of the buffer, never less [MUST-39] [RFC 9293 3.8.6.2.2]") {
    ReceiveWindow w = window(50000, 5000);
    CHECK(w.announce(1, 5999, mss, 0) == 5000);
    CHECK(w.announce(1, 6000, mss, 0) == 6000);
    ReceiveWindow small = window(1000, 100);  // half of the buffer is less than a segment
    CHECK(small.announce(1, 599, mss, 0) == 100);
    CHECK(small.announce(1, 600, mss, 0) == 600);
}

TEST_CASE(
    "a full buffer closes the window, a reader opens it in one step [MUST-39] [MAY-8] [RFC 9293 3.8.6]") {
    ReceiveWindow w = window(5000, 5000);
    CHECK(w.announce(5001, 0, mss, 0) == 0);
    for (Pos free = 1; free < 1000; ++free) {
        CHECK_FALSE(w.is_update_due(5001, free, mss));
        CHECK(w.announce(5001, free, mss, 0) == 0);
    }
    CHECK(w.is_update_due(5001, 1000, mss));
    CHECK(w.announce(5001, 1000, mss, 0) == 1000);
    CHECK_FALSE(w.is_update_due(5001, 1000, mss));
}

TEST_CASE(
    "a window announced with a shift is rounded, and never takes back what was promised [R7323-7] "
    "[R7323-5]") {
    ReceiveWindow w = window(1000000, 65535);
    CHECK(w.announce(1, 1000000, mss, 7) == 7812);  // 999936 of 1000000
    CHECK(w.edge() == 1 + 999936);
    // 100 octets arrive and are not read: 999836 are promised, which is 7811.2 units.
    CHECK(w.announce(101, 999900, mss, 7) == 7812);
    CHECK(w.edge() >= 1 + 999936);
    CHECK(w.edge() < 1 + 999936 + 128);
}

TEST_CASE("the field is never more than 16 bits, unscaled in a SYN [R7323-4] [RFC 7323 2.2]") {
    ReceiveWindow w = window(1073725440, 65535);
    CHECK(w.announce(1, 1073725440, mss, 0) == 65535);
    CHECK(w.announce(1, 1073725440, mss, 14) == 65535);
    CHECK(w.edge() == 1 + (Pos{65535} << 14U));
}

TEST_CASE("an update is due only when announcing it would move the edge [MUST-39] [RFC 7323 2.3]") {
    ReceiveWindow w = window(1U << 30U, 65535);
    w.announce(1, 1 << 20, mss, 14);
    for (const Pos left : {0, 100}) {  // all of it is used, or nearly
        const Pos nxt = w.edge() - left;
        bool was_due = false;
        for (Pos free = left; free < 40000; free += 50) {
            CAPTURE(free);
            ReceiveWindow asked = w;
            const Pos before = asked.edge();
            if (!asked.is_update_due(nxt, free, mss)) continue;
            was_due = true;
            asked.announce(nxt, free, mss, 14);
            CHECK(asked.edge() > before);
        }
        CHECK(was_due);
    }
}

TEST_CASE(
    "over any receiving and reading: the edge never moves left, nor beyond the room by more than rounding "
    "[SHLD-14]") {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        const auto shift = static_cast<std::uint8_t>(draw.between(0, 14));
        const Pos unit = Pos{1} << shift;
        const auto limit =
            static_cast<std::uint32_t>(draw.between(300, std::min<Pos>(65535 * unit, 1 << 24)));
        ReceiveWindow w = window(limit, std::min(limit, 65535U));
        Pos nxt = 1;
        Pos read = 1;
        Pos promised = w.edge();
        const Pos least_step = std::max<Pos>(1, std::min<Pos>(limit / 2, mss));
        for (int step = 0; step < 200; ++step) {
            nxt += draw.one_in(4) ? w.edge() - nxt : draw.between(0, w.edge() - nxt);
            read += draw.one_in(4) ? nxt - read : draw.between(0, nxt - read);
            const Pos free = limit - (nxt - read);
            const Pos field = w.announce(nxt, free, mss, shift);
            CHECK(field <= 65535);
            CHECK(nxt + field * unit == std::max(w.edge(), nxt + field * unit));
            CHECK(w.edge() == nxt + field * unit);  // what the peer will read from it
            CHECK(w.edge() >= promised);
            CHECK(w.edge() <= std::max(promised, nxt + free) + unit - 1);
            if (w.edge() > promised + unit) CHECK(w.edge() - promised > least_step - unit);
            promised = w.edge();
        }
    }
}

}  // namespace
}  // namespace sluice::tcp
