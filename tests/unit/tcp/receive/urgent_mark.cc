#include "tcp/receive/urgent_mark.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

TEST_CASE(
    "the application hears when the pointer first appears and when it advances [MUST-32] [RFC 9293 3.8.5]") {
    UrgentMark mark;
    CHECK(mark.on_pointer(11, 1));
    CHECK_FALSE(mark.on_pointer(11, 1));  // the same again
    CHECK_FALSE(mark.on_pointer(8, 1));   // an older segment
    CHECK(mark.on_pointer(12, 1));
}

TEST_CASE("a pointer at or below what was read is no news [MUST-32] [RFC 9293 3.10.7.4 sixth]") {
    UrgentMark mark;
    CHECK_FALSE(mark.on_pointer(11, 11));
    CHECK_FALSE(mark.on_pointer(10, 11));
    CHECK_FALSE(mark.remaining(11));
    CHECK(mark.on_pointer(12, 11));
}

TEST_CASE("how much urgent data is left can be asked, to the mark and past it [MUST-33] [MUST-62]") {
    UrgentMark mark;
    CHECK_FALSE(mark.remaining(1));
    mark.on_pointer(11, 1);
    CHECK(mark.remaining(1) == 10);
    CHECK(mark.remaining(5) == 6);
    CHECK(mark.remaining(11) == 0);  // at the mark
    CHECK_FALSE(mark.remaining(12));
}

TEST_CASE("urgent data may reach far beyond one segment [MUST-31] [RFC 9293 3.8.5]") {
    UrgentMark mark;
    CHECK(mark.on_pointer(60001, 1));
    for (Pos read = 1; read <= 60001; read += 1000) CHECK(mark.remaining(read) == 60001 - read);
}

}  // namespace
}  // namespace sluice::tcp
