#include "tcp/send/pacer.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

constexpr std::uint32_t mss = 1000;
constexpr std::uint64_t rate = 10'000'000;  // 10 segments in a millisecond
constexpr Instant start{10s};

// Segments that leave at `now`.
int burst(Pacer& pacer, std::uint64_t at_rate, Instant now, Duration quantum = 1ms) {
    int sent = 0;
    while (sent < 1000 && pacer.may_send(at_rate, now)) {
        pacer.on_sent(mss, at_rate, mss, quantum, now);
        ++sent;
    }
    return sent;
}

TEST_CASE("segments leave by the quantum, and the average is the rate [draft-ietf-ccwg-bbr 5.6.2, 5.6.3]") {
    Pacer pacer;
    Instant now = start;
    CHECK(burst(pacer, rate, now) == 20);  // one quantum ahead, and one of credit after silence
    for (int i = 0; i < 100; ++i) {
        CHECK(pacer.deadline() == now + 1ms);
        now = pacer.deadline();
        CHECK(burst(pacer, rate, now) == 10);
    }
}

TEST_CASE("at a low rate two segments leave at a time, never more [draft-ietf-ccwg-bbr 5.6.3]") {
    Pacer pacer;
    Instant now = start;
    burst(pacer, 10'000, now);  // 100 ms a segment
    for (int i = 0; i < 5; ++i) {
        const Instant before = now;
        now = pacer.deadline();
        CHECK(burst(pacer, 10'000, now) == 2);
        CHECK(now - before == 200ms);
    }
}

TEST_CASE("a late wake-up is made up for, by one quantum at most") {
    Pacer pacer;
    burst(pacer, rate, start);
    const Instant due = pacer.deadline();
    CHECK(burst(pacer, rate, due + 500us) == 15);
    Pacer late;
    burst(late, rate, start);
    CHECK(burst(late, rate, late.deadline() + 1h) == 20);
}

TEST_CASE("there is a deadline only while something waits; without a rate nothing waits") {
    Pacer pacer;
    CHECK(pacer.deadline() == never);
    for (int i = 0; i < 20; ++i) pacer.on_sent(mss, rate, mss, 1ms, start);
    CHECK(pacer.deadline() == never);
    CHECK_FALSE(pacer.may_send(rate, start));
    CHECK(pacer.deadline() > start);
    pacer.stop();
    CHECK(pacer.deadline() == never);
    CHECK(pacer.may_send(0, start));
    CHECK(burst(pacer, 0, start) == 1000);
}

TEST_CASE("a frame carries no more than a quantum, at least two segments") {
    CHECK(Pacer::quantum_bytes(rate, mss, 1ms) == 10'000);
    CHECK(Pacer::quantum_bytes(1000, mss, 1ms) == 2000);
}

}  // namespace
}  // namespace sluice::tcp
