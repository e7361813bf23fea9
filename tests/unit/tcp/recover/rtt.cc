#include "tcp/recover/rtt.h"

#include <doctest/doctest.h>

#include <cmath>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

// The formulas of RFC 6298 2 as they stand, without bounds.
Settings unbounded() {
    Settings settings;
    settings.rto_min = 1ms;
    settings.clock_granularity = 1ms;
    return settings;
}

TEST_CASE("before the first sample the RTO is one second [R6298-1] [RFC 6298 2.1]") {
    const Rtt rtt;
    CHECK_FALSE(rtt.has_sample());
    CHECK(rtt.timeout(Settings()) == 1s);
}

TEST_CASE("the first sample: SRTT 100, RTTVAR 50, RTO 300 ms [R6298-2] [MUST-18] [RFC 6298 2.2]") {
    Rtt rtt;
    rtt.on_sample(100ms, 1);
    CHECK(rtt.has_sample());
    CHECK(rtt.smoothed() == 100ms);
    CHECK(rtt.variation() == 50ms);
    CHECK(rtt.timeout(unbounded()) == 300ms);
}

TEST_CASE(
    "a second sample of 200 ms: RTTVAR 62.5, SRTT 112.5, RTO 362.5 ms [R6298-3] [R6298-4] [RFC 6298 2.3]") {
    Rtt rtt;
    rtt.on_sample(100ms, 1);
    rtt.on_sample(200ms, 1);
    CHECK(rtt.variation() == 62500us);
    CHECK(rtt.smoothed() == 112500us);
    CHECK(rtt.timeout(unbounded()) == 362500us);
}

TEST_CASE("a hundred random samples match the formulas to a few nanoseconds [R6298-4] [RFC 6298 2.3]") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        Rtt rtt;
        double smoothed = 0;
        double variation = 0;
        for (int i = 0; i < 100; ++i) {
            const Duration sample(draw.between(0, 3'000'000'000));
            const auto r = static_cast<double>(sample.count());
            if (i == 0) {
                smoothed = r;
                variation = r / 2;
            } else {
                variation = 0.75 * variation + 0.25 * std::abs(smoothed - r);
                smoothed = 0.875 * smoothed + 0.125 * r;
            }
            rtt.on_sample(sample, 1);
            CHECK(std::abs(static_cast<double>(rtt.smoothed().count()) - smoothed) < 10);
            CHECK(std::abs(static_cast<double>(rtt.variation().count()) - variation) < 16);
        }
    }
}

TEST_CASE("a steady RTT leaves SRTT + G, never less [R6298-9] [RFC 6298 4]") {
    Rtt rtt;
    for (int i = 0; i < 200; ++i) rtt.on_sample(100ms, 1);
    CHECK(rtt.smoothed() == 100ms);
    CHECK(4 * rtt.variation() < 1ms);
    CHECK(rtt.timeout(unbounded()) == 101ms);
    Settings coarse = unbounded();
    coarse.clock_granularity = 10ms;
    CHECK(rtt.timeout(coarse) == 110ms);
}

TEST_CASE("the RTO is kept between its bounds [R6298-5] [R6298-6] [RFC 6298 2.4, 2.5]") {
    Settings settings;
    Rtt fast;
    fast.on_sample(1ms, 1);
    CHECK(fast.timeout(settings) == 200ms);  // the documented floor
    settings.rto_min = 1s;
    CHECK(fast.timeout(settings) == 1s);
    Rtt slow;
    slow.on_sample(100s, 1);
    CHECK(slow.timeout(settings) == 120s);
    settings.rto_max = 60s;
    CHECK(slow.timeout(settings) == 60s);
}

TEST_CASE("a negative sample counts as zero") {
    Rtt rtt;
    rtt.on_sample(-5ms, 1);
    CHECK(rtt.smoothed() == 0ms);
    CHECK(rtt.variation() == 0ms);
}

TEST_CASE("many samples in one round trip do not shorten the memory [R7323-17] [RFC 7323 4.2, appendix G]") {
    Rtt one;
    Rtt many;
    for (int i = 0; i < 50; ++i) {
        one.on_sample(100ms, 1);
        many.on_sample(100ms, 1);
    }
    one.on_sample(200ms, 1);
    for (int i = 0; i < 100; ++i) many.on_sample(200ms, 100);
    // One sample moves SRTT by 12.5 ms; a hundred small steps by 100 * (1 - (1 - 1/800)^100) = 11.75 ms.
    CHECK(one.smoothed() == 112500us);
    CHECK(many.smoothed() > 111700us);
    CHECK(many.smoothed() < 111800us);
}

TEST_CASE(
    "after a lost SYN data starts with 3 s, until the first sample of its own [R6298-16] [RFC 6298 5.7]") {
    const Settings settings;
    Rtt rtt;
    rtt.raise_initial(settings.rto_after_syn_loss);
    CHECK(rtt.timeout(settings) == 3s);
    rtt.on_sample(100ms, 1);
    CHECK(rtt.timeout(settings) == 300ms);

    Rtt sampled;  // with timestamps the SYN,ACK itself gave a sample
    sampled.on_sample(100ms, 1);
    sampled.raise_initial(settings.rto_after_syn_loss);
    CHECK(sampled.timeout(settings) == 3s);
}

TEST_CASE("an RTO of more than 3 s stays what it is after a lost SYN [R6298-16] [RFC 6298 5.7]") {
    Settings settings;
    settings.rto_initial = 10s;
    Rtt rtt;
    rtt.raise_initial(settings.rto_after_syn_loss);
    CHECK(rtt.timeout(settings) == 10s);
    Rtt slow;
    slow.on_sample(5s, 1);
    slow.raise_initial(settings.rto_after_syn_loss);
    CHECK(slow.timeout(settings) == 15s);
}

}  // namespace
}  // namespace sluice::tcp
