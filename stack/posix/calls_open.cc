// socket, bind, listen, accept, connect, shutdown, close, dup, and the names of both ends.
#include <netinet/in.h>

#include "posix/addresses.h"
#include "posix/call.h"
#include "posix/host.h"
#include "posix/sockets.h"
#include "posix/stream.h"

namespace sluice::posix {
namespace {

constexpr int type_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

// Room for an address that accept() and its like fill in.
Answer<void> check_room(const sockaddr* address, const socklen_t* length) {
    if (!address) return {};
    if (!length) return fail(EFAULT);
    if (static_cast<int>(*length) < 0) return fail(EINVAL);
    return {};
}

Answer<int> open_socket(int domain, int type, int protocol) {
    const int kind = type & ~type_flags;
    if (kind < 0 || kind > SOCK_PACKET) return fail(EINVAL);
    if (domain != AF_INET) return fail(EAFNOSUPPORT);
    if (kind != SOCK_STREAM) return fail(ESOCKTNOSUPPORT);
    if (protocol != 0 && protocol != IPPROTO_TCP) return fail(EPROTONOSUPPORT);
    const std::shared_ptr<Driver> driver = current_driver();
    if (!driver) return fail(ENETDOWN);

    auto number = Descriptors::all().reserve((type & SOCK_CLOEXEC) != 0);
    if (!number) return fail(number.error());
    auto stream = std::make_shared<Stream>(driver);
    stream->is_nonblocking = (type & SOCK_NONBLOCK) != 0;
    {
        const Turn turn(*driver);
        if (!turn.is_up()) return fail(ENETDOWN);
        driver->add(*stream);
    }
    return install(std::move(*number), std::move(stream));
}

Answer<int> accept_socket(int fd, sockaddr* address, socklen_t* length, int flags) {
    if ((flags & ~type_flags) != 0) return fail(EINVAL);
    if (const Answer<void> room = check_room(address, length); !room) return fail(room.error());
    const auto listener = socket_at(fd);
    if (!listener) return fail(listener.error());
    // Before the connection is taken from the queue: EMFILE loses nothing.
    auto number = Descriptors::all().reserve((flags & SOCK_CLOEXEC) != 0);
    if (!number) return fail(number.error());
    auto accepted = in_turn(listener, [&](Turn& turn, Socket& socket) {
        auto result = socket.accept(turn);
        if (!result) return result;
        if (const auto remote = (*result)->remote(turn)) (void)store(*remote, address, length);
        return result;
    });
    if (!accepted) return fail(accepted.error());
    (*accepted)->is_nonblocking = (flags & SOCK_NONBLOCK) != 0;
    return install(std::move(*number), std::move(*accepted));
}

}  // namespace

int socket(int domain, int type, int protocol) { return told(open_socket(domain, type, protocol)); }

int bind(int fd, const sockaddr* address, socklen_t length) {
    return told(in_turn(socket_at(fd), [&](Turn& turn, Socket& socket) -> Answer<void> {
        const Answer<wire::Endpoint> local = endpoint_of(address, length);
        return local ? socket.bind(turn, *local) : fail(local.error());
    }));
}

int listen(int fd, int backlog) {
    return told(
        in_turn(socket_at(fd), [&](Turn& turn, Socket& socket) { return socket.listen(turn, backlog); }));
}

int accept(int fd, sockaddr* address, socklen_t* length) { return posix::accept4(fd, address, length, 0); }

int accept4(int fd, sockaddr* address, socklen_t* length, int flags) {
    return told(accept_socket(fd, address, length, flags));
}

int connect(int fd, const sockaddr* address, socklen_t length) {
    return told(in_turn(socket_at(fd), [&](Turn& turn, Socket& socket) -> Answer<void> {
        if (is_unspecified_family(address, length)) return socket.disconnect(turn);
        const Answer<wire::Endpoint> remote = endpoint_of(address, length);
        return remote ? socket.connect(turn, *remote) : fail(remote.error());
    }));
}

int shutdown(int fd, int how) {
    return told(
        in_turn(socket_at(fd), [&](Turn& turn, Socket& socket) { return socket.shutdown(turn, how); }));
}

int close(int fd) {
    bool is_last = false;
    const std::shared_ptr<Socket> socket = Descriptors::all().remove(fd, is_last);
    if (!socket) return told(Answer<void>(fail(EBADF)));
    if (is_last) close_socket(*socket);
    return 0;
}

int dup(int fd) { return posix::fcntl(fd, F_DUPFD, 0); }

int getsockname(int fd, sockaddr* address, socklen_t* length) {
    return told(in_turn(socket_at(fd), [&](Turn& turn, Socket& socket) -> Answer<void> {
        if (!address) return fail(EFAULT);
        const Answer<wire::Endpoint> local = socket.local(turn);
        return local ? store(*local, address, length) : fail(local.error());
    }));
}

int getpeername(int fd, sockaddr* address, socklen_t* length) {
    return told(in_turn(socket_at(fd), [&](Turn& turn, Socket& socket) -> Answer<void> {
        const Answer<wire::Endpoint> remote = socket.remote(turn);
        if (!remote) return fail(remote.error());
        return address ? store(*remote, address, length) : fail(EFAULT);
    }));
}

}  // namespace sluice::posix
