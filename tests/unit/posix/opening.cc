#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

TEST_CASE("socket() takes IPv4 streams and names what it does not take [POSIX socket]") {
    TwoHosts hosts;
    CHECK_ERRNO(posix::socket(AF_INET6, SOCK_STREAM, 0), EAFNOSUPPORT);
    CHECK_ERRNO(posix::socket(AF_INET, SOCK_SEQPACKET, 0), ESOCKTNOSUPPORT);
    CHECK_ERRNO(posix::socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), EPROTONOSUPPORT);
    CHECK_ERRNO(posix::socket(AF_INET, 99, 0), EINVAL);
    const Fd fd(posix::socket(AF_INET, SOCK_STREAM, IPPROTO_TCP));
    CHECK(fd >= 0);
}

TEST_CASE("socket() without a host answers ENETDOWN") {
    CHECK_ERRNO(posix::socket(AF_INET, SOCK_STREAM, 0), ENETDOWN);
}

TEST_CASE("a descriptor is a number of the process that no system call mistakes for its own") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a);
    CHECK(::fcntl(fd, F_GETFD) == 0);
    char octet = 0;
    CHECK_ERRNO(::read(fd, &octet, 1), EBADF);
    CHECK_ERRNO(::write(fd, &octet, 1), EBADF);
    const Fd closing = hosts.stream(*hosts.a, SOCK_CLOEXEC);
    CHECK(::fcntl(closing, F_GETFD) == FD_CLOEXEC);
    CHECK(posix::fcntl(closing, F_GETFD) == FD_CLOEXEC);
    CHECK(posix::fcntl(closing, F_SETFD, 0) == 0);
    CHECK(posix::fcntl(closing, F_GETFD) == 0);
}

TEST_CASE("calls on a number that is not ours answer EBADF or ENOTSOCK [POSIX]") {
    TwoHosts hosts;
    const host::Descriptor kernels(eventfd(0, EFD_CLOEXEC));
    char octet = 0;
    CHECK_ERRNO(posix::listen(kernels.number(), 1), ENOTSOCK);
    CHECK_ERRNO(posix::recv(kernels.number(), &octet, 1, 0), ENOTSOCK);
    CHECK_ERRNO(posix::close(kernels.number()), EBADF);
    CHECK_ERRNO(posix::read(kernels.number(), &octet, 1), EBADF);
    CHECK_ERRNO(posix::listen(-1, 1), EBADF);
    CHECK_ERRNO(posix::close(-1), EBADF);
    CHECK_ERRNO(posix::fcntl(12345, F_GETFL), EBADF);
    Fd ours = hosts.stream(*hosts.a);
    const int number = ours.release();
    CHECK(posix::close(number) == 0);
    CHECK_ERRNO(posix::close(number), EBADF);
    CHECK_ERRNO(posix::listen(number, 1), EBADF);
}

TEST_CASE("bind() checks the address, and binds once [POSIX bind]") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a);
    const sockaddr_in own = at(address_a, 1000);
    sockaddr_in other_family = own;
    other_family.sin_family = AF_INET6;
    const sockaddr_in foreign = at(address_b, 1000);
    CHECK_ERRNO(posix::bind(fd, nullptr, sizeof own), EFAULT);
    CHECK_ERRNO(posix::bind(fd, generic(own), 4), EINVAL);
    CHECK_ERRNO(posix::bind(fd, generic(other_family), sizeof own), EAFNOSUPPORT);
    CHECK_ERRNO(posix::bind(fd, generic(foreign), sizeof foreign), EADDRNOTAVAIL);
    CHECK(posix::bind(fd, generic(own), sizeof own) == 0);
    CHECK_ERRNO(posix::bind(fd, generic(own), sizeof own), EINVAL);
}

TEST_CASE("getsockname() tells what was bound, and the port that was chosen [POSIX getsockname]") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a);
    sockaddr_in name{};
    socklen_t length = sizeof name;
    CHECK(posix::getsockname(fd, generic(name), &length) == 0);
    CHECK(name.sin_port == 0);
    CHECK(length == sizeof name);
    const sockaddr_in any = at(address_a, 0);
    CHECK(posix::bind(fd, generic(any), sizeof any) == 0);
    CHECK(posix::getsockname(fd, generic(name), &length) == 0);
    CHECK(ntohs(name.sin_port) >= 32768);
    CHECK(name.sin_addr.s_addr == any.sin_addr.s_addr);
    CHECK_ERRNO(posix::getsockname(fd, nullptr, &length), EFAULT);
    CHECK_ERRNO(posix::getsockname(fd, generic(name), nullptr), EFAULT);

    // Too little room: as much as fits, and the real length.
    std::array<unsigned char, 4> little{};
    length = little.size();
    CHECK(posix::getsockname(fd, reinterpret_cast<sockaddr*>(little.data()), &length) == 0);
    CHECK(length == sizeof name);
    CHECK(std::memcmp(little.data(), &name, little.size()) == 0);
}

