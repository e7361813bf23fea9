// Clock, entropy and signals of the host.
#include <doctest/doctest.h>
#include <signal.h>
#include <time.h>

#include "host/clock.h"
#include "host/entropy.h"
#include "host/signals.h"

using namespace sluice;
using namespace sluice::host;

TEST_CASE("the time line begins at zero and never goes back") {
    const Clock clock;
    Instant last = clock.now();
    CHECK(last >= Instant{});
    CHECK(last < Instant(1s));
    for (int i = 0; i < 1000; ++i) {
        const Instant next = clock.now();
        CHECK(next >= last);
        last = next;
    }
    CHECK(clock.wall_base_ns() / 1'000'000'000 <= ::time(nullptr));
    CHECK(clock.wall_base_ns() / 1'000'000'000 >= ::time(nullptr) - 10);
}

TEST_CASE("two seeds from the system differ [RFC 6528 4]") {
    const SipKey a = entropy();
    const SipKey b = entropy();
    CHECK((a.k0 != b.k0 || a.k1 != b.k1));
}

TEST_CASE("signals wait in a descriptor instead of ending the program") {
    Signals signals({SIGUSR1});
    CHECK_FALSE(signals.take());
    ::raise(SIGUSR1);
    CHECK(signals.take() == SIGUSR1);
    CHECK_FALSE(signals.take());
}
