#include "tcp/congestion/ecn.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

Ecn agreed() {
    Ecn e;
    e.start(EcnMode::classic);
    return e;
}

TEST_CASE("a mark is echoed until CWR; a mark together with CWR is a new one [R3168-9] [RFC 3168 6.1.3]") {
    Ecn e = agreed();
    e.on_text(ecn::ect_0, false);
    CHECK_FALSE(e.echoes());
    e.on_text(ecn::ce, false);
    CHECK(e.echoes());
    e.on_text(ecn::ect_0, false);
    CHECK(e.echoes());
    e.on_text(ecn::ect_0, true);
    CHECK_FALSE(e.echoes());
    e.on_text(ecn::ce | 0xb8, true);
    CHECK(e.echoes());
}

TEST_CASE("ten echoes in a window ask for one reduction and one CWR [R3168-6] [RFC 3168 6.1.2]") {
    Ecn e = agreed();
    CHECK(e.on_echo(1001, 11001));
    for (Pos una = 2001; una <= 11000; una += 1000) CHECK_FALSE(e.on_echo(una, una + 10000));
    CHECK(e.owes_cwr());
    CHECK(e.take_cwr());
    CHECK_FALSE(e.take_cwr());
    CHECK_FALSE(e.on_echo(11001, 21001));  // the last of the same window
    CHECK(e.on_echo(12001, 22001));        // sent after the reduction
    CHECK(e.take_cwr());
}

TEST_CASE(
    "after a loss too CWR is sent, and echoes of the same window ask for nothing more [R3168-6] [RFC 3168 "
    "6.1.2]") {
    Ecn e = agreed();
    e.on_reduced(11001);
    CHECK(e.take_cwr());
    CHECK_FALSE(e.on_echo(5001, 12001));
    CHECK_FALSE(e.owes_cwr());
}

TEST_CASE("without agreement nothing is echoed and nothing answered [R3168-3] [RFC 3168 6.1.1]") {
    Ecn e;
    e.on_text(ecn::ce, false);
    CHECK_FALSE(e.echoes());
    CHECK_FALSE(e.on_echo(1001, 11001));
    e.on_reduced(11001);
    CHECK_FALSE(e.owes_cwr());
}

}  // namespace
}  // namespace sluice::tcp
