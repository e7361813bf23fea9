// The parts of a World, each alone: fates, schedules, queues, clocks, shrinking.
#include <doctest/doctest.h>

#include <cmath>

#include "sim/bottleneck.h"
#include "sim/clock.h"
#include "sim/fate.h"
#include "sim/shrink.h"

using namespace sluice;
using namespace sluice::sim;

namespace {

std::uint64_t lost_of(const Faults& faults, int frames, std::uint64_t seed = 1) {
    FateSource source{Random(seed)};
    std::uint64_t lost = 0;
    for (int i = 0; i < frames; ++i) lost += source.next(faults, false).lost ? 1U : 0U;
    return lost;
}

Frame frame_of(ChunkPool& pool, std::uint32_t octets) {
    Frame frame;
    frame.bytes = Slice(pool.take(octets), 0, octets);
    return frame;
}

}  // namespace

TEST_CASE("random loss comes as often as told") {
    CHECK(lost_of({.loss = 0}, 10'000) == 0);
    CHECK(lost_of({.loss = 0.1}, 10'000) == doctest::Approx(1000).epsilon(0.15));
    CHECK(lost_of({.loss = 1}, 100) == 100);
}

TEST_CASE("bursts lose several frames in a row (Gilbert-Elliott)") {
    const Faults faults{.burst = {.begins = 0.01, .ends = 0.25, .loss = 1}};
    FateSource source{Random(5)};
    int bursts = 0, lost = 0;
    bool before = false;
    for (int i = 0; i < 100'000; ++i) {
        const bool is_lost = source.next(faults, false).lost;
        bursts += is_lost && !before ? 1 : 0;
        lost += is_lost ? 1 : 0;
        before = is_lost;
    }
    CHECK(bursts == doctest::Approx(960).epsilon(0.15));
    CHECK(static_cast<double>(lost) / bursts == doctest::Approx(4).epsilon(0.1));
}

TEST_CASE("one kind of fault does not move the draws of another") {
    FateSource with{Random(9)}, without{Random(9)};
    for (int i = 0; i < 1000; ++i) {
        const Fate a = with.next({.loss = 0.1, .duplicate = 0.5}, false);
        const Fate b = without.next({.loss = 0.1}, false);
        CHECK(a.lost == b.lost);
    }
}

TEST_CASE("a cut cable loses everything; a schedule does only what it names") {
    FateSource source{Random(1)};
    CHECK(source.next({}, true).lost);
    source.follow({{3, Fate{.doubled = true}}});
    CHECK(source.next({.loss = 1}, true).is_plain());
    CHECK(source.next({.loss = 1}, true).doubled);
    CHECK(source.next({.loss = 1}, true).is_plain());
}

TEST_CASE("turns are text and back") {
    const Turn turns[]{{0, Side::a, 17, {.lost = true}},
                       {3, Side::b, 1, {.doubled = true, .held = 5ms, .bit = 77}},
                       {1, Side::a, 2, {.swapped = true, .jitter = 1us}}};
    for (const Turn& turn : turns) {
        Turn read;
        CHECK(parse_turn(to_text(turn), read));
        CHECK(read == turn);
    }
    Turn read;
    for (const char* wrong :
         {"", "link", "link 0 c 1", "link 0 a x", "link 0 a 1 gone", "link 0 a 1 held", "link 0 a 1 held -5"})
        CHECK_FALSE(parse_turn(wrong, read));
}

TEST_CASE("a full queue drops at its tail; a single frame always fits") {
    ChunkPool pool;
    Bottleneck queue;
    const QueueOptions options{.bytes = 1000};
    CHECK(queue.push(frame_of(pool, 1500), {}, options, {}));
    CHECK_FALSE(queue.push(frame_of(pool, 100), {}, options, {}));
    std::uint64_t dropped = 0;
    CHECK(queue.pop(options, {}, dropped).has_value());
    CHECK(queue.push(frame_of(pool, 600), {}, options, {}));
    CHECK(queue.push(frame_of(pool, 400), {}, options, {}));
    CHECK_FALSE(queue.push(frame_of(pool, 1), {}, options, {}));
    CHECK(dropped == 0);
}

// Frames come at twice the rate at which they leave, for `time`; answers the sojourn time of the last one.
Duration standing_delay(const QueueOptions& options, Duration time, std::uint64_t& dropped) {
    ChunkPool pool;
    Bottleneck queue;
    Duration last{};
    for (Instant now{}; now < Instant{} + time; now += 1ms) {
        (void)queue.push(frame_of(pool, 1500), {}, options, now);
        if ((now - Instant{}) / 1ms % 2 != 0) continue;
        if (const auto taken = queue.pop(options, now, dropped)) last = now - taken->since;
    }
    return last;
}

TEST_CASE("CoDel drops once the delay stands above target for an interval, drop-tail does not [RFC 8289 4]") {
    std::uint64_t dropped = 0;
    const Duration standing = standing_delay({.bytes = 10'000'000}, 5s, dropped);
    CHECK(standing > 2s);
    CHECK(dropped == 0);
    CHECK(standing_delay({.bytes = 10'000'000, .codel = true}, 90ms, dropped) > 5ms);
    CHECK(dropped == 0);
    CHECK(standing_delay({.bytes = 10'000'000, .codel = true}, 5s, dropped) < standing);
    CHECK(dropped > 20);
}

TEST_CASE("a drifting clock reaches every instant exactly once, both ways") {
    for (const int ppm : {-500, 0, 1, 500}) {
        const DriftingClock clock(ppm, Instant{} + 5s);
        for (const Duration at : {1ns, 999'999ns, 1'234'567'890ns, 86'400'000'000'000ns}) {
            const Instant world = clock.world(Instant{} + 5s + at);
            CHECK(clock.local(world) >= Instant{} + 5s + at);
            CHECK(clock.local(world - 1ns) < Instant{} + 5s + at);
        }
        CHECK(clock.world(never) == never);
    }
    CHECK(DriftingClock(500).local(Instant{} + 1000s) == Instant{} + 1000s + 500ms);
}

TEST_CASE("shrinking keeps what the failure needs and nothing else") {
    Schedule all;
    for (std::uint64_t i = 1; i <= 300; ++i) all.push_back({0, Side::a, i, {.lost = true}});
    std::size_t runs = 0;
    const auto needs = [&](const Schedule& schedule) {
        ++runs;
        int found = 0;
        for (const Turn& turn : schedule)
            found += turn.frame == 7 || turn.frame == 150 || turn.frame == 299 ? 1 : 0;
        return found == 3;
    };
    CHECK(shrink(all, needs).size() == 3);
    CHECK(runs < 200);
    CHECK(shrink(all, [](const Schedule&) { return true; }).empty());
}
