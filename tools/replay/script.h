// One connection of a recording as the source of a script test (tests/support/script.h): what its peer sent, what its
// application did, what the stack sent, in positions and virtual time. Payload is not kept: scripts have their own.
#pragma once

#include <cstdint>
#include <string>

#include "recording/player.h"

namespace sluice::replay {

// The connection with this number in the trace; 0: the first there is. Throws Failure: there is none, or its link cut segments
// up for the stack, which links of scripts do not.
std::string script_of(ByteView recording, std::uint32_t connection);

}  // namespace sluice::replay
