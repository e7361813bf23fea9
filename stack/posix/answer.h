// What a call answers inside this folder: a value, or an errno. And the errno for each of the core's errors
// (the names of the RFC, states.md 10).
#pragma once

#include <expected>

#include "socket/error.h"

namespace sluice::posix {

template <typename Value>
using Answer = std::expected<Value, int>;

inline std::unexpected<int> fail(int error_number) { return std::unexpected(error_number); }

// 0 for Error::none.
int errno_of(Error error);

}  // namespace sluice::posix
