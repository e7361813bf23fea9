#include <sys/un.h>

#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

namespace {

struct LocalPair {
    explicit LocalPair(TwoHosts& hosts, int type) {
        posix::use_in_this_thread(&hosts.a->host());
        std::array<int, 2> numbers{};
        REQUIRE(posix::socketpair(AF_UNIX, type, 0, numbers.data()) == 0);
        one = Fd(numbers[0]);
        other = Fd(numbers[1]);
    }
    Fd one;
    Fd other;
};

}  // namespace

TEST_CASE("socketpair() takes what unix(7) takes [POSIX socketpair]") {
    TwoHosts hosts;
    posix::use_in_this_thread(&hosts.a->host());
    std::array<int, 2> pair{};
    CHECK_ERRNO(posix::socketpair(AF_INET, SOCK_STREAM, 0, pair.data()), EOPNOTSUPP);
    CHECK_ERRNO(posix::socketpair(AF_INET6, SOCK_STREAM, 0, pair.data()), EAFNOSUPPORT);
    CHECK_ERRNO(posix::socketpair(AF_UNIX, SOCK_RAW, 0, pair.data()), ESOCKTNOSUPPORT);
    CHECK_ERRNO(posix::socketpair(AF_UNIX, SOCK_STREAM, 77, pair.data()), EPROTONOSUPPORT);
    CHECK_ERRNO(posix::socketpair(AF_UNIX, SOCK_STREAM, 0, nullptr), EFAULT);
    const LocalPair made(hosts, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
    CHECK((posix::fcntl(made.one, F_GETFL) & O_NONBLOCK) != 0);
    CHECK(posix::fcntl(made.other, F_GETFD) == FD_CLOEXEC);
    CHECK(get(made.one, SOL_SOCKET, SO_TYPE) == SOCK_STREAM);
    CHECK(get(made.one, SOL_SOCKET, SO_DOMAIN) == AF_UNIX);
    CHECK(get(made.one, SOL_SOCKET, SO_ERROR) == 0);
    sockaddr_un name{};
    socklen_t length = sizeof name;
    CHECK(posix::getpeername(made.one, reinterpret_cast<sockaddr*>(&name), &length) == 0);
    CHECK(name.sun_family == AF_UNIX);
    CHECK(length == 2);
    CHECK_ERRNO(posix::listen(made.one, 1), EOPNOTSUPP);
}

TEST_CASE("two ends of a pair talk in memory: no frame [POSIX socketpair] [P16]") {
    TwoHosts hosts;
    const LocalPair pair(hosts, SOCK_STREAM);
    const auto frames = [&] {
        return hosts.a->host().with_stack([](Stack& stack) { return stack.counters().frames_out; });
    };
    const auto before = frames();
    CHECK(send_text(pair.one, "ping") == 4);
    CHECK(send_text(pair.one, "pong") == 4);
    CHECK(receive_text(pair.other, 6, MSG_PEEK) == "pingpo");
    int waiting = 0;
    CHECK(posix::ioctl(pair.other, FIONREAD, &waiting) == 0);
    CHECK(waiting == 8);
    CHECK(receive_text(pair.other, 6) == "pingpo");
    CHECK(receive_text(pair.other, 6) == "ng");
    auto reader = std::async(std::launch::async, [&] { return receive_text(pair.one, 9, MSG_WAITALL); });
    CHECK(send_text(pair.other, "four") == 4);
    CHECK(send_text(pair.other, "+five") == 5);
    CHECK(reader.get() == "four+five");
    CHECK(frames() == before);
}

TEST_CASE("a full pair makes the writer wait, and the reader lets it go on [socket(7) SO_SNDBUF]") {
    TwoHosts hosts;
    const LocalPair pair(hosts, SOCK_STREAM);
    set(pair.one, SOL_SOCKET, SO_SNDBUF, 10000);
    CHECK(get(pair.one, SOL_SOCKET, SO_SNDBUF) == 10000);
    const std::string much(100000, 'm');
    CHECK(send_text(pair.one, much, MSG_DONTWAIT) == 10000);
    CHECK_ERRNO(send_text(pair.one, much, MSG_DONTWAIT), EAGAIN);
    CHECK((level(pair.one) & POLLOUT) == 0);
    auto writer = std::async(std::launch::async, [&] { return send_text(pair.one, much); });
    std::size_t got = 0;
    while (got < 110000) got += receive_text(pair.other, 7000).size();
    CHECK(writer.get() == 100000);
    CHECK((level(pair.one) & POLLOUT) != 0);
    set(pair.other, SOL_SOCKET, SO_RCVTIMEO, timeval{0, 5000});
    CHECK_ERRNO(posix::recv(pair.other, &got, 1, 0), EAGAIN);
}

TEST_CASE("the end of a pair: end of stream, EPIPE, ECONNRESET, levels [unix(7)]") {
    TwoHosts hosts;
    {
        const LocalPair pair(hosts, SOCK_STREAM);
        CHECK(level(pair.one) == POLLOUT);
        send_text(pair.one, "last");
        CHECK(posix::shutdown(pair.one, SHUT_WR) == 0);
        CHECK_ERRNO(send_text(pair.one, "x"), EPIPE);
        CHECK(level(pair.other) == (POLLIN | POLLOUT | POLLRDHUP));
        CHECK(receive_text(pair.other) == "last");
        CHECK(receive_text(pair.other).empty());
        CHECK(send_text(pair.other, "still") == 5);
        CHECK(receive_text(pair.one) == "still");
        CHECK_ERRNO(posix::shutdown(pair.one, 5), EINVAL);
    }
    LocalPair pair(hosts, SOCK_STREAM);
    send_text(pair.one, "unread");
    posix::close(pair.other.release());
    CHECK((level(pair.one) & (POLLERR | POLLHUP | POLLIN)) == (POLLERR | POLLHUP | POLLIN));
    CHECK_ERRNO(posix::recv(pair.one, nullptr, 0, MSG_OOB), EOPNOTSUPP);
    char octet = 0;
    CHECK_ERRNO(posix::recv(pair.one, &octet, 1, 0), ECONNRESET);
    CHECK(posix::recv(pair.one, &octet, 1, 0) == 0);
    CHECK_ERRNO(send_text(pair.one, "x"), EPIPE);
}

TEST_CASE("pairs of datagrams and packets keep boundaries [unix(7)]") {
    TwoHosts hosts;
    for (const int type : {SOCK_DGRAM, SOCK_SEQPACKET}) {
        LocalPair pair(hosts, type);
        for (const char* text : {"one", "", "three"}) CHECK(send_text(pair.one, text) >= 0);
        CHECK(receive_text(pair.other, 2) == "on");
        CHECK(receive_text(pair.other, 100, MSG_PEEK).empty());
        CHECK(receive_text(pair.other).empty());
        CHECK(posix::recv(pair.other, nullptr, 0, MSG_TRUNC) == 5);
        CHECK_ERRNO(send_text(pair.one, std::string(300000, 'x')), EMSGSIZE);
        set(pair.one, SOL_SOCKET, SO_SNDTIMEO, timeval{0, 5000});
        long sent = 0;
        while (send_text(pair.one, std::string(50000, 'x')) > 0) ++sent;
        CHECK(sent == 4);
        CHECK(errno == EAGAIN);
        posix::close(pair.other.release());
        CHECK_ERRNO(send_text(pair.one, "x"), (type == SOCK_DGRAM ? ECONNREFUSED : ECONNRESET));
    }
}
