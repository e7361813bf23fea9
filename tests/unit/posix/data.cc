#include <sys/eventfd.h>
#include <sys/mman.h>

#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

TEST_CASE("what one side sends the other receives, by every pair of calls [POSIX send, recv]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(send_text(client, "by send") == 7);
    CHECK(receive_text(server) == "by send");

    const sockaddr_in ignored = at(address_of_nobody, 9);
    CHECK(posix::sendto(client, "sendto", 6, 0, generic(ignored), sizeof ignored) == 6);
    std::array<char, 16> room{};
    sockaddr_in from{};
    socklen_t length = sizeof from;
    CHECK(posix::recvfrom(server, room.data(), room.size(), 0, generic(from), &length) == 6);
    CHECK(length == 0);  // a stream names no sender

    CHECK(posix::write(server, "back", 4) == 4);
    CHECK(posix::read(client, room.data(), room.size()) == 4);
    CHECK(std::string(room.data(), 4) == "back");
    CHECK(posix::read(client, room.data(), 0) == 0);
    CHECK(posix::send(client, nullptr, 0, 0) == 0);
}

TEST_CASE("scattered and gathered octets keep their order [POSIX readv, writev, sendmsg, recvmsg]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    std::array<char, 4> one{'o', 'n', 'e', ' '};
    std::array<char, 3> two{'t', 'w', 'o'};
    const std::array<iovec, 3> out{iovec{one.data(), one.size()}, iovec{nullptr, 0},
                                   iovec{two.data(), two.size()}};
    CHECK(posix::writev(client, out.data(), 3) == 7);
    std::array<char, 2> first{};
    std::array<char, 10> rest{};
    const std::array<iovec, 2> in{iovec{first.data(), first.size()}, iovec{rest.data(), rest.size()}};
    CHECK(posix::readv(server, in.data(), 2) == 7);
    CHECK(std::string(first.data(), 2) + std::string(rest.data(), 5) == "one two");

    msghdr message{};
    message.msg_iov = const_cast<iovec*>(out.data());
    message.msg_iovlen = 3;
    CHECK(posix::sendmsg(client, &message, 0) == 7);
    message.msg_iov = const_cast<iovec*>(in.data());
    message.msg_iovlen = 2;
    message.msg_namelen = 99;
    message.msg_controllen = 99;
    message.msg_flags = 99;
    CHECK(posix::recvmsg(server, &message, 0) == 7);
    CHECK(message.msg_namelen == 0);
    CHECK(message.msg_controllen == 0);
    CHECK(message.msg_flags == 0);
}

TEST_CASE("calls refuse buffers that cannot be [POSIX]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK_ERRNO(posix::send(client, nullptr, 1, 0), EFAULT);
    CHECK_ERRNO(posix::recv(client, nullptr, 1, 0), EFAULT);
    char octet = 0;
    const std::array<iovec, 2> too_long{iovec{&octet, SSIZE_MAX}, iovec{&octet, 1}};
    CHECK_ERRNO(posix::writev(client, too_long.data(), 2), EINVAL);
    CHECK_ERRNO(posix::writev(client, too_long.data(), -1), EINVAL);
    CHECK_ERRNO(posix::readv(client, nullptr, 1), EFAULT);
    CHECK_ERRNO(posix::sendmsg(client, nullptr, 0), EFAULT);
    msghdr message{};
    message.msg_iovlen = 1025;
    CHECK_ERRNO(posix::sendmsg(client, &message, 0), EMSGSIZE);
    CHECK_ERRNO(posix::recvmsg(client, &message, 0), EMSGSIZE);
}

TEST_CASE("an unconnected socket has nothing to send or receive [POSIX ENOTCONN]") {
    TwoHosts hosts;
    const Fd fresh = hosts.stream(*hosts.a);
    const Fd listener = hosts.listening(80);
    char octet = 0;
    for (const int fd : {int{fresh}, int{listener}}) {
        CHECK_ERRNO(posix::send(fd, &octet, 1, 0), ENOTCONN);
        CHECK_ERRNO(posix::recv(fd, &octet, 1, 0), ENOTCONN);
        sockaddr_in name{};
        socklen_t length = sizeof name;
        CHECK_ERRNO(posix::getpeername(fd, generic(name), &length), ENOTCONN);
    }
    CHECK_ERRNO(posix::shutdown(fresh, SHUT_RDWR), ENOTCONN);
}

TEST_CASE("recv() waits for the first octet and answers what there is [POSIX recv]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    auto received = std::async(std::launch::async, [&fd = server] { return receive_text(fd); });
    CHECK(send_text(client, "late") == 4);
    CHECK(received.get() == "late");
}

