#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

TEST_CASE(
    "connect() to a port nobody listens on answers ECONNREFUSED, and the socket may try again [POSIX "
    "connect]") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a);
    CHECK_ERRNO(hosts.connect(fd, address_b, 81), ECONNREFUSED);
    CHECK(get(fd, SOL_SOCKET, SO_ERROR) == 0);  // told already
    const Fd listener = hosts.listening(80);
    CHECK(hosts.connect(fd, address_b, 80) == 0);
    CHECK_ERRNO(hosts.connect(fd, address_b, 80), EISCONN);
}

TEST_CASE("connect() judges the destination [POSIX connect, RFC 9293 3.9.2.3 MUST-46]") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a);
    const sockaddr_in remote = at(address_b, 80);
    sockaddr_in other_family = remote;
    other_family.sin_family = AF_INET6;
    CHECK_ERRNO(posix::connect(fd, nullptr, sizeof remote), EFAULT);
    CHECK_ERRNO(posix::connect(fd, generic(remote), 4), EINVAL);
    CHECK_ERRNO(posix::connect(fd, generic(other_family), sizeof remote), EAFNOSUPPORT);
    CHECK_ERRNO(hosts.connect(fd, "0.0.0.0", 80), EDESTADDRREQ);
    CHECK_ERRNO(hosts.connect(fd, address_b, 0), EDESTADDRREQ);
    CHECK_ERRNO(hosts.connect(fd, "255.255.255.255", 80), ENETUNREACH);
    CHECK_ERRNO(hosts.connect(fd, "192.0.2.255", 80), ENETUNREACH);
    CHECK_ERRNO(hosts.connect(fd, "224.0.0.1", 80), ENETUNREACH);
    CHECK_ERRNO(hosts.connect(fd, "203.0.113.1", 80), ENETUNREACH);  // no route
    const Fd listener = hosts.listening(80);
    CHECK_ERRNO(hosts.connect(listener, address_b, 80), EISCONN);
}

TEST_CASE("connect() to an address nobody has answers EHOSTUNREACH [POSIX connect]") {
    TwoHosts hosts([](StackConfig& config) {
        config.net.arp_tries = 1;
        config.net.arp_retry = 100ms;
    });
    const Fd fd = hosts.stream(*hosts.a);
    CHECK_ERRNO(hosts.connect(fd, address_of_nobody, 80), EHOSTUNREACH);
}

TEST_CASE("connect() without an answer ends with ETIMEDOUT [RFC 9293 3.8.3 MUST-23]") {
    TwoHosts hosts([](StackConfig& config) {
        config.tcp.syn_timeout = 1s;
        config.tcp.rto_initial = 200ms;
    });
    const auto [warm, server] = hosts.connected(80);  // ARP is settled
    hosts.cable->plug(false);
    const Fd fd = hosts.stream(*hosts.a);
    CHECK_ERRNO(hosts.connect(fd, address_b, 80), ETIMEDOUT);
}

TEST_CASE("a non-blocking connect() is in progress, then writable, and SO_ERROR is 0 [POSIX connect]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    const Fd fd = hosts.stream(*hosts.a, SOCK_NONBLOCK);
    CHECK_ERRNO(hosts.connect(fd, address_b, 80), EINPROGRESS);
    CHECK(await(fd, POLLOUT | POLLIN) == POLLOUT);
    CHECK(get(fd, SOL_SOCKET, SO_ERROR) == 0);
    CHECK(hosts.connect(fd, address_b, 80) == 0);  // Linux tells the outcome once
    CHECK_ERRNO(hosts.connect(fd, address_b, 80), EISCONN);
}

TEST_CASE("a second connect() while the first is under way answers EALREADY [POSIX connect]") {
    TwoHosts hosts;
    hosts.cable->plug(false);
    const Fd fd = hosts.stream(*hosts.a, SOCK_NONBLOCK);
    CHECK_ERRNO(hosts.connect(fd, address_b, 80), EINPROGRESS);
    CHECK_ERRNO(hosts.connect(fd, address_b, 80), EALREADY);
    CHECK(level(fd) == 0);
    char octet = 0;
    CHECK_ERRNO(posix::send(fd, &octet, 1, 0), EAGAIN);
    CHECK_ERRNO(posix::recv(fd, &octet, 1, 0), EAGAIN);
    sockaddr_in name{};
    socklen_t length = sizeof name;
    CHECK_ERRNO(posix::getpeername(fd, generic(name), &length), ENOTCONN);
    CHECK_ERRNO(posix::listen(fd, 1), EINVAL);
}