TEST_CASE(
    "a bound port is taken; SO_REUSEADDR on both lets it be bound again, but not be listened on twice "
    "[socket(7)]") {
    TwoHosts hosts;
    const Fd first = hosts.stream(*hosts.a);
    const Fd second = hosts.stream(*hosts.a);
    const sockaddr_in any = at("0.0.0.0", 80);
    const sockaddr_in own = at(address_a, 80);
    REQUIRE(posix::bind(first, generic(any), sizeof any) == 0);
    CHECK_ERRNO(posix::bind(second, generic(own), sizeof own), EADDRINUSE);
    set(second, SOL_SOCKET, SO_REUSEADDR, 1);
    CHECK_ERRNO(posix::bind(second, generic(any), sizeof any), EADDRINUSE);
    set(first, SOL_SOCKET, SO_REUSEADDR, 1);
    CHECK(posix::bind(second, generic(any), sizeof any) == 0);
    CHECK(posix::listen(first, 1) == 0);
    CHECK_ERRNO(posix::listen(second, 1), EADDRINUSE);
    const Fd third = hosts.stream(*hosts.a);
    set(third, SOL_SOCKET, SO_REUSEADDR, 1);
    CHECK_ERRNO(posix::bind(third, generic(any), sizeof any), EADDRINUSE);
}

TEST_CASE("a port is free again when its socket is closed [POSIX close]") {
    TwoHosts hosts;
    const sockaddr_in any = at("0.0.0.0", 80);
    {
        const Fd first = hosts.stream(*hosts.a);
        REQUIRE(posix::bind(first, generic(any), sizeof any) == 0);
        REQUIRE(posix::listen(first, 1) == 0);
    }
    const Fd second = hosts.stream(*hosts.a);
    CHECK(posix::bind(second, generic(any), sizeof any) == 0);
    CHECK(posix::listen(second, 1) == 0);
}

TEST_CASE("a port with live connections needs SO_REUSEADDR [socket(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected(80);
    const sockaddr_in any = at("0.0.0.0", 80);
    const Fd again = hosts.stream(*hosts.b);
    CHECK_ERRNO(posix::bind(again, generic(any), sizeof any), EADDRINUSE);
    set(again, SOL_SOCKET, SO_REUSEADDR, 1);
    CHECK(posix::bind(again, generic(any), sizeof any) == 0);
    CHECK(posix::listen(again, 1) == 0);
}

TEST_CASE("listen() without bind() chooses a port; a second listen() changes the backlog [POSIX listen]") {
    TwoHosts hosts;
    const Fd listener = hosts.stream(*hosts.b);
    CHECK(posix::listen(listener, 1) == 0);
    CHECK(posix::listen(listener, 5) == 0);
    CHECK(get(listener, SOL_SOCKET, SO_ACCEPTCONN) == 1);
    sockaddr_in name{};
    socklen_t length = sizeof name;
    REQUIRE(posix::getsockname(listener, generic(name), &length) == 0);
    const Fd client = hosts.stream(*hosts.a);
    CHECK(hosts.connect(client, address_b, ntohs(name.sin_port)) == 0);
}

