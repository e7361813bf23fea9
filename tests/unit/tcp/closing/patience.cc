#include "tcp/closing/patience.h"

#include <doctest/doctest.h>

#include "tcp/settings.h"

namespace sluice::tcp {
namespace {

TEST_CASE(
    "the user timeout counts from the first thing that waits for an answer [MUST-20] [U-25] [RFC 9293 "
    "3.8.3]") {
    Patience patience;
    CHECK_FALSE(patience.is_waiting());
    CHECK(patience.deadline(300s) == never);
    patience.on_asked(Instant{10s});
    patience.on_asked(Instant{200s});
    CHECK(patience.deadline(300s) == Instant{310s});
    CHECK_FALSE(patience.is_over(300s, Instant{310s} - 1ns));
    CHECK(patience.is_over(300s, Instant{310s}));
}

TEST_CASE("progress begins it again while more is outstanding, and ends it when nothing is [MUST-20]") {
    Patience patience;
    patience.on_asked(Instant{10s});
    patience.on_answered(true, Instant{100s});
    CHECK(patience.deadline(300s) == Instant{400s});
    patience.on_answered(false, Instant{150s});
    CHECK_FALSE(patience.is_waiting());
    CHECK_FALSE(patience.is_over(1s, Instant{1000h}));
}

TEST_CASE("it is five minutes by default, the application's choice, or infinite [MUST-21] [U-25] [SHLD-11]") {
    CHECK(Settings().user_timeout == 300s);
    Patience patience;
    patience.on_asked(Instant{});
    CHECK(patience.is_over(30s, Instant{30s}));
    CHECK_FALSE(patience.is_over(300s, Instant{30s}));
    CHECK(patience.deadline(Duration::max()) == never);
    CHECK_FALSE(patience.is_over(Duration::max(), Instant{24h}));
}

}  // namespace
}  // namespace sluice::tcp
