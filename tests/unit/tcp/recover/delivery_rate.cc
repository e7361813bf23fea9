#include "tcp/recover/delivery_rate.h"

#include <doctest/doctest.h>

#include <array>

namespace sluice::tcp {
namespace {

Instant at(Duration time) { return Instant{} + 10s + time; }

struct Left {
    SendState state;
    Instant sent_at{};
};

Left left(DeliveryRate& rate, Pos octets, Pos in_flight, Duration time) {
    return {rate.on_sent(octets, in_flight, at(time)), at(time)};
}

TEST_CASE(
    "octets delivered while the newest segment was under way, by the longer of sending and acknowledging "
    "them "
    "[draft-ietf-ccwg-bbr 4.1.2.3]") {
    DeliveryRate rate;
    // Ten segments leave at once, their ACKs come 10 ms apart after 100 ms.
    std::array<Left, 10> sent;
    for (std::size_t i = 0; i < 10; ++i) sent[i] = left(rate, 1000, Pos{1000} * Pos(i), 0ms);
    CHECK(sent[9].state.in_flight == 10000);
    RateSample sample;
    for (std::size_t i = 0; i < 10; ++i)
        sample = rate.on_delivered(1000, {sent[i].sent_at, 1}, sent[i].state, 100ms,
                                   at(100ms + 10ms * static_cast<int>(i)));
    CHECK(sample.delivered == 10000);
    CHECK(sample.interval == 190ms);
    CHECK(sample.rate() == 52631);
    CHECK(sample.prior_delivered == 0);
    CHECK(sample.total == 10000);

    // One that left when five were delivered: it measures what came after those.
    DeliveryRate second;
    const auto first = left(second, 5000, 0, 0ms);
    second.on_delivered(5000, {first.sent_at, 1}, first.state, 100ms, at(100ms));
    const auto next = left(second, 1000, 0, 100ms);
    sample = second.on_delivered(1000, {next.sent_at, 1}, next.state, 100ms, at(200ms));
    CHECK(sample.prior_delivered == 5000);
    CHECK(sample.delivered == 1000);
    CHECK(sample.interval == 100ms);
    CHECK(sample.rate() == 10000);
}

TEST_CASE(
    "ACKs that come compressed do not raise the rate above that of sending [draft-ietf-ccwg-bbr 4.1.1.2]") {
    DeliveryRate rate;
    const auto first = left(rate, 1000, 0, 0ms);
    std::array<Left, 10> sent;
    for (std::size_t i = 0; i < 10; ++i) sent[i] = left(rate, 1000, 1000, 10ms * static_cast<int>(i + 1));
    rate.on_delivered(1000, {first.sent_at, 1}, first.state, 100ms, at(200ms));
    const RateSample sample = rate.on_delivered(10000, {sent[9].sent_at, 1}, sent[9].state, 100ms, at(201ms));
    CHECK(sample.interval == 201ms);  // since the delivery before it left, longer than its 100 ms of sending
    // The same, but each leaves after a delivery: the time of sending is longer.
    DeliveryRate other;
    const auto one = left(other, 1000, 0, 0ms);
    const auto two = left(other, 1000, 1000, 50ms);
    other.on_delivered(1000, {one.sent_at, 1}, one.state, 0ms, at(90ms));
    const auto three = left(other, 1000, 1000, 91ms);
    const RateSample compressed = other.on_delivered(2000, {three.sent_at, 1}, three.state, 0ms, at(100ms));
    CHECK(two.state.delivered == 0);
    CHECK(compressed.interval == 91ms);  // it left 91 ms after the first segment, acknowledged within 10 ms
}

TEST_CASE("an interval below the least round trip gives no rate [draft-ietf-ccwg-bbr 4.1.2.3]") {
    DeliveryRate rate;
    const auto sent = left(rate, 1000, 0, 0ms);
    const RateSample sample = rate.on_delivered(1000, {sent.sent_at, 1}, sent.state, 100ms, at(99ms));
    CHECK(sample.has_data());
    CHECK(sample.rate() == 0);
}

TEST_CASE("samples are application-limited until the gap has left the path [draft-ietf-ccwg-bbr 4.1.2.4]") {
    DeliveryRate rate;
    const auto before = left(rate, 3000, 0, 0ms);
    CHECK_FALSE(before.state.is_application_limited);
    rate.on_application_limited(3000);
    const auto during = left(rate, 1000, 3000, 10ms);
    CHECK(during.state.is_application_limited);
    rate.on_delivered(3000, {before.sent_at, 1}, before.state, 0ms, at(100ms));
    CHECK(rate.is_application_limited());  // what left after the gap is not here yet
    const RateSample sample = rate.on_delivered(1000, {during.sent_at, 1}, during.state, 0ms, at(110ms));
    CHECK(sample.is_application_limited);
    CHECK_FALSE(rate.is_application_limited());
    CHECK_FALSE(left(rate, 1000, 0, 120ms).state.is_application_limited);
    rate.on_application_limited(0);
    CHECK(rate.is_application_limited());
}

TEST_CASE("losses count from when the segment left [draft-ietf-ccwg-bbr 5.5.10.2]") {
    DeliveryRate rate;
    const auto first = left(rate, 1000, 0, 0ms);
    rate.on_lost(500, first.state, at(1ms));
    const auto second = left(rate, 1000, 1000, 2ms);
    const LostSample lost = rate.on_lost(200, second.state, at(3ms));
    CHECK(lost.octets == 200);
    CHECK(lost.lost == 200);
    CHECK(lost.in_flight == 2000);
    const RateSample sample = rate.on_delivered(1000, {first.sent_at, 1}, first.state, 0ms, at(100ms));
    CHECK(sample.lost == 700);
}

TEST_CASE("an ACK that delivers nothing new gives no sample") {
    DeliveryRate rate;
    left(rate, 1000, 0, 0ms);
    const RateSample sample = rate.on_delivered(0, {}, {}, 0ms, at(100ms));
    CHECK_FALSE(sample.has_data());
    CHECK(sample.rate() == 0);
}

}  // namespace
}  // namespace sluice::tcp
