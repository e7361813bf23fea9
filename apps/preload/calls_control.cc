// What is taken over: getsockopt, setsockopt, fcntl, ioctl.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstdarg>
#include <cstdint>

#include "apps/preload/route.h"
#include "posix/sockets.h"

using namespace sluice;
using preload::route;

#pragma GCC visibility push(default)
extern "C" {

int getsockopt(int fd, int level, int name, void* value, socklen_t* length) noexcept {
    return route(fd, posix::getsockopt, SLUICE_NEXT(getsockopt), fd, level, name, value, length);
}

int setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept {
    return route(fd, posix::setsockopt, SLUICE_NEXT(setsockopt), fd, level, name, value, length);
}

// The argument is a number or an address, or absent; read as an address it is passed on whole, as the C library does it.
int fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    if (!preload::is_ours(fd)) return SLUICE_NEXT(fcntl)(fd, command, argument);
    const auto number = static_cast<int>(reinterpret_cast<std::intptr_t>(argument));
    return route(fd, posix::fcntl, SLUICE_NEXT(fcntl), fd, command, number);
}

int fcntl64(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    return ::fcntl(fd, command, argument);
}

int ioctl(int fd, unsigned long request, ...) noexcept {
    va_list arguments;
    va_start(arguments, request);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    return route(fd, posix::ioctl, SLUICE_NEXT(ioctl), fd, request, argument);
}

}  // extern "C"
#pragma GCC visibility pop
