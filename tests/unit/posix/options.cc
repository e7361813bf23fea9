#include <linux/sockios.h>
#include <linux/tcp.h>

#include <array>
#include <string>

#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

TEST_CASE("options tell their defaults and what was set [socket(7), ip(7), tcp(7)]") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a);
    struct Row {
        const char* name;
        int level;
        int option;
        int initial;
        int wanted;
    };
    const Row rows[] = {{"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 0, 1},
                        {"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, 0, 1},
                        {"SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE, 0, 1},
                        {"SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT, 1, 100},
                        {"SO_RCVBUF", SOL_SOCKET, SO_RCVBUF, 1048576, 100'000},
                        {"SO_SNDBUF", SOL_SOCKET, SO_SNDBUF, 1048576, 100'000},
                        {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, 0, 1},
                        {"TCP_CORK", IPPROTO_TCP, TCP_CORK, 0, 1},
                        {"TCP_MAXSEG", IPPROTO_TCP, TCP_MAXSEG, 536, 1000},
                        {"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, 7200, 10},
                        {"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, 75, 5},
                        {"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, 9, 3},
                        {"TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, 0, 5000},
                        {"TCP_QUICKACK", IPPROTO_TCP, TCP_QUICKACK, 0, 1},
                        {"TCP_NOTSENT_LOWAT", IPPROTO_TCP, TCP_NOTSENT_LOWAT, 0, 4096},
                        {"TCP_DEFER_ACCEPT", IPPROTO_TCP, TCP_DEFER_ACCEPT, 0, 7},
                        {"TCP_FASTOPEN", IPPROTO_TCP, TCP_FASTOPEN, 0, 16},
                        {"IP_RECVERR", IPPROTO_IP, IP_RECVERR, 0, 1},
                        {"IP_TOS", IPPROTO_IP, IP_TOS, 0, 0x10},
                        {"IP_TTL", IPPROTO_IP, IP_TTL, 64, 5}};
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CHECK(get(fd, row.level, row.option) == row.initial);
        set(fd, row.level, row.option, row.wanted);
        CHECK(get(fd, row.level, row.option) == row.wanted);
    }
    CHECK(get(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM);
    CHECK(get(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET);
    CHECK(get(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP);
    CHECK(get(fd, SOL_SOCKET, SO_ACCEPTCONN) == 0);
    CHECK(get(fd, SOL_SOCKET, SO_SNDLOWAT) == 1);

    // They hold when the socket connects, and can be changed then.
    const Fd listener = hosts.listening(80);
    REQUIRE(hosts.connect(fd, address_b, 80) == 0);
    for (const Row& row : rows) {
        CAPTURE(row.name);
        if (row.option != TCP_MAXSEG || row.level != IPPROTO_TCP)
            CHECK(get(fd, row.level, row.option) == row.wanted);
    }
    CHECK(get(fd, IPPROTO_TCP, TCP_MAXSEG) <= 1000);  // now what a segment really carries
    set(fd, IPPROTO_TCP, TCP_NODELAY, 0);
    CHECK(get(fd, IPPROTO_TCP, TCP_NODELAY) == 0);
}

TEST_CASE("the congestion control is told and chosen by name [tcp(7)]") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a);
    const auto name_of = [&] {
        std::array<char, 32> text{};
        socklen_t length = sizeof text;
        CHECK(posix::getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, text.data(), &length) == 0);
        CHECK(length == 16);
        return std::string(text.data());
    };
    const auto choose = [&](const char* name, socklen_t length) {
        return posix::setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, length);
    };
    CHECK(choose("reno", 4) == 0);  // no zero needed
    CHECK(name_of() == "reno");
    CHECK_ERRNO(choose("vegas", 5), ENOENT);
    CHECK_ERRNO(choose("fixed", 5), ENOENT);
    CHECK_ERRNO(choose("reno", 0), EINVAL);
    CHECK_ERRNO(choose(nullptr, 4), EFAULT);
    CHECK(name_of() == "reno");
    const Fd listener = hosts.listening(80);
    REQUIRE(hosts.connect(fd, address_b, 80) == 0);
    CHECK(name_of() == "reno");
    CHECK(choose("reno\0rest", 9) == 0);
}

TEST_CASE("what listen() was given, accepted sockets inherit [tcp(7), socket(7)]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80, 4, SOCK_NONBLOCK);
    set(listener, IPPROTO_TCP, TCP_NODELAY, 1);
    set(listener, IPPROTO_TCP, TCP_KEEPIDLE, 11);
    set(listener, SOL_SOCKET, SO_RCVTIMEO, timeval{7, 0});
    set(listener, SOL_SOCKET, SO_LINGER, linger{1, 3});
    const Fd client = hosts.stream(*hosts.a);
    REQUIRE(hosts.connect(client, address_b, 80) == 0);
    REQUIRE(await(listener, POLLIN) == POLLIN);
    const Fd server(posix::accept(listener, nullptr, nullptr));
    CHECK(get(server, IPPROTO_TCP, TCP_NODELAY) == 1);
    CHECK(get(server, IPPROTO_TCP, TCP_KEEPIDLE) == 11);
    timeval time{};
    socklen_t length = sizeof time;
    CHECK(posix::getsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &time, &length) == 0);
    CHECK(time.tv_sec == 7);
    linger lingering{};
    length = sizeof lingering;
    CHECK(posix::getsockopt(server, SOL_SOCKET, SO_LINGER, &lingering, &length) == 0);
    CHECK(lingering.l_onoff == 1);
    CHECK(lingering.l_linger == 3);
    CHECK(posix::fcntl(server, F_GETFL) == O_RDWR);  // O_NONBLOCK is not inherited
}

TEST_CASE("values out of range are refused [tcp(7), ip(7), socket(7)]") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a);
    const auto set_number = [&](int level, int name, int value) {
        return posix::setsockopt(fd, level, name, &value, sizeof value);
    };
    CHECK_ERRNO(set_number(IPPROTO_TCP, TCP_KEEPIDLE, 0), EINVAL);
    CHECK_ERRNO(set_number(IPPROTO_TCP, TCP_KEEPIDLE, 32768), EINVAL);
    CHECK_ERRNO(set_number(IPPROTO_TCP, TCP_KEEPINTVL, 0), EINVAL);
    CHECK_ERRNO(set_number(IPPROTO_TCP, TCP_KEEPCNT, 128), EINVAL);
    CHECK_ERRNO(set_number(IPPROTO_TCP, TCP_USER_TIMEOUT, -1), EINVAL);
    CHECK_ERRNO(set_number(IPPROTO_TCP, TCP_MAXSEG, 10), EINVAL);
    CHECK_ERRNO(set_number(IPPROTO_IP, IP_TTL, 0), EINVAL);
    CHECK_ERRNO(set_number(IPPROTO_IP, IP_TTL, 256), EINVAL);
    CHECK(set_number(IPPROTO_IP, IP_TTL, -1) == 0);
    CHECK(set_number(IPPROTO_IP, IP_TOS, 0x13) == 0);
    CHECK(get(fd, IPPROTO_IP, IP_TOS) == 0x10);  // the ECN bits are TCP's
    CHECK(set_number(SOL_SOCKET, SO_RCVBUF, -5) == 0);
    CHECK(get(fd, SOL_SOCKET, SO_RCVBUF) == 2304);
    CHECK(set_number(SOL_SOCKET, SO_SNDBUF, 0) == 0);
    CHECK(get(fd, SOL_SOCKET, SO_SNDBUF) == 4608);
    const timeval bad{0, 1'000'000};
    CHECK_ERRNO(posix::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bad, sizeof bad), EDOM);
    CHECK_ERRNO(posix::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bad, 4), EINVAL);
    CHECK_ERRNO(posix::setsockopt(fd, SOL_SOCKET, SO_LINGER, &bad, 4), EINVAL);
    const int one = 1;
    CHECK_ERRNO(posix::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, 1), EINVAL);
    CHECK_ERRNO(posix::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, nullptr, sizeof one), EFAULT);
    CHECK_ERRNO(posix::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, static_cast<socklen_t>(-1)), EINVAL);
    const std::uint8_t octet = 9;
    CHECK(posix::setsockopt(fd, IPPROTO_IP, IP_TTL, &octet, 1) == 0);
    CHECK(get(fd, IPPROTO_IP, IP_TTL) == 9);
    std::uint8_t told = 0;
    socklen_t length = 1;
    CHECK(posix::getsockopt(fd, IPPROTO_IP, IP_TTL, &told, &length) == 0);
    CHECK(told == 9);
}

