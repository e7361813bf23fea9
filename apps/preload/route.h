// For every call that is taken over: whether it is the kernel's, ours, or one that cannot be.
//
// Inside a call of ours everything goes to the kernel, so what the stack itself reads, writes and waits for does not come
// back here; nor does what a signal handler does meanwhile.
#pragma once

#include <dlfcn.h>

#include <cerrno>

#include "apps/preload/network.h"
#include "posix/descriptors.h"

namespace sluice::preload {

// The function of this name that would have been called without us.
#define SLUICE_NEXT(name)                                                                       \
    ([] {                                                                                       \
        static const auto found = reinterpret_cast<decltype(&::name)>(dlsym(RTLD_NEXT, #name)); \
        return found;                                                                           \
    }())

// While it lives, this thread's calls go to the kernel.
class Inside {
public:
    Inside() { ++depth; }
    ~Inside() { --depth; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    static bool is_on() { return depth != 0; }

private:
    [[gnu::tls_model("initial-exec")]] static inline thread_local int depth = 0;
};

inline bool is_ours(int fd) { return !Inside::is_on() && posix::Descriptors::is_ours(fd); }

// A call about `fd`: `ours` or `next`, whichever it belongs to.
template <typename Ours, typename Next, typename... Arguments>
auto route(int fd, Ours ours, Next next, Arguments... arguments) {
    using Result = decltype(next(arguments...));
    if (!is_ours(fd)) return next(arguments...);
    if (!network().is_mine()) {
        network().refuse_child();
        errno = ENETDOWN;
        return static_cast<Result>(-1);
    }
    const Inside inside;
    return static_cast<Result>(ours(arguments...));
}

}  // namespace sluice::preload
