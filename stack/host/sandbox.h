// Shutting out the system: what a server still needs once everything is open, and nothing else.
#pragma once

#include <expected>
#include <string>

namespace sluice::host {

// The process's root becomes an empty directory that has no name any more, so that only what hangs below open descriptors
// can be reached. Needs root, or a user namespace of our own, which is made. Before drop_privileges.
// False: the system allows neither, and nothing has changed.
bool leave_file_system();

// From here on only the system calls a loop with files and descriptors needs; every other one answers EPERM, above all
// those that start programs, open sockets, trace or mount. For the whole process, for good.
std::expected<void, std::string> filter_system_calls();

}  // namespace sluice::host