TEST_CASE("options nobody knows, or that can only be read, are ENOPROTOOPT [POSIX getsockopt, setsockopt]") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a);
    int value = 1;
    socklen_t length = sizeof value;
    for (const int level : {SOL_SOCKET, int{IPPROTO_TCP}, int{IPPROTO_IP}, 4242}) {
        CHECK_ERRNO(posix::getsockopt(fd, level, 9999, &value, &length), ENOPROTOOPT);
        CHECK_ERRNO(posix::setsockopt(fd, level, 9999, &value, sizeof value), ENOPROTOOPT);
    }
    CHECK_ERRNO(posix::setsockopt(fd, SOL_SOCKET, SO_ERROR, &value, sizeof value), ENOPROTOOPT);
    CHECK_ERRNO(posix::setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, sizeof value), ENOPROTOOPT);
    CHECK_ERRNO(posix::getsockopt(fd, SOL_SOCKET, SO_TYPE, nullptr, &length), EFAULT);
    CHECK_ERRNO(posix::getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, nullptr), EFAULT);
    length = static_cast<socklen_t>(-1);
    CHECK_ERRNO(posix::getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length), EINVAL);
}

TEST_CASE("a time limit of zero is none [socket(7)]") {
    TwoHosts hosts;
    const Fd fd = hosts.stream(*hosts.a);
    timeval time{9, 9};
    socklen_t length = sizeof time;
    CHECK(posix::getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, &length) == 0);
    CHECK(time.tv_sec == 0);
    CHECK(time.tv_usec == 0);
    set(fd, SOL_SOCKET, SO_SNDTIMEO, timeval{3, 500'000});
    CHECK(posix::getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, &length) == 0);
    CHECK(time.tv_sec == 3);
    CHECK(time.tv_usec == 500'000);
}

TEST_CASE("TCP_INFO has the layout of Linux, cut to the caller's room [tcp(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(send_text(client, std::string(5000, 'x')) == 5000);
    CHECK(receive_text(server, 5000, MSG_WAITALL).size() == 5000);
    tcp_info info{};
    socklen_t length = sizeof info;
    REQUIRE(posix::getsockopt(server, IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
    CHECK(length == sizeof info);
    CHECK(info.tcpi_state == 1);
    CHECK((info.tcpi_options & (TCPI_OPT_TIMESTAMPS | TCPI_OPT_WSCALE)) ==
          (TCPI_OPT_TIMESTAMPS | TCPI_OPT_WSCALE));
    CHECK(info.tcpi_bytes_received == 5000);
    CHECK(info.tcpi_snd_mss == 1448);
    CHECK(info.tcpi_advmss == 1460);
    CHECK(info.tcpi_snd_cwnd == 10);
    CHECK(info.tcpi_rto >= 200'000);
    length = 8;
    CHECK(posix::getsockopt(server, IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
    CHECK(length == 8);
    const Fd listener = hosts.listening(81);
    length = sizeof info;
    CHECK(posix::getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
    CHECK(info.tcpi_state == 10);
}

TEST_CASE(
    "text goes on the SYN once the server has given a cookie [tcp(7) TCP_FASTOPEN] [R7413-6] [R7413-8]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    set(listener, IPPROTO_TCP, TCP_FASTOPEN, 5);
    CHECK(get(listener, IPPROTO_TCP, TCP_FASTOPEN) == 5);
    const auto syn_data = [](int fd) {
        tcp_info info{};
        socklen_t length = sizeof info;
        REQUIRE(posix::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
        return (info.tcpi_options & TCPI_OPT_SYN_DATA) != 0;
    };
    for (const bool has_cookie : {false, true}) {
        const Fd client = hosts.stream(*hosts.a);
        set(client, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
        REQUIRE(hosts.connect(client, address_b, 80) == 0);
        CHECK(send_text(client, "hello") == 5);
        const Fd server(posix::accept(listener, nullptr, nullptr));
        CHECK(receive_text(server, 5, MSG_WAITALL) == "hello");
        CHECK(send_text(server, "back") == 4);
        CHECK(receive_text(client, 4, MSG_WAITALL) == "back");
        CHECK(syn_data(client) == has_cookie);
        CHECK(syn_data(server) == has_cookie);
    }
    // The older way: connect and send in one call.
    const Fd client = hosts.stream(*hosts.a);
    const sockaddr_in remote = at(address_b, 80);
    CHECK(posix::sendto(client, "once", 4, MSG_FASTOPEN, generic(remote), sizeof remote) == 4);
    const Fd server(posix::accept(listener, nullptr, nullptr));
    CHECK(receive_text(server, 4, MSG_WAITALL) == "once");
    CHECK(syn_data(server));
    CHECK(posix::sendto(client, "once", 4, MSG_FASTOPEN, generic(remote), sizeof remote) == -1);
    CHECK(errno == EISCONN);
}

TEST_CASE("without a cookie a call that may not wait says EINPROGRESS [send(2) MSG_FASTOPEN]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    const Fd client = hosts.stream(*hosts.a, SOCK_NONBLOCK);
    const sockaddr_in remote = at(address_b, 80);
    CHECK(posix::sendto(client, "once", 4, MSG_FASTOPEN, generic(remote), sizeof remote) == -1);
    CHECK(errno == EINPROGRESS);
    CHECK(await(client, POLLOUT) == POLLOUT);
    CHECK(send_text(client, "once") == 4);
}

TEST_CASE("a listener that defers hands over what has sent something [tcp(7) TCP_DEFER_ACCEPT]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80, 8, SOCK_NONBLOCK);
    set(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30);
    const Fd first = hosts.stream(*hosts.a);
    const Fd second = hosts.stream(*hosts.a);
    REQUIRE(hosts.connect(first, address_b, 80) == 0);
    REQUIRE(hosts.connect(second, address_b, 80) == 0);
    CHECK(send_text(second, "second") == 6);
    REQUIRE(await(listener, POLLIN) == POLLIN);
    const Fd server(posix::accept(listener, nullptr, nullptr));
    CHECK(receive_text(server, 6, MSG_WAITALL) == "second");
    CHECK(posix::accept(listener, nullptr, nullptr) == -1);
    CHECK(errno == EAGAIN);
}

TEST_CASE("a writer is held back while octets wait unsent [tcp(7) TCP_NOTSENT_LOWAT]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    const Fd client = hosts.stream(*hosts.a, SOCK_NONBLOCK);
    set(client, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 10'000);
    hosts.connect(client, address_b, 80);
    REQUIRE(await(client, POLLOUT) == POLLOUT);
    const std::string piece(4000, 'x');
    std::size_t taken = 0;
    while (taken < 100'000'000) {
        const auto sent = posix::send(client, piece.data(), piece.size(), 0);
        if (sent < 0) break;
        taken += static_cast<std::size_t>(sent);
        int unsent = 0;
        REQUIRE(posix::ioctl(client, SIOCOUTQNSD, &unsent) == 0);
        CHECK(unsent < 14'000);
    }
    CHECK(taken < 100'000'000);
}

TEST_CASE("SO_REUSEPORT lets several sockets that all set it listen on one port [socket(7)]") {
    TwoHosts hosts;
    const Fd first = hosts.stream(*hosts.b);
    const Fd second = hosts.stream(*hosts.b);
    const Fd third = hosts.stream(*hosts.b);
    const sockaddr_in local = at(address_b, 80);
    for (const Fd* fd : {&first, &second}) {
        CHECK(get(*fd, SOL_SOCKET, SO_REUSEPORT) == 0);
        set(*fd, SOL_SOCKET, SO_REUSEPORT, 1);
        CHECK(get(*fd, SOL_SOCKET, SO_REUSEPORT) == 1);
        CHECK(posix::bind(*fd, generic(local), sizeof local) == 0);
        CHECK(posix::listen(*fd, 1) == 0);
    }
    set(third, SOL_SOCKET, SO_REUSEADDR, 1);
    CHECK_ERRNO(posix::bind(third, generic(local), sizeof local), EADDRINUSE);
    set(third, SOL_SOCKET, SO_REUSEPORT, 1);
    CHECK(posix::bind(third, generic(local), sizeof local) == 0);
}
