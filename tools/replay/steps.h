// A recording step by step: what entered, what the stack thought of it, and a line to say how to go on.
#pragma once

#include <cstdint>
#include <istream>

#include "tools/replay/playing.h"

namespace sluice::replay {

// Reads commands from `commands` until they end or one says so; asks for them if `asks`. `connection` 0: every one.
void walk(Playing& playing, std::istream& commands, bool asks, std::uint32_t connection);

}  // namespace sluice::replay
