// The settings every script is played under: initial sequence numbers and the options the peer offers.
//
//   SCRIPT_TEST("the third duplicate ACK resends ...", Worlds::all) { Script t{{.mss = 1000}}; ... }
//
// is a test case whose body runs once per world. A plain TEST_CASE plays in the first one.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <exception>
#include <span>
#include <string>

namespace sluice::test {

struct World {
    std::string name = "plain numbers";
    std::uint32_t iss = 1000;  // ours
    std::uint32_t irs = 5000;  // the peer's
    bool timestamps = false;   // the peer offers them
    bool window_scaling = false;
};

enum class Worlds {
    all,      // three kinds of numbers, with and without timestamps, with and without window scaling
    numbers,  // three kinds of numbers, no options
    options,  // plain numbers, all options
    plain,    // one
};

std::span<const World> worlds(Worlds which);
const World& current_world();

// Thrown after a failure was reported: leaves the script.
struct ScriptFailed : std::exception {
    const char* what() const noexcept override { return "the script failed, see above"; }
};

// Plays `body` in each world; stops at the first in which it fails.
void play(Worlds which, void (*body)());

}  // namespace sluice::test

#define SCRIPT_TEST_NAMED(body, name, which)             \
    static void body();                                  \
    TEST_CASE(name) { sluice::test::play(which, body); } \
    static void body()
#define SCRIPT_TEST(name, which) SCRIPT_TEST_NAMED(DOCTEST_ANONYMOUS(script_body_), name, which)
