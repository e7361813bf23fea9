#include "tcp/congestion/cubic.h"

#include <doctest/doctest.h>

#include <cmath>

namespace sluice::tcp {
namespace {

constexpr std::uint32_t mss = 1000;
constexpr Instant start{100s};

CongestionEvent with(Pos flight, Instant now = start) { return {now, flight, flight, mss}; }

AckSample acked(Pos octets, Instant now, Duration rtt = 100ms) {
    AckSample sample;
    sample.now = now;
    sample.octets = sample.delivered = octets;
    sample.rtt = rtt;
    sample.smoothed = sample.least = rtt;
    sample.mss = mss;
    sample.was_limited = true;
    return sample;
}

Cubic cubic(Pos window) {
    Settings settings;
    settings.hystart = false;
    settings.slow_start_segments = 1;
    Cubic c;
    c.start(settings, window);
    return c;
}

// A window of 100 segments was lost and the window is what recovery left; the epoch begins at `start`.
Cubic after_loss(Pos window = 100 * mss, Duration rtt = 100ms) {
    Cubic c = cubic(window);
    c.on_loss(with(window));
    c.set_window(c.slow_start_threshold());
    c.on_acked(acked(0, start, rtt));
    return c;
}

// One ACK per segment, `window` of them spread over each round trip.
void run(Cubic& c, Instant& now, Duration time, Duration rtt) {
    const Instant end = now + time;
    while (now < end) {
        const Pos segments = std::max<Pos>(c.window() / mss, 1);
        now += rtt / segments;
        c.on_acked(acked(mss, now, rtt));
    }
}

TEST_CASE(
    "W_max 100 and beta 0.7: K is 4.217 s, W(0) 70, W(K) 100 segments [R9438-1] [R9438-2] [RFC 9438 4.2]") {
    const Cubic c = after_loss();
    CHECK(c.window() == 70 * mss);
    CHECK(in_ms(c.inflection()) == 4217);  // cbrt(30 / 0.4) = 4.2172
    CHECK(c.w_max() == 100 * mss);
    CHECK(std::abs(c.curve(0s, mss) - 70 * mss) < 10);
    CHECK(c.curve(4217ms, mss) == 100 * mss);
    // 0.4 * (1 - 4.21716)^3 + 100 = 86.681; 0.4 * (6 - 4.21716)^3 + 100 = 102.267; at 10 s 177.354.
    CHECK(std::abs(c.curve(1s, mss) - 86'681) < 10);
    CHECK(std::abs(c.curve(6s, mss) - 102'267) < 10);
    CHECK(std::abs(c.curve(10s, mss) - 177'354) < 10);
}

TEST_CASE("the curve is bounded far from its inflection") {
    const Cubic c = after_loss();
    CHECK(c.curve(24h, mss) == c.curve(300s, mss));
    CHECK(c.curve(24h, 65495) > 0);
}

TEST_CASE("concave and convex alike the window follows W(t + RTT) [R9438-6] [RFC 9438 4.4, 4.5]") {
    // At 100 ms and these windows Reno would be slower than the curve around its ends.
    Cubic c = after_loss(1000 * mss);
    CHECK(in_ms(c.inflection()) == 9085);  // cbrt(300 / 0.4) = 9.0856
    Instant now = start;
    for (int second = 1; second <= 14; ++second) {
        run(c, now, 1s, 100ms);
        const double t = static_cast<double>((now - start).count()) / 1e9;
        const double expected = 1e3 * (0.4 * std::pow(t - 9.0856, 3) + 1000);
        CAPTURE(second);
        CHECK(static_cast<double>(c.window()) == doctest::Approx(expected).epsilon(0.02));
    }
}

TEST_CASE("an ACK moves the window a window's share of the way to the target [R9438-6] [RFC 9438 4.4]") {
    Cubic c = after_loss(1000 * mss);
    const Pos before = c.window();
    const Pos target = c.curve(2s + 100ms, mss);
    c.on_acked(acked(10 * mss, start + 2s));
    CHECK(c.window() == before + (target - before) * 10 * mss / before);
}

TEST_CASE("the target is at most one and a half windows, never below the window [R9438-3] [RFC 9438 4.2]") {
    Cubic c = after_loss();
    const Pos before = c.window();
    c.on_acked(acked(before, start + 100s));  // far up the curve, a whole window acknowledged
    CHECK(c.window() == before + before / 2);

    Cubic down = after_loss(1000 * mss);
    down.set_window(900 * mss);
    down.on_acked(acked(10 * mss, start + 1ms));  // the curve is at 700
    CHECK(down.window() == 900 * mss);
}

TEST_CASE(
    "at short round trips the window is Reno's with beta 0.7: alpha 9/17, then 1 [R9438-5] [RFC 9438 4.3]") {
    Cubic c = after_loss(20 * mss, 1ms);  // K = cbrt(6 / 0.4) = 2.466 s
    CHECK(c.window() == 14 * mss);
    Instant now = start;
    // From 14 to 20 segments at 9/17 of a segment per round trip: 11.33 round trips of 17 segments on average.
    for (int i = 0; i < 193; ++i) c.on_acked(acked(mss, now += 60us, 1ms));
    CHECK(c.window() > 19'800);
    CHECK(c.window() < 20'200);
    for (int i = 0; i < 20; ++i) c.on_acked(acked(mss, now += 60us, 1ms));
    // Beyond cwnd_prior a segment per round trip.
    const Pos before = c.window();
    for (Pos left = before; left > 0; left -= mss)
        c.on_acked(acked(std::min(left, Pos{mss}), now += 40us, 1ms));
    CHECK(c.window() - before > 950);
    CHECK(c.window() - before <= 1000);
}

TEST_CASE("time without use of the window does not count [R9438-4] [R9438-8] [RFC 9438 4.2, 4.6]") {
    Cubic c = after_loss(1000 * mss);
    Instant now = start;
    run(c, now, 2s, 100ms);
    Cubic twin = c;
    const Instant twin_now = now;
    const Pos before = c.window();
    AckSample idle = acked(mss, now + 60s);
    idle.was_limited = false;
    c.on_acked(idle);
    CHECK(c.window() == before);
    c.on_acked(acked(10 * mss, now + 60s + 10ms));
    twin.on_acked(acked(10 * mss, twin_now + 10ms));
    CHECK(c.window() == twin.window());
}

TEST_CASE("a restart after an idle time does not count the idle time [R9438-4] [RFC 9438 4.2]") {
    Cubic c = after_loss(1000 * mss);
    Instant now = start;
    run(c, now, 2s, 100ms);
    const Pos before = c.window();
    c.on_idle(10 * mss, now + 60s);
    CHECK(c.window() == 10 * mss);
    c.set_window(before);
    c.on_acked(acked(before, now + 60s + 10ms));
    CHECK(c.window() - before < 20 * mss);  // 0.4 * 3 * 7^2 * 0.1 s is some 6 segments
}

TEST_CASE("a loss: ssthresh is 0.7 of FlightSize, at least two segments [R9438-7] [RFC 9438 4.6]") {
    Cubic c = cubic(100 * mss);
    c.on_loss(with(100 * mss));
    CHECK(c.slow_start_threshold() == 70 * mss);
    CHECK(c.w_max() == 100 * mss);
    c.on_loss(with(1 * mss));
    CHECK(c.slow_start_threshold() == 2 * mss);
}

TEST_CASE("fast convergence: lost at 80 of 100, W_max is 68 [R9438-10] [RFC 9438 4.7]") {
    Cubic c = after_loss();
    c.set_window(80 * mss);
    c.on_loss(with(80 * mss));
    CHECK(c.w_max() == 68 * mss);
    Cubic grown = after_loss();
    grown.set_window(120 * mss);
    grown.on_loss(with(120 * mss));
    CHECK(grown.w_max() == 120 * mss);
}

TEST_CASE(
    "a timeout: one segment, ssthresh by beta, then K = 0 and W_max the window [R9438-11] [RFC 9438 4.8]") {
    Cubic c = cubic(100 * mss);
    c.on_timeout(with(100 * mss), true);
    CHECK(c.slow_start_threshold() == 70 * mss);
    CHECK(c.window() == mss);
    c.on_timeout(with(1 * mss), false);
    CHECK(c.slow_start_threshold() == 70 * mss);
    Instant now = start;
    while (c.is_slow_start()) c.on_acked(acked(mss, now += 1ms));
    c.on_acked(acked(mss, now += 1ms));
    CHECK(c.w_max() == 70 * mss);
    CHECK(c.inflection() == 0s);
}

TEST_CASE("ECE lowers by 0.7 at once, down to one segment [R9438-9] [R3168-7] [RFC 9438 4.6]") {
    Cubic c = cubic(100 * mss);
    c.on_ecn(with(100 * mss));
    CHECK(c.window() == 70 * mss);
    CHECK(c.slow_start_threshold() == 70 * mss);
    for (int i = 0; i < 20; ++i) c.on_ecn(with(c.window()));
    CHECK(c.window() == mss);
    CHECK(c.slow_start_threshold() == 2 * mss);
    AckSample echo = acked(mss, start);
    echo.has_ecn_echo = true;
    c.on_acked(echo);
    CHECK(c.window() == mss);
}

TEST_CASE("a reduction for nothing is undone: window, threshold and curve [R9438-12] [RFC 9438 4.9]") {
    Cubic c = after_loss(1000 * mss);
    Instant now = start;
    run(c, now, 3s, 100ms);
    const Cubic before = c;
    for (const bool is_timeout : {false, true}) {
        if (is_timeout)
            c.on_timeout(with(c.window(), now), true);
        else
            c.on_loss(with(c.window(), now));
        c.set_window(5 * mss);
        c.undo();
        CHECK(c.window() == before.window());
        CHECK(c.slow_start_threshold() == before.slow_start_threshold());
        CHECK(c.w_max() == 1000 * mss);
        CHECK(c.inflection() == before.inflection());
        CHECK(c.curve(1s, mss) == before.curve(1s, mss));
    }
    c.set_window(7 * mss);
    c.undo();  // once
    CHECK(c.window() == 7 * mss);
    // The window has grown beyond what it was: it stays.
    c.on_loss(with(7 * mss));
    c.set_window(9 * mss);
    c.undo();
    CHECK(c.window() == 9 * mss);
}

TEST_CASE(
    "slow start up to ssthresh; HyStart++ ends it with a flat epoch [R9438-13] [R9438-14] [R9406-7] [RFC "
    "9438 4.10]") {
    Cubic c;
    Settings settings;
    settings.hystart = true;
    settings.slow_start_segments = 8;
    c.start(settings, 10 * mss);
    CHECK(c.is_slow_start());
    Pos una = 1;
    Pos sent = 1 + 10 * mss;
    Instant now = start;
    for (int round = 0; round < 8 && c.is_slow_start(); ++round) {
        const Pos end = sent;
        while (una < end && c.is_slow_start()) {
            AckSample sample = acked(mss, now += 1ms, round == 0 ? 40ms : 80ms);
            sample.una = una += mss;
            sample.nxt = sent;
            c.on_acked(sample);
            sent = una + c.window();
        }
    }
    REQUIRE_FALSE(c.is_slow_start());
    const Pos window = c.window();
    CHECK(c.slow_start_threshold() == window);
    c.on_acked(acked(mss, now += 1ms));
    CHECK(c.w_max() == window);
    CHECK(c.inflection() == 0s);
    CHECK(c.window() < window + mss);
}

TEST_CASE("small growth adds up in a large window") {
    Cubic c = after_loss(100'000 * mss);  // 100 Mbyte
    const Pos before = c.window();
    Instant now = start;
    for (int i = 0; i < 100'000; ++i) c.on_acked(acked(mss, now += 10us));
    const Pos curve = c.curve(1s, mss);
    CHECK(c.window() - before > (curve - before) / 2);
    CHECK(c.window() <= c.curve(1100ms, mss));
}

}  // namespace
}  // namespace sluice::tcp
