// socket, bind, listen, accept, connect, shutdown, close, dup, and the names of both ends.
#include <netinet/in.h>

#include "posix/addresses.h"
#include "posix/call.h"
#include "posix/datagrams.h"
#include "posix/epoll.h"
#include "posix/host.h"
#include "posix/local.h"
#include "posix/sockets.h"
#include "posix/stream.h"

namespace sluice::posix {
namespace {

constexpr int type_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

// socket(2): which kinds there are. 0 or an errno.
int check_kind(int kind, int protocol) {
    switch (kind) {
        case SOCK_STREAM: return protocol == 0 || protocol == IPPROTO_TCP ? 0 : EPROTONOSUPPORT;
        case SOCK_DGRAM: return protocol == 0 || protocol == IPPROTO_UDP ? 0 : EPROTONOSUPPORT;
        case SOCK_RAW: return protocol > 0 && protocol <= IPPROTO_RAW ? 0 : EPROTONOSUPPORT;
        default: return ESOCKTNOSUPPORT;
    }
}

// raw(7): IPPROTO_RAW receives nothing and always brings its own header.
Answer<std::shared_ptr<Socket>> make_socket(Turn& turn, const std::shared_ptr<Driver>& driver, int kind,
                                            int protocol) {
    if (kind == SOCK_STREAM) return std::make_shared<Stream>(driver);
    if (kind == SOCK_DGRAM) {
        auto socket = turn.stack().open_udp();
        if (!socket) return fail(errno_of(socket.error()));
        return std::make_shared<Datagrams>(driver, std::move(*socket), std::uint8_t{0});
    }
    const auto number = static_cast<std::uint8_t>(protocol);
    auto socket = turn.stack().open_raw(number, {.header_included = protocol == IPPROTO_RAW});
    if (!socket) return fail(errno_of(socket.error()));
    return std::make_shared<Datagrams>(driver, std::move(*socket), number);
}

Answer<int> open_socket(int domain, int type, int protocol) {
    const int kind = type & ~type_flags;
    if (kind < 0 || kind > SOCK_PACKET) return fail(EINVAL);
    if (domain != AF_INET) return fail(EAFNOSUPPORT);
    if (const int error = check_kind(kind, protocol)) return fail(error);
    const std::shared_ptr<Driver> driver = current_driver();
    if (!driver) return fail(ENETDOWN);

    auto number = Descriptors::all().reserve((type & SOCK_CLOEXEC) != 0);
    if (!number) return fail(number.error());
    Answer<std::shared_ptr<Socket>> made = fail(ENETDOWN);
    {
        Turn turn(*driver);
        if (turn.is_up()) made = make_socket(turn, driver, kind, protocol);
        if (!made) return fail(made.error());
        driver->add(**made);
    }
    (*made)->is_nonblocking = (type & SOCK_NONBLOCK) != 0;
    return install(std::move(*number), std::move(*made));
}

Answer<void> open_pair(int domain, int type, int protocol, int* pair) {
    const int kind = type & ~type_flags;
    if (domain != AF_UNIX) return fail(domain == AF_INET ? EOPNOTSUPP : EAFNOSUPPORT);
    if (kind != SOCK_STREAM && kind != SOCK_DGRAM && kind != SOCK_SEQPACKET) return fail(ESOCKTNOSUPPORT);
    if (protocol != 0 && protocol != AF_UNIX) return fail(EPROTONOSUPPORT);
    if (!pair) return fail(EFAULT);
    const std::shared_ptr<Driver> driver = current_driver();
    if (!driver) return fail(ENETDOWN);
    const bool close_on_exec = (type & SOCK_CLOEXEC) != 0;
    auto first = Descriptors::all().reserve(close_on_exec);
    if (!first) return fail(first.error());
    auto second = Descriptors::all().reserve(close_on_exec);
    if (!second) return fail(second.error());
    const auto [one, other] = Local::make_pair(driver, kind);
    one->is_nonblocking = other->is_nonblocking = (type & SOCK_NONBLOCK) != 0;
    {
        const Turn turn(*driver);
        if (!turn.is_up()) return fail(ENETDOWN);
        driver->add(*one);
        driver->add(*other);
    }
    pair[0] = install(std::move(*first), one);
    pair[1] = install(std::move(*second), other);
    return {};
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

// dup2(2): what was open at `number` is closed. A number onto itself is for dup2() nothing, for dup3() an error.
Answer<int> duplicate_at(int fd, int number, int flags, bool is_nothing) {
    const auto socket = file_at(fd);
    if (!socket) return fail(socket.error());
    if (is_nothing) return number;
    if ((flags & ~O_CLOEXEC) != 0 || fd == number) return fail(EINVAL);
    Epolls::all().remove(number);
    auto reserved = Descriptors::all().reserve_at(number, (flags & O_CLOEXEC) != 0);
    if (!reserved) return fail(reserved.error());
    return install(std::move(*reserved), *socket);
}

}  // namespace

int socket(int domain, int type, int protocol) { return told(open_socket(domain, type, protocol)); }

int socketpair(int domain, int type, int protocol, int* pair) {
    return told(open_pair(domain, type, protocol, pair));
}

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
    if (!socket) return told(Epolls::all().remove(fd) ? Answer<void>{} : fail(EBADF));
    if (is_last) close_socket(*socket);
    return 0;
}

int dup(int fd) { return posix::fcntl(fd, F_DUPFD, 0); }

int dup2(int fd, int number) { return told(duplicate_at(fd, number, 0, fd == number)); }

int dup3(int fd, int number, int flags) { return told(duplicate_at(fd, number, flags, false)); }

int getsockname(int fd, sockaddr* address, socklen_t* length) {
    return told(in_turn(socket_at(fd), [&](Turn& turn, Socket& socket) -> Answer<void> {
        if (!address) return fail(EFAULT);
        if (socket.family() == AF_UNIX) return store_unnamed(address, length);
        const Answer<wire::Endpoint> local = socket.local(turn);
        return local ? store(*local, address, length) : fail(local.error());
    }));
}

int getpeername(int fd, sockaddr* address, socklen_t* length) {
    return told(in_turn(socket_at(fd), [&](Turn& turn, Socket& socket) -> Answer<void> {
        const Answer<wire::Endpoint> remote = socket.remote(turn);
        if (!remote) return fail(remote.error());
        if (socket.family() == AF_UNIX) return address ? store_unnamed(address, length) : fail(EFAULT);
        return address ? store(*remote, address, length) : fail(EFAULT);
    }));
}

}  // namespace sluice::posix
