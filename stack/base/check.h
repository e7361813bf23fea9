// CHECK: what must hold, also in release builds. Our own mistakes stop the program where they happen; input
// from the network is never CHECKed, it is judged and counted (style: two kinds of failure).
#pragma once

namespace sluice {

// Prints file, line and the condition to standard error and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* condition);

}  // namespace sluice

#define SLUICE_CHECK(condition)                                     \
    do {                                                            \
        if (!(condition)) [[unlikely]]                              \
            ::sluice::check_failed(__FILE__, __LINE__, #condition); \
    } while (false)
