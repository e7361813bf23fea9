// An entrance as a line: "write #2, 512 octets".
#pragma once

#include <string>

#include "socket/entrance.h"

namespace sluice::replay {

std::string to_text(const Entrance& entrance);

}  // namespace sluice::replay
