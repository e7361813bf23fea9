#include "tcp/opening/listener.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

TEST_CASE(
    "a SYN is admitted while half-open and waiting children together are below the limit [states.md 6.2]") {
    Backlog backlog;
    backlog.limit = 3;
    CHECK(backlog.has_room());
    backlog.half_open = 2;
    CHECK(backlog.has_room());
    backlog.waiting = 1;
    CHECK_FALSE(backlog.has_room());
    backlog.half_open = 1;
    CHECK(backlog.has_room());
}

TEST_CASE("a cookie is worth sending while an established child could be kept [R4987-7] [states.md 6.3]") {
    Backlog backlog;
    backlog.limit = 2;
    backlog.half_open = 100;
    backlog.waiting = 1;
    CHECK(backlog.has_cookie_room());
    backlog.waiting = 2;
    CHECK_FALSE(backlog.has_cookie_room());
}

TEST_CASE("more than half of the backlog half-open is pressure [R4987-1] [states.md 6.7]") {
    Backlog backlog;
    backlog.limit = 10;
    backlog.half_open = 5;
    CHECK_FALSE(backlog.is_pressed());
    backlog.half_open = 6;
    CHECK(backlog.is_pressed());
}

}  // namespace
}  // namespace sluice::tcp
