#include "support/worlds.h"

#include <array>
#include <vector>

namespace sluice::test {
namespace {

struct Numbers {
    const char* name;
    std::uint32_t iss;
    std::uint32_t irs;
};

constexpr std::array<Numbers, 3> kinds{{
    {"plain numbers", 1000, 5000},
    {"numbers below 2^32", 0xfffffff0U, 0xffffffe0U},
    {"numbers below 2^31", 0x7ffffff0U, 0x7fffffe0U},
}};

World world_of(const Numbers& numbers, bool timestamps, bool window_scaling) {
    std::string name = numbers.name;
    if (timestamps) name += ", timestamps";
    if (window_scaling) name += ", window scaling";
    return {name, numbers.iss, numbers.irs, timestamps, window_scaling};
}

std::vector<World> make(Worlds which) {
    std::vector<World> made;
    for (const Numbers& numbers : kinds) {
        if (which != Worlds::all && which != Worlds::numbers && !made.empty() &&
            made.front().iss != numbers.iss)
            break;
        for (const bool timestamps : {false, true}) {
            for (const bool scaling : {false, true}) {
                const bool bare = !timestamps && !scaling;
                if (bare || which == Worlds::all || which == Worlds::options)
                    made.push_back(world_of(numbers, timestamps, scaling));
            }
        }
    }
    return made;
}

World& current() {
    static World world;
    return world;
}

}  // namespace

std::span<const World> worlds(Worlds which) {
    static const std::array<std::vector<World>, 4> sets{make(Worlds::all), make(Worlds::numbers),
                                                        make(Worlds::options), make(Worlds::plain)};
    return sets.at(static_cast<std::size_t>(which));
}

const World& current_world() { return current(); }

void play(Worlds which, void (*body)()) {
    for (const World& world : worlds(which)) {
        INFO("world: ", world.name);
        current() = world;
        try {
            body();
        } catch (const ScriptFailed&) {
            break;
        }
    }
    current() = World{};
}

}  // namespace sluice::test
