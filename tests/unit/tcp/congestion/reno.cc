#include "tcp/congestion/reno.h"

#include <doctest/doctest.h>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

constexpr std::uint32_t mss = 1000;

AckSample acked(Pos octets) {
    AckSample sample;
    sample.octets = sample.delivered = octets;
    sample.mss = mss;
    sample.was_limited = true;
    return sample;
}

CongestionEvent with(Pos flight) { return {Instant{}, flight, flight, mss}; }

Reno reno(Pos window) {
    Settings settings;
    settings.slow_start_segments = 1;
    settings.hystart = false;
    Reno r;
    r.start(settings, window);
    return r;
}

Reno in_avoidance(Pos threshold) {
    Reno r = reno(10000);
    r.on_loss(with(2 * threshold));
    r.set_window(threshold);
    return r;
}

TEST_CASE("slow start adds what was acknowledged, at most one SMSS for an ACK [R5681-8] [RFC 5681 3.1]") {
    Reno many = reno(10000);
    for (int i = 0; i < 10; ++i) many.on_acked(acked(100));  // ten ACKs of a tenth each
    CHECK(many.window() == 11000);
    Reno one = reno(10000);
    one.on_acked(acked(4000));
    CHECK(one.window() == 11000);
}

TEST_CASE("slow start doubles the window in a round trip of prompt ACKs [R5681-4] [MUST-19] [RFC 5681 3.1]") {
    Reno r = reno(4000);
    for (int round = 0; round < 5; ++round) {
        const Pos window = r.window();
        for (Pos sent = 0; sent < window; sent += mss) r.on_acked(acked(mss));
        CHECK(r.window() == 2 * window);
    }
    CHECK(r.is_slow_start());
}

TEST_CASE("the first slow start threshold is arbitrarily high [R5681-7] [RFC 5681 3.1]") {
    const Reno r = reno(10000);
    CHECK(r.slow_start_threshold() > Pos{1} << 40);
    CHECK(r.is_slow_start());
}

TEST_CASE("ssthresh is half of FlightSize, at least two segments [R5681-10] [RFC 5681 3.1 (4)]") {
    Reno r = reno(40000);  // FlightSize is halved, not the window
    r.on_loss(with(10000));
    CHECK(r.slow_start_threshold() == 5000);
    r.on_loss(with(1000));
    CHECK(r.slow_start_threshold() == 2000);
    r.on_loss(with(0));
    CHECK(r.slow_start_threshold() == 2000);
}

TEST_CASE(
    "after a timeout the window is one segment, then slow start to ssthresh [R5681-12] [RFC 5681 3.1]") {
    Reno r = reno(10000);
    r.on_timeout(with(10000), true);
    CHECK(r.window() == 1000);
    CHECK(r.is_slow_start());
    for (int i = 0; i < 4; ++i) r.on_acked(acked(1000));
    CHECK(r.window() == 5000);
    CHECK_FALSE(r.is_slow_start());
    r.on_acked(acked(1000));
    CHECK(r.window() == 5000);
}

TEST_CASE(
    "congestion avoidance adds one SMSS for each window acknowledged [R5681-9] [R5681-4] [RFC 5681 3.1]") {
    Reno r = in_avoidance(10000);
    for (int i = 0; i < 9; ++i) r.on_acked(acked(1000));
    CHECK(r.window() == 10000);
    r.on_acked(acked(1000));
    CHECK(r.window() == 11000);
    for (int i = 0; i < 10; ++i) r.on_acked(acked(1000));
    CHECK(r.window() == 11000);
    r.on_acked(acked(1000));
    CHECK(r.window() == 12000);
}

TEST_CASE("delayed ACKs do not slow congestion avoidance down [R5681-9] [RFC 5681 3.1]") {
    Reno r = in_avoidance(10000);
    for (int i = 0; i < 5; ++i) r.on_acked(acked(2000));
    CHECK(r.window() == 11000);
}

TEST_CASE(
    "whatever the ACKs, avoidance never adds more than one SMSS in a round trip [R5681-9] [R5681-3] [RFC "
    "5681 3.1]") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        Reno r = in_avoidance(draw.between(2, 40) * 1000 + draw.between(0, 999));
        for (int round = 0; round < 50; ++round) {
            const Pos window = r.window();
            for (Pos left = window; left > 0;) {
                const Pos octets = std::min<Pos>(left, draw.between(1, 5000));
                r.on_acked(acked(octets));
                left -= octets;
            }
            CHECK(r.window() - window <= mss);
            CHECK(r.window() >= window);
        }
    }
}

}  // namespace
}  // namespace sluice::tcp
