// Calls that scripts and the tool make past the table. Preloaded, this object answers them for its own descriptors and passes
// everything else on: getsockopt() of code blocks in scripts (TCP_INFO and others), and two calls that cost the tool time.
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/times.h>

#include "posix/descriptors.h"
#include "posix/sockets.h"

namespace {

template <typename Function>
Function* system_function(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int getsockopt(int fd, int level, int name, void* value,
                                                      socklen_t* length) noexcept {
    if (sluice::posix::Descriptors::is_ours(fd))
        return sluice::posix::getsockopt(fd, level, name, value, length);
    static auto* const next = system_function<decltype(getsockopt)>("getsockopt");
    return next(fd, level, name, value, length);
}

// The tool seeds its random numbers with it, and waits for it to move.
__attribute__((visibility("default"))) clock_t times(tms* spent) noexcept {
    static clock_t calls = 0;
    if (spent) *spent = {};
    return ++calls;
}

// No page of a script in virtual time may come late.
__attribute__((visibility("default"))) int mlockall(int) noexcept { return 0; }

}  // extern "C"
