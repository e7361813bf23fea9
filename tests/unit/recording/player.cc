#include "recording/player.h"

#include <doctest/doctest.h>

#include <deque>

#include "recording/memory_recording.h"
#include "sim/scenario.h"
#include "trace/text.h"

namespace sluice::recording {
namespace {

// A host of a world: what it recorded, and the trace it left.
struct Host {
    std::string name;
    std::unique_ptr<MemoryRecording> recording;
    std::string trace;
};

void append(std::string& text, const TraceRecord& record) {
    trace::append_line(text, record, nullptr);
    text += '\n';
}

std::deque<Host> play_world(std::string_view scenario, std::uint64_t seed) {
    std::deque<Host> hosts;
    sim::Play play;
    play.seed = seed;
    play.before = [&](sim::World& world) {
        world.on_host([&](sim::Host& host) {
            hosts.push_back({host.name(), std::make_unique<MemoryRecording>(host.stack()), {}});
        });
        world.watch_records([&](const sim::Node& node, const TraceRecord& record) {
            for (Host& host : hosts)
                if (host.name == node.name()) append(host.trace, record);
        });
    };
    const sim::Outcome outcome = sim::play(*sim::find_scenario(scenario), play);
    CHECK(outcome.failure == "");
    return hosts;
}

struct Played {
    std::string trace;
    std::string failure;
};

Played play(ByteView octets) {
    auto player = Player::open(octets);
    REQUIRE(player);
    Played played;
    while ((*player)->step())
        (*player)->stack().trace().drain([&](const TraceRecord& record) { append(played.trace, record); });
    played.failure = (*player)->failure();
    return played;
}

TEST_CASE("hosts of random worlds, played from their recordings, leave the same trace and the same frames") {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
        CAPTURE(seed);
        for (const Host& host : play_world("random", seed)) {
            CAPTURE(host.name);
            const Played played = play(host.recording->octets());
            CHECK(played.failure == "");
            CHECK_FALSE(host.trace.empty());
            CHECK((played.trace == host.trace));
        }
    }
}

TEST_CASE("a recording that stops anywhere is played that far") {
    const auto hosts = play_world("handshake", 1);
    const Host& host = hosts.front();
    const ByteView octets = host.recording->octets();
    const auto head = [&] {
        auto reader = RecordingReader::open(octets);
        return octets.size() - 17 - reader->position();
    };
    REQUIRE(head() > 0);
    for (std::size_t length = octets.size(); length > octets.size() - 200; --length) {
        const Played played = play(octets.first(length));
        CHECK(host.trace.starts_with(played.trace));
    }
}

TEST_CASE("a host that does something else than it did then is noticed at that frame") {
    const auto hosts = play_world("handshake", 1);
    const std::vector<std::uint8_t>& whole = hosts.front().recording->octets();
    // The same without one of the calls.
    auto reader = RecordingReader::open(whole);
    std::vector<std::uint8_t> changed;
    RecordingWriter writer(changed);
    writer.append(reader->head());
    bool is_left_out = false;
    while (const auto entrance = reader->next()) {
        const bool leaves_out = !is_left_out && (std::holds_alternative<entrance::Listen>(*entrance) ||
                                                 std::holds_alternative<entrance::Connect>(*entrance));
        is_left_out = is_left_out || leaves_out;
        if (!leaves_out) writer.append(*entrance);
    }
    REQUIRE(is_left_out);
    CHECK(play(changed).failure != "");
}

TEST_CASE("octets turned over anywhere stop the player or change the trace, and nothing worse") {
    const auto hosts = play_world("handshake", 2);
    const std::vector<std::uint8_t>& whole = hosts.back().recording->octets();
    Random random(1);
    for (int i = 0; i < 500; ++i) {
        std::vector<std::uint8_t> octets = whole;
        octets[random.below(octets.size())] = static_cast<std::uint8_t>(random.u32());
        auto player = Player::open(octets);
        if (!player) continue;
        while ((*player)->step()) {
        }
    }
}

}  // namespace
}  // namespace sluice::recording
