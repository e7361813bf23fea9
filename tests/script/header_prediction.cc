// Header prediction is a short way to the same end: a segment it takes does what it would have done on the long way.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "support/pair.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::size_t tcp_at = 34;
constexpr std::size_t options_at = tcp_at + 20;

// Timestamps in front of their padding instead of behind it: the same to a reader of options, and as its words of 16 bits
// only change places, to the checksum. The short way does not know it.
void move_timestamps(Octets& frame) {
    constexpr std::array<std::uint8_t, 4> usual{1, 1, 8, 10};
    const bool is_alone =
        frame.size() >= options_at + 12 && frame[tcp_at] != 0 && frame[tcp_at + 12] >> 4U == 8;
    if (!is_alone || !std::equal(usual.begin(), usual.end(), frame.begin() + options_at)) return;
    std::rotate(frame.begin() + options_at, frame.begin() + options_at + 2, frame.begin() + options_at + 12);
}

struct Outcome {
    std::vector<TraceRecord> records;
    std::size_t frames = 0;
    std::uint64_t moved = 0;
};

// Octets both ways at once over a bad wire, then both close.
Outcome run(std::uint64_t seed, bool moves) {
    Outcome outcome;
    PairOptions options;
    options.seed = seed;
    options.faults = {.loss = 0.01, .duplicate = 0.01, .reorder = 0.02};
    options.change = [&](Octets& frame) {
        const Octets before = frame;
        if (moves) move_timestamps(frame);
        outcome.moved += before != frame;
    };
    Pair pair(options);
    auto listener = pair.stack(1).listen({.port = 80}).value();
    auto client = pair.stack(0).connect({.remote = {*wire::parse_address("192.0.2.2"), 80}}).value();
    TcpSocket server;
    REQUIRE(pair.run(60s, [&] {
        auto accepted = listener.accept();
        if (accepted) server = std::move(*accepted);
        return accepted.has_value();
    }));
    Transfer up{client, server, 200'000};
    Transfer down{server, client, 100'000};
    REQUIRE(pair.run(600s, [&] {
        const bool is_up = up.step();
        return down.step() && is_up;
    }));
    pair.run(10s);
    outcome.records = pair.records();
    outcome.frames = pair.frames();
    return outcome;
}

}  // namespace

TEST_CASE("what header prediction takes leaves the trace of the long way [RFC 7323 5.6]") {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        const Outcome quick = run(seed, false);
        const Outcome full = run(seed, true);
        REQUIRE(full.moved > 100);
        REQUIRE(quick.frames == full.frames);
        REQUIRE(quick.records.size() == full.records.size());
        for (std::size_t i = 0; i < quick.records.size(); ++i) {
            CAPTURE(i);
            REQUIRE(std::memcmp(&quick.records[i], &full.records[i], sizeof(TraceRecord)) == 0);
        }
    }
}