TEST_CASE("a refused non-blocking connect() is told by poll() and once by SO_ERROR [POSIX connect]") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a, SOCK_NONBLOCK);
    CHECK_ERRNO(hosts.connect(fd, address_b, 81), EINPROGRESS);
    CHECK(await(fd, POLLOUT | POLLIN | POLLRDHUP) == (POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP));
    CHECK(get(fd, SOL_SOCKET, SO_ERROR) == ECONNREFUSED);
    CHECK(get(fd, SOL_SOCKET, SO_ERROR) == 0);
    CHECK_ERRNO(hosts.connect(fd, address_b, 81),
                ECONNABORTED);  // as on Linux: the attempt is over, reason told
    CHECK_ERRNO(hosts.connect(fd, address_b, 81), EINPROGRESS);  // and a new one may begin
}

TEST_CASE("a second connect() after a refused one tells the reason [connect(2)]") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a, SOCK_NONBLOCK);
    CHECK_ERRNO(hosts.connect(fd, address_b, 81), EINPROGRESS);
    REQUIRE((await(fd, POLLOUT) & POLLERR) != 0);
    CHECK_ERRNO(hosts.connect(fd, address_b, 81), ECONNREFUSED);
}

TEST_CASE("SO_SNDTIMEO limits connect(), which goes on behind its back [socket(7)]") {
    TwoHosts hosts;
    hosts.cable->plug(false);
    const Fd fd = hosts.stream(*hosts.a);
    set(fd, SOL_SOCKET, SO_SNDTIMEO, timeval{0, 20'000});
    CHECK_ERRNO(hosts.connect(fd, address_b, 80), EINPROGRESS);
    CHECK_ERRNO(hosts.connect(fd, address_b, 80), EALREADY);
}

TEST_CASE("connect() to AF_UNSPEC dissolves the connection [connect(2)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected(80);
    sockaddr_in unspecified{};
    CHECK(posix::connect(client, generic(unspecified), sizeof unspecified) == 0);
    CHECK(receive_text(server) == "<Connection reset by peer>");
    sockaddr_in name{};
    socklen_t length = sizeof name;
    CHECK_ERRNO(posix::getpeername(client, generic(name), &length), ENOTCONN);
    const Fd listener = hosts.listening(82);
    CHECK(hosts.connect(client, address_b, 82) == 0);
}

TEST_CASE("a host connects to itself, by its address and by 127.0.0.1") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    for (const char* self : {address_b, "127.0.0.1"}) {
        const Fd client = hosts.stream(*hosts.b);
        REQUIRE(hosts.connect(client, self, 80) == 0);
        const Fd server(posix::accept(listener, nullptr, nullptr));
        CHECK(send_text(client, "to myself") == 9);
        CHECK(receive_text(server) == "to myself");
    }
}

TEST_CASE("a tuple in use cannot be connected again [POSIX connect]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    const sockaddr_in own = at(address_a, 1234);
    const Fd first = hosts.stream(*hosts.a);
    set(first, SOL_SOCKET, SO_REUSEADDR, 1);
    REQUIRE(posix::bind(first, generic(own), sizeof own) == 0);
    REQUIRE(hosts.connect(first, address_b, 80) == 0);
    const Fd second = hosts.stream(*hosts.a);
    set(second, SOL_SOCKET, SO_REUSEADDR, 1);
    REQUIRE(posix::bind(second, generic(own), sizeof own) == 0);
    CHECK_ERRNO(hosts.connect(second, address_b, 80), EADDRINUSE);
}

TEST_CASE("no port left is EADDRNOTAVAIL for connect() and EADDRINUSE for bind() [ip(7)]") {
    TwoHosts hosts([](StackConfig& config) { config.tcp.port_first = config.tcp.port_last = 40'000; });
    const Fd listener = hosts.listening(80);
    const Fd first = hosts.stream(*hosts.a);
    REQUIRE(hosts.connect(first, address_b, 80) == 0);
    const Fd second = hosts.stream(*hosts.a);
    CHECK_ERRNO(hosts.connect(second, address_b, 80), EADDRNOTAVAIL);
    const sockaddr_in any = at(address_a, 0);
    CHECK_ERRNO(posix::bind(second, generic(any), sizeof any), EADDRINUSE);
    CHECK_ERRNO(posix::listen(second, 1), EADDRINUSE);
}

TEST_CASE("a host that holds all the connections it may answers ENOBUFS [POSIX connect]") {
    TwoHosts hosts([](StackConfig& config) { config.tcp.connections_max = 1; });
    const Fd listener = hosts.listening(80);
    const Fd first = hosts.stream(*hosts.a);
    REQUIRE(hosts.connect(first, address_b, 80) == 0);
    const Fd second = hosts.stream(*hosts.a);
    CHECK_ERRNO(hosts.connect(second, address_b, 80), ENOBUFS);
}
