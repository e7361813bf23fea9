// Giving up what only the opening of the device needed, for good.
#pragma once

#include <expected>
#include <string>

namespace sluice::host {

// As root: becomes `user` (its groups too), after which there is no way back. As anybody: no capabilities, and no
// program started later can gain any. `user` empty: whoever called sudo, else nobody. "root" keeps the user root.
// `leaves_file_system`: on the way, what sandbox.h says about that, where the system allows it. The message says what the
// system refused.
std::expected<void, std::string> drop_privileges(const std::string& user = {},
                                                 bool leaves_file_system = false);

}  // namespace sluice::host