TEST_CASE("accept() answers the connection, and who it is from [POSIX accept]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    const Fd client = hosts.stream(*hosts.a);
    const sockaddr_in own = at(address_a, 1234);
    REQUIRE(posix::bind(client, generic(own), sizeof own) == 0);
    REQUIRE(hosts.connect(client, address_b, 80) == 0);
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const Fd server(posix::accept4(listener, generic(from), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    REQUIRE(server >= 0);
    CHECK(from.sin_addr.s_addr == own.sin_addr.s_addr);
    CHECK(from.sin_port == own.sin_port);
    CHECK(posix::fcntl(server, F_GETFL) == (O_RDWR | O_NONBLOCK));
    CHECK(posix::fcntl(server, F_GETFD) == FD_CLOEXEC);
    CHECK(posix::getpeername(client, generic(from), &length) == 0);
    CHECK(ntohs(from.sin_port) == 80);
    CHECK(from.sin_addr.s_addr == inet_addr(address_b));
    CHECK(posix::getsockname(server, generic(from), &length) == 0);
    CHECK(ntohs(from.sin_port) == 80);
}

TEST_CASE("accept() and listen() say why they cannot [POSIX accept, listen]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80, 4, SOCK_NONBLOCK);
    CHECK_ERRNO(posix::accept(listener, nullptr, nullptr), EAGAIN);
    CHECK_ERRNO(posix::accept4(listener, nullptr, nullptr, 1), EINVAL);
    sockaddr_in from{};
    CHECK_ERRNO(posix::accept(listener, generic(from), nullptr), EFAULT);
    socklen_t length = static_cast<socklen_t>(-1);
    CHECK_ERRNO(posix::accept(listener, generic(from), &length), EINVAL);
    const Fd fresh = hosts.stream(*hosts.a);
    CHECK_ERRNO(posix::accept(fresh, nullptr, nullptr), EINVAL);
    const auto [client, server] = hosts.connected(81);
    CHECK_ERRNO(posix::accept(client, nullptr, nullptr), EINVAL);
    CHECK_ERRNO(posix::listen(client, 1), EINVAL);
    const sockaddr_in any = at("0.0.0.0", 99);
    CHECK_ERRNO(posix::bind(client, generic(any), sizeof any), EINVAL);
}

TEST_CASE("accept() waits for a connection [POSIX accept]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    auto accepted = std::async(std::launch::async, [&] { return posix::accept(listener, nullptr, nullptr); });
    const Fd client = hosts.stream(*hosts.a);
    CHECK(hosts.connect(client, address_b, 80) == 0);
    const Fd server(accepted.get());
    CHECK(server >= 0);
}

TEST_CASE("SO_RCVTIMEO limits accept() [socket(7)]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    set(listener, SOL_SOCKET, SO_RCVTIMEO, timeval{0, 20'000});
    CHECK_ERRNO(posix::accept(listener, nullptr, nullptr), EAGAIN);
}

TEST_CASE("a connection that was reset before accept() is not accepted [states.md 6.6]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80, 4, SOCK_NONBLOCK);
    {
        const Fd client = hosts.stream(*hosts.a);
        set(client, SOL_SOCKET, SO_LINGER, linger{1, 0});
        REQUIRE(hosts.connect(client, address_b, 80) == 0);
        REQUIRE((await(listener, POLLIN) & POLLIN) != 0);
    }
    const Fd second = hosts.stream(*hosts.a);  // its SYN comes after that reset
    REQUIRE(hosts.connect(second, address_b, 80) == 0);
    REQUIRE((await(listener, POLLIN) & POLLIN) != 0);
    const Fd server(posix::accept(listener, nullptr, nullptr));
    CHECK(server >= 0);
    CHECK_ERRNO(posix::accept(listener, nullptr, nullptr), EAGAIN);
}

TEST_CASE("EMFILE leaves the connection in the queue [POSIX accept]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    const Fd client = hosts.stream(*hosts.a);
    REQUIRE(hosts.connect(client, address_b, 80) == 0);
    std::vector<host::Descriptor> all;
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{64, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    for (;;) {
        host::Descriptor next(eventfd(0, EFD_CLOEXEC));
        if (!next) break;
        all.push_back(std::move(next));
    }
    CHECK_ERRNO(posix::accept(listener, nullptr, nullptr), EMFILE);
    CHECK_ERRNO(posix::socket(AF_INET, SOCK_STREAM, 0), EMFILE);
    all.clear();
    setrlimit(RLIMIT_NOFILE, &before);
    const Fd server(posix::accept(listener, nullptr, nullptr));
    CHECK(server >= 0);
}

TEST_CASE("closing a listener resets what nobody accepted [states.md 6.8]") {
    TwoHosts hosts;
    Fd client = hosts.stream(*hosts.a);
    {
        const Fd listener = hosts.listening(80);
        REQUIRE(hosts.connect(client, address_b, 80) == 0);
        REQUIRE((await(listener, POLLIN) & POLLIN) != 0);
    }
    CHECK(receive_text(client) == "<Connection reset by peer>");
}