TEST_CASE("O_NONBLOCK, MSG_DONTWAIT and FIONBIO make calls answer EAGAIN [POSIX, recv(2)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(receive_text(server, 1, MSG_DONTWAIT) == "<Resource temporarily unavailable>");
    CHECK(posix::fcntl(server, F_GETFL) == O_RDWR);
    CHECK(posix::fcntl(server, F_SETFL, O_NONBLOCK) == 0);
    CHECK(receive_text(server) == "<Resource temporarily unavailable>");
    int off = 0;
    CHECK(posix::ioctl(server, FIONBIO, &off) == 0);
    CHECK(posix::fcntl(server, F_GETFL) == O_RDWR);
    CHECK(receive_text(server, 1, MSG_ERRQUEUE) == "<Resource temporarily unavailable>");
}

TEST_CASE("a full send buffer: what fits is taken, then EAGAIN, then writable again [POSIX send]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    set(client, SOL_SOCKET, SO_SNDBUF, 20'000);
    set(server, SOL_SOCKET, SO_RCVBUF, 20'000);
    const std::string text(400'000, 'x');
    std::size_t sent = 0;
    for (;;) {
        const ssize_t n = send_text(client, text, MSG_DONTWAIT);
        if (n < 0) break;
        sent += static_cast<std::size_t>(n);
        REQUIRE(sent < 5'000'000);
        (void)await(client, POLLOUT, 20);
    }
    CHECK(errno == EAGAIN);
    CHECK(level(client, POLLOUT) == 0);
    std::size_t got = 0;
    while (got < sent) got += receive_text(server, 65536).size();
    CHECK(got == sent);
    CHECK(await(client, POLLOUT) == POLLOUT);
}

TEST_CASE("a blocking send() writes everything [POSIX send]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    set(client, SOL_SOCKET, SO_SNDBUF, 10'000);
    std::string text(3'000'000, ' ');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7 >> 3U);
    auto sent = std::async(std::launch::async, [&, &fd = client] { return send_text(fd, text); });
    CHECK(receive_text(server, text.size(), MSG_WAITALL) == text);
    CHECK(sent.get() == static_cast<ssize_t>(text.size()));
}

TEST_CASE("SO_RCVTIMEO and SO_SNDTIMEO end blocking calls with EAGAIN or what was done [socket(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    set(server, SOL_SOCKET, SO_RCVTIMEO, timeval{0, 20'000});
    CHECK(receive_text(server) == "<Resource temporarily unavailable>");
    CHECK(send_text(client, "abc") == 3);
    REQUIRE(await(server, POLLIN) == POLLIN);
    CHECK(receive_text(server, 10, MSG_WAITALL) == "abc");

    set(client, SOL_SOCKET, SO_SNDTIMEO, timeval{0, 20'000});
    set(client, SOL_SOCKET, SO_SNDBUF, 10'000);
    hosts.cable->plug(false);
    const std::string text(100'000, 'x');
    const ssize_t sent = send_text(client, text);
    CHECK(sent >= 9'990);  // "abc" may still be unacknowledged
    CHECK(sent < 100'000);
    CHECK_ERRNO(send_text(client, text), EAGAIN);
}

TEST_CASE(
    "MSG_PEEK leaves the octets, MSG_WAITALL waits for all, MSG_TRUNC throws them away [recv(2), tcp(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(send_text(client, "peekaboo") == 8);
    CHECK(receive_text(server, 4, MSG_PEEK | MSG_WAITALL) == "peek");
    std::array<char, 2> first{};
    std::array<char, 10> rest{};
    std::array<iovec, 2> in{iovec{first.data(), first.size()}, iovec{rest.data(), rest.size()}};
    msghdr message{};
    message.msg_iov = in.data();
    message.msg_iovlen = in.size();
    CHECK(posix::recvmsg(server, &message, MSG_PEEK) == 8);
    CHECK(std::string(rest.data(), 6) == "ekaboo");
    CHECK(receive_text(server, 100, MSG_PEEK) == "peekaboo");
    CHECK(posix::recv(server, nullptr, 4, MSG_TRUNC) == 4);
    CHECK(receive_text(server) == "aboo");
    CHECK(receive_text(server, 4, MSG_PEEK | MSG_DONTWAIT) == "<Resource temporarily unavailable>");

    auto received =
        std::async(std::launch::async, [&fd = server] { return receive_text(fd, 6, MSG_WAITALL); });
    CHECK(send_text(client, "two ") == 4);
    CHECK(send_text(client, "pieces") == 6);
    CHECK(received.get() == "two pi");
    CHECK(receive_text(server) == "eces");
}

TEST_CASE("SO_RCVLOWAT makes recv() and poll() wait for more [socket(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    set(server, SOL_SOCKET, SO_RCVLOWAT, 5);
    CHECK(send_text(client, "four") == 4);
    CHECK(await(server, POLLIN, 50) == 0);
    CHECK(send_text(client, "more") == 4);
    CHECK(await(server, POLLIN) == POLLIN);
    CHECK(receive_text(server) == "fourmore");
}

TEST_CASE("MSG_MORE and TCP_CORK hold a small segment until there is more to send [send(2), tcp(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(send_text(client, "held", MSG_MORE) == 4);
    CHECK(await(server, POLLIN, 50) == 0);
    CHECK(send_text(client, ", sent") == 6);
    CHECK(receive_text(server, 10, MSG_WAITALL) == "held, sent");
    set(client, IPPROTO_TCP, TCP_CORK, 1);
    CHECK(send_text(client, "corked") == 6);
    CHECK(send_text(client, "still", MSG_MORE) == 5);
    CHECK(await(server, POLLIN, 50) == 0);
    CHECK(get(client, IPPROTO_TCP, TCP_CORK) == 1);
    CHECK(send_text(client, "!") == 1);
    CHECK(await(server, POLLIN, 50) == 0);
    set(client, IPPROTO_TCP, TCP_CORK, 0);
    CHECK(receive_text(server, 12, MSG_WAITALL) == "corkedstill!");
}

TEST_CASE("FIONREAD and TIOCOUTQ count what waits; other requests are ENOTTY [tcp(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    int count = -1;
    CHECK(send_text(client, "hello") == 5);
    REQUIRE(await(server, POLLIN) == POLLIN);
    CHECK(posix::ioctl(server, FIONREAD, &count) == 0);
    CHECK(count == 5);
    hosts.cable->plug(false);
    CHECK(send_text(server, "unacknowledged") == 14);
    CHECK(posix::ioctl(server, TIOCOUTQ, &count) == 0);
    CHECK(count == 14);
    CHECK_ERRNO(posix::ioctl(client, TIOCGWINSZ, &count), ENOTTY);
    CHECK_ERRNO(posix::ioctl(client, FIONREAD, nullptr), EFAULT);
    const Fd listener = hosts.listening(81);
    CHECK_ERRNO(posix::ioctl(listener, FIONREAD, &count), EINVAL);
}

TEST_CASE("a duplicated descriptor leads to the same socket until the last is closed [POSIX dup, fcntl]") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    const Fd second(posix::dup(client));
    const Fd third(posix::fcntl(client, F_DUPFD_CLOEXEC, 100));
    CHECK(third >= 100);
    CHECK(posix::fcntl(third, F_GETFD) == FD_CLOEXEC);
    CHECK(posix::close(client.release()) == 0);
    CHECK(send_text(second, "alive") == 5);
    CHECK(receive_text(server) == "alive");
    CHECK_ERRNO(posix::fcntl(second, F_GETOWN), EINVAL);
}

TEST_CASE("dup2() and dup3() put a socket at a number, and close what was there [POSIX dup2]") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    const int kernels = eventfd(0, EFD_CLOEXEC);
    const Fd second(posix::dup2(client, kernels));
    CHECK(second == kernels);
    CHECK(posix::dup2(second, second) == kernels);
    CHECK_ERRNO(posix::dup3(second, second, 0), EINVAL);
    CHECK_ERRNO(posix::dup2(second, -1), EBADF);
    CHECK_ERRNO(posix::dup3(second, kernels + 1, O_NONBLOCK), EINVAL);
    CHECK_ERRNO(posix::dup2(kernels + 100, kernels), EBADF);
    CHECK(posix::close(client.release()) == 0);
    CHECK(send_text(second, "alive") == 5);
    CHECK(receive_text(server) == "alive");

    const Fd displaced = hosts.stream(*hosts.a);
    CHECK(posix::dup3(server, displaced, O_CLOEXEC) == displaced);
    CHECK(posix::fcntl(displaced, F_GETFD) == FD_CLOEXEC);
    CHECK(send_text(second, "both") == 4);
    CHECK(receive_text(displaced) == "both");
}

TEST_CASE("sendfile() sends from an offset, or from where the file stands [sendfile]") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    const host::Descriptor file(memfd_create("text", MFD_CLOEXEC));
    REQUIRE(::write(file.number(), "0123456789", 10) == 10);
    off_t offset = 2;
    CHECK(posix::sendfile(client, file.number(), &offset, 3) == 3);
    CHECK(offset == 5);
    CHECK(::lseek(file.number(), 7, SEEK_SET) == 7);
    CHECK(posix::sendfile(client, file.number(), nullptr, 100) == 3);
    CHECK(posix::sendfile(client, file.number(), nullptr, 100) == 0);
    CHECK(::lseek(file.number(), 0, SEEK_CUR) == 10);
    std::string text(6, '\0');
    CHECK(posix::recv(server, text.data(), 6, MSG_WAITALL) == 6);
    CHECK(text == "234789");
    CHECK_ERRNO(posix::sendfile(file.number(), file.number(), &offset, 1), EBADF);
    CHECK_ERRNO(posix::sendfile(client, -1, &offset, 1), EBADF);
    offset = -1;
    CHECK_ERRNO(posix::sendfile(client, file.number(), &offset, 1), EINVAL);
}
