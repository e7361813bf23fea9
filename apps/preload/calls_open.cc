// What is taken over: socket, bind, listen, accept, connect, shutdown, close, dup, the names of both ends; the end of the process.
#include <netinet/in.h>
#include <sys/socket.h>

#include "apps/preload/route.h"
#include "posix/epoll.h"
#include "posix/sockets.h"

using namespace sluice;
using preload::Inside;
using preload::is_ours;
using preload::network;
using preload::route;

namespace {

int open_internet_socket(int type, int protocol) {
    if (!network().is_up()) {
        errno = ENETDOWN;
        return -1;
    }
    const Inside inside;
    return posix::socket(AF_INET, type, protocol);
}

// One of ours gives its number up, because something of the kernel's comes there.
void make_room_at(int number) {
    if (!is_ours(number) || !network().is_mine()) return;
    const Inside inside;
    posix::close(number);
}

[[gnu::destructor]] void end_of_process() { network().end(); }

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

// IPv6 is refused as a kernel without it does, so programs go on with IPv4.
int socket(int domain, int type, int protocol) noexcept {
    if (Inside::is_on() || (domain != AF_INET && domain != AF_INET6))
        return SLUICE_NEXT(socket)(domain, type, protocol);
    if (domain == AF_INET) return open_internet_socket(type, protocol);
    errno = EAFNOSUPPORT;
    return -1;
}

int bind(int fd, const sockaddr* address, socklen_t length) noexcept {
    return route(fd, posix::bind, SLUICE_NEXT(bind), fd, address, length);
}

int listen(int fd, int backlog) noexcept {
    return route(fd, posix::listen, SLUICE_NEXT(listen), fd, backlog);
}

int accept(int fd, sockaddr* address, socklen_t* length) {
    return route(fd, posix::accept, SLUICE_NEXT(accept), fd, address, length);
}

int accept4(int fd, sockaddr* address, socklen_t* length, int flags) {
    return route(fd, posix::accept4, SLUICE_NEXT(accept4), fd, address, length, flags);
}

int connect(int fd, const sockaddr* address, socklen_t length) {
    return route(fd, posix::connect, SLUICE_NEXT(connect), fd, address, length);
}

int shutdown(int fd, int how) noexcept { return route(fd, posix::shutdown, SLUICE_NEXT(shutdown), fd, how); }

int getsockname(int fd, sockaddr* address, socklen_t* length) noexcept {
    return route(fd, posix::getsockname, SLUICE_NEXT(getsockname), fd, address, length);
}

int getpeername(int fd, sockaddr* address, socklen_t* length) noexcept {
    return route(fd, posix::getpeername, SLUICE_NEXT(getpeername), fd, address, length);
}

// A child closes what it inherited; that is not the end of its parent's sockets.
int close(int fd) {
    const bool is_set = !Inside::is_on() && posix::Epolls::all().find(fd) != nullptr;
    if ((!is_ours(fd) && !is_set) || !network().is_mine()) return SLUICE_NEXT(close)(fd);
    const Inside inside;
    return posix::close(fd);
}

int close_range(unsigned first, unsigned last, int flags) noexcept {
    if (flags == 0 && !Inside::is_on() && network().is_mine())
        for (const int number : posix::Descriptors::all().numbers())
            if (static_cast<unsigned>(number) >= first && static_cast<unsigned>(number) <= last)
                ::close(number);
    return SLUICE_NEXT(close_range)(first, last, flags);
}

int dup(int fd) noexcept { return route(fd, posix::dup, SLUICE_NEXT(dup), fd); }

int dup2(int fd, int number) noexcept {
    if (!is_ours(fd)) make_room_at(number);
    return route(fd, posix::dup2, SLUICE_NEXT(dup2), fd, number);
}

int dup3(int fd, int number, int flags) noexcept {
    if (!is_ours(fd)) make_room_at(number);
    return route(fd, posix::dup3, SLUICE_NEXT(dup3), fd, number, flags);
}

// exit() calls our destructor, these do not.
void _exit(int code) {
    network().end();
    SLUICE_NEXT(_exit)(code);
    __builtin_unreachable();
}

void _Exit(int code) noexcept { ::_exit(code); }

}  // extern "C"
#pragma GCC visibility pop
