#include "tcp/congestion/slow_start.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

constexpr std::uint32_t mss = 1000;

Settings watched() {
    Settings settings;
    settings.hystart = true;
    settings.slow_start_segments = 8;
    return settings;
}

// Rounds of `count` segments, one ACK each, all with one round-trip time.
struct Rounds {
    explicit Rounds(const Settings& settings = watched()) { slow_start.start(settings); }

    Pos ack(Duration rtt, Pos octets = mss) {
        una += octets;
        AckSample sample;
        sample.una = una;
        sample.nxt = una >= round_end ? round_end + next_round : round_end;
        sample.octets = octets;
        sample.rtt = rtt;
        sample.mss = mss;
        if (una >= round_end) {
            round_end += next_round;
            ++number;
        }
        return slow_start.on_acked(sample);
    }
    // Answers how much the window grew.
    Pos round(Duration rtt, int count = 10) {
        Pos growth = 0;
        for (int i = 0; i < count; ++i) growth += ack(rtt);
        return growth;
    }

    SlowStart slow_start;
    Pos una = 1;
    Pos next_round = 10 * mss;
    Pos round_end = 1 + 10 * mss;
    int number = 0;
};

TEST_CASE("a rise of an eighth, at least 4 ms, makes slow start conservative [R9406-3] [RFC 9406 4.2]") {
    struct Row {
        Duration before;
        Duration stays;
        Duration leaves;
    };
    const Row rows[] = {{40ms, 44999us, 45ms},     // an eighth: 5 ms
                        {10ms, 13999us, 14ms},     // at least 4 ms
                        {400ms, 415999us, 416ms},  // at most 16 ms
                        {0ms, 3999us, 4ms}};
    for (const Row& row : rows) {
        CAPTURE(in_us(row.before));
        Rounds stays;
        stays.round(row.before);
        CHECK(stays.round(row.stays) == 10 * mss);
        CHECK_FALSE(stays.slow_start.is_conservative());
        Rounds leaves;
        leaves.round(row.before);
        leaves.round(row.leaves, 7);
        CHECK_FALSE(leaves.slow_start.is_conservative());  // seven samples are not enough
        leaves.ack(row.leaves);
        CHECK(leaves.slow_start.is_conservative());
    }
}

TEST_CASE("the least round trip of a round counts [R9406-3] [RFC 9406 4.2]") {
    Rounds rounds;
    rounds.round(40ms);
    rounds.ack(44ms);
    rounds.round(80ms, 9);
    CHECK_FALSE(rounds.slow_start.is_conservative());
    rounds.round(80ms);  // now against 44 ms
    CHECK(rounds.slow_start.is_conservative());
}

TEST_CASE("a round ends when what was sent at its beginning is acknowledged [R9406-1] [RFC 9406 4.2]") {
    Rounds rounds;
    rounds.round(40ms, 9);
    rounds.ack(90ms);  // the last of the first round
    // Eight samples of the second round, but of the first one 40 ms is remembered, not 90.
    rounds.round(60ms, 8);
    CHECK(rounds.slow_start.is_conservative());

    // A round of seven ACKs judges nothing, however long it takes.
    Rounds few;
    few.next_round = few.round_end = 7 * mss;
    few.round_end += 1;
    few.round(40ms, 7);
    few.round(90ms, 7);
    few.round(200ms, 7);
    CHECK_FALSE(few.slow_start.is_conservative());
}

TEST_CASE(
    "an ACK adds what it acknowledges, at most L segments; paced, without bound [R9406-2] [RFC 9406 4.2]") {
    SlowStart slow_start;
    slow_start.start(watched());
    AckSample sample;
    sample.mss = mss;
    sample.octets = 20 * mss;
    CHECK(slow_start.on_acked(sample) == 8 * mss);
    sample.octets = 500;
    CHECK(slow_start.on_acked(sample) == 500);
    sample.octets = 20 * mss;
    sample.is_paced = true;
    CHECK(slow_start.on_acked(sample) == 20 * mss);
}

TEST_CASE("conservative slow start grows by a quarter [R9406-4] [RFC 9406 4.2]") {
    Rounds rounds;
    CHECK(rounds.round(40ms) == 10 * mss);
    rounds.round(50ms);
    REQUIRE(rounds.slow_start.is_conservative());
    CHECK(rounds.round(50ms) == 10 * mss / 4);
}

TEST_CASE(
    "a round trip below the one that made it conservative resumes slow start [R9406-5] [RFC 9406 4.2]") {
    Rounds rounds;
    rounds.round(40ms);
    rounds.round(50ms);
    REQUIRE(rounds.slow_start.is_conservative());
    rounds.round(50ms);
    CHECK(rounds.slow_start.is_conservative());  // equal is not below
    rounds.round(49999us, 7);
    CHECK(rounds.slow_start.is_conservative());
    rounds.ack(49999us);
    CHECK_FALSE(rounds.slow_start.is_conservative());
    CHECK(rounds.ack(49999us) == mss);
}

TEST_CASE("five conservative rounds end slow start, the one it began in counts [R9406-6] [RFC 9406 4.2]") {
    Rounds rounds;
    rounds.round(40ms);
    rounds.round(50ms);  // conservative from the eighth ACK on
    for (int round = 2; round <= 4; ++round) {
        rounds.round(50ms);
        CHECK_FALSE(rounds.slow_start.is_done());
    }
    rounds.round(50ms, 9);
    CHECK_FALSE(rounds.slow_start.is_done());
    rounds.ack(50ms);
    CHECK(rounds.slow_start.is_done());
}

TEST_CASE("a later slow start is not watched [R9406-8] [RFC 9406 4.3]") {
    Rounds rounds;
    rounds.round(40ms);
    rounds.slow_start.on_congestion();
    for (int i = 0; i < 10; ++i) CHECK(rounds.round(100ms + i * 50ms) == 10 * mss);
    CHECK_FALSE(rounds.slow_start.is_done());

    Settings off = watched();
    off.hystart = false;
    Rounds unwatched(off);
    for (int i = 0; i < 10; ++i) CHECK(unwatched.round(100ms + i * 50ms) == 10 * mss);
}

TEST_CASE("the growth divisor is at least two [R9406-9] [RFC 9406 4.3]") {
    Settings settings = watched();
    CHECK_FALSE(apply_setting(settings, setting_rows(), "hystart_divisor", "1"));
    CHECK(apply_setting(settings, setting_rows(), "hystart_divisor", "2") == true);
    Rounds rounds(settings);
    rounds.round(40ms);
    rounds.round(50ms);
    CHECK(rounds.round(50ms) == 10 * mss / 2);
}

}  // namespace
}  // namespace sluice::tcp
