// getsockopt, setsockopt, fcntl and ioctl.
#include <sys/ioctl.h>

#include <cstdarg>
#include <cstring>

#include "posix/call.h"
#include "posix/sockets.h"

namespace sluice::posix {
namespace {

// F_GETFD and F_SETFD are about the number itself, which the kernel keeps.
Answer<int> ask_kernel(int fd, int command, int argument) {
    const int result = ::fcntl(fd, command, argument);
    if (result < 0) return fail(errno);
    return result;
}

Answer<int> duplicate(const std::shared_ptr<Socket>& socket, bool close_on_exec, int least) {
    auto number = Descriptors::all().reserve(close_on_exec, least);
    if (!number) return fail(number.error());
    return install(std::move(*number), socket);
}

Answer<int> control_descriptor(int fd, int command, int argument) {
    const auto socket = file_at(fd);
    if (!socket) return fail(socket.error());
    switch (command) {
        case F_GETFD:
        case F_SETFD: return ask_kernel(fd, command, argument);
        case F_GETFL: return O_RDWR | ((*socket)->is_nonblocking ? O_NONBLOCK : 0);
        case F_SETFL: (*socket)->is_nonblocking = (argument & O_NONBLOCK) != 0; return 0;
        case F_DUPFD: return duplicate(*socket, false, argument);
        case F_DUPFD_CLOEXEC: return duplicate(*socket, true, argument);
        default: return fail(EINVAL);
    }
}

Answer<int> control_socket(int fd, unsigned long request, void* argument) {
    const auto found = file_at(fd);
    if (!found) return fail(found.error());
    if (!argument) return fail(EFAULT);
    int number = 0;
    if (request == FIONBIO) {
        std::memcpy(&number, argument, sizeof number);
        (*found)->is_nonblocking = number != 0;
        return 0;
    }
    const Answer<int> answer =
        in_turn(found, [&](Turn& turn, Socket& socket) { return socket.control(turn, request); });
    if (!answer) return answer;
    std::memcpy(argument, &*answer, sizeof number);
    return 0;
}

}  // namespace

int getsockopt(int fd, int level, int name, void* value, socklen_t* length) {
    return told(in_turn(socket_at(fd), [&](Turn& turn, Socket& socket) -> Answer<void> {
        if (!length) return fail(EFAULT);
        return socket.get_option(turn, level, name, value, *length);
    }));
}

int setsockopt(int fd, int level, int name, const void* value, socklen_t length) {
    return told(in_turn(socket_at(fd), [&](Turn& turn, Socket& socket) -> Answer<void> {
        if (static_cast<int>(length) < 0) return fail(EINVAL);
        return socket.set_option(turn, level, name, value, length);
    }));
}

// Every command we know takes an int, or nothing.
int fcntl(int fd, int command, ...) {
    int argument = 0;
    if (command != F_GETFD && command != F_GETFL) {
        va_list arguments;
        va_start(arguments, command);
        argument = va_arg(arguments, int);
        va_end(arguments);
    }
    return told(control_descriptor(fd, command, argument));
}

// Every request we know takes a pointer to an int.
int ioctl(int fd, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    return told(control_socket(fd, request, argument));
}

int sockatmark(int fd) {
    return told(
        in_turn(socket_at(fd), [](Turn& turn, Socket& socket) { return socket.control(turn, SIOCATMARK); }));
}

}  // namespace sluice::posix
