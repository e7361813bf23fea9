#include <sys/eventfd.h>

#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

namespace {

class Set {
public:
    Set() : number_(posix::epoll_create1(EPOLL_CLOEXEC)) { REQUIRE(number_ >= 0); }
    int control(int operation, int fd, std::uint32_t events, std::uint64_t data = 0) {
        epoll_event event{};
        event.events = events;
        event.data.u64 = data;
        return posix::epoll_ctl(number_, operation, fd, &event);
    }
    void add(int fd, std::uint32_t events, std::uint64_t data = 0) {
        REQUIRE(control(EPOLL_CTL_ADD, fd, events, data) == 0);
    }
    // What is ready, as "data:events" in the order told.
    std::string wait(int timeout_ms = 5000, int most = 8) {
        std::array<epoll_event, 8> events{};
        const int ready = posix::epoll_wait(number_, events.data(), most, timeout_ms);
        if (ready < 0) return std::strerror(errno);
        std::string text;
        for (int i = 0; i < ready; ++i) {
            const epoll_event event = events[static_cast<std::size_t>(i)];
            if (!text.empty()) text += ' ';
            text += std::to_string(event.data.u64) + ":";
            for (const auto& [bit, name] : {std::pair{EPOLLIN, "i"},
                                            {EPOLLOUT, "o"},
                                            {EPOLLERR, "e"},
                                            {EPOLLHUP, "h"},
                                            {EPOLLRDHUP, "r"},
                                            {EPOLLPRI, "p"}})
                if ((event.events & static_cast<std::uint32_t>(bit)) != 0) text += name;
        }
        return text;
    }
    int number() const { return number_; }

private:
    Fd number_;
};

}  // namespace

TEST_CASE("epoll_ctl() and epoll_wait() say why they cannot [epoll_ctl(2), epoll_wait(2)]") {
    TwoHosts hosts;
    Set set;
    const Fd fd = hosts.stream(*hosts.a);
    epoll_event event{};
    CHECK_ERRNO(posix::epoll_create(0), EINVAL);
    CHECK_ERRNO(posix::epoll_create1(77), EINVAL);
    CHECK_ERRNO(posix::epoll_ctl(fd, EPOLL_CTL_ADD, fd, &event), EBADF);
    CHECK_ERRNO(posix::epoll_ctl(set.number(), EPOLL_CTL_ADD, fd, nullptr), EFAULT);
    CHECK_ERRNO(posix::epoll_ctl(set.number(), EPOLL_CTL_ADD, set.number(), &event), EINVAL);
    CHECK_ERRNO(posix::epoll_ctl(set.number(), EPOLL_CTL_ADD, 9999, &event), EBADF);
    CHECK_ERRNO(posix::epoll_ctl(set.number(), 77, fd, &event), EINVAL);
    CHECK_ERRNO(set.control(EPOLL_CTL_MOD, fd, 0), ENOENT);
    CHECK_ERRNO(set.control(EPOLL_CTL_DEL, fd, 0), ENOENT);
    set.add(fd, EPOLLIN);
    CHECK_ERRNO(set.control(EPOLL_CTL_ADD, fd, 0), EEXIST);
    CHECK_ERRNO(posix::epoll_wait(fd, &event, 1, 0), EBADF);
    CHECK_ERRNO(posix::epoll_wait(set.number(), &event, 0, 0), EINVAL);
    CHECK_ERRNO(posix::epoll_wait(set.number(), nullptr, 1, 0), EFAULT);
}

TEST_CASE("level: what is ready is told again and again until it is not [epoll(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    Set set;
    set.add(server, EPOLLIN, 1);
    CHECK(set.wait(0).empty());
    CHECK(set.wait(5).empty());
    send_text(client, "data");
    CHECK(set.wait() == "1:i");
    CHECK(set.wait() == "1:i");
    receive_text(server);
    CHECK(set.wait(0).empty());
    REQUIRE(set.control(EPOLL_CTL_MOD, server, EPOLLOUT, 2) == 0);
    CHECK(set.wait() == "2:o");
    REQUIRE(set.control(EPOLL_CTL_DEL, server, 0) == 0);
    CHECK(set.wait(0).empty());
}

// A change without data, such as an ACK of what was sent before, may be told too (epoll(7)); but not without end.
bool ends_soon(Set& set) {
    for (int told = 0; told < 3; ++told)
        if (set.wait(0).empty()) return true;
    return false;
}

TEST_CASE("EPOLLET: once for each change [epoll(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    Set set;
    set.add(server, EPOLLIN | EPOLLET, 1);
    send_text(client, "data");
    CHECK(set.wait() == "1:i");
    CHECK(ends_soon(set));
    send_text(client, "more");
    CHECK(set.wait() == "1:i");
    CHECK(receive_text(server, 8, MSG_WAITALL) == "datamore");
    CHECK(ends_soon(set));
    posix::shutdown(client, SHUT_WR);
    REQUIRE(await(server, POLLRDHUP) != 0);
    REQUIRE(set.control(EPOLL_CTL_MOD, server, EPOLLIN | EPOLLRDHUP | EPOLLET, 3) == 0);
    CHECK(set.wait() == "3:ir");
}

TEST_CASE("EPOLLONESHOT: once, until EPOLL_CTL_MOD [epoll(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    Set set;
    set.add(server, EPOLLIN | EPOLLONESHOT, 1);
    send_text(client, "data");
    CHECK(set.wait() == "1:i");
    send_text(client, "more");
    CHECK(set.wait(5).empty());
    REQUIRE(set.control(EPOLL_CTL_MOD, server, EPOLLIN | EPOLLONESHOT, 2) == 0);
    CHECK(set.wait() == "2:i");
    CHECK(set.wait(0).empty());
}

TEST_CASE("a wait ends when something comes: from another thread, the kernel, another host [epoll(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    const host::Descriptor kernels(eventfd(0, EFD_NONBLOCK));
    Set set;
    set.add(server, EPOLLIN, 1);
    set.add(client, EPOLLIN, 2);
    set.add(kernels.number(), EPOLLIN, 3);
    auto waiting = std::async(std::launch::async, [&] { return set.wait(); });
    send_text(client, "x");
    CHECK(waiting.get() == "1:i");
    receive_text(server);
    waiting = std::async(std::launch::async, [&] { return set.wait(); });
    eventfd_write(kernels.number(), 1);
    CHECK(waiting.get() == "3:i");
    send_text(server, "y");
    REQUIRE(await(client, POLLIN) != 0);
    CHECK(set.wait() == "2:i 3:i");
    CHECK(set.wait(5000, 1) == "2:i");  // room for one
    REQUIRE(set.control(EPOLL_CTL_DEL, kernels.number(), 0) == 0);
    receive_text(client);
    CHECK(set.wait(0).empty());
}

TEST_CASE("with room for fewer than are ready, each gets its turn [epoll_wait(2)]") {
    TwoHosts hosts;
    Set set;
    std::vector<TwoHosts::Connection> all;
    for (int i = 0; i < 3; ++i) {
        all.push_back(hosts.connected(80 + i));
        set.add(all.back().server, EPOLLIN, static_cast<std::uint64_t>(i));
        send_text(all.back().client, "x");
        REQUIRE(await(all.back().server, POLLIN) != 0);
    }
    std::string told;
    for (int i = 0; i < 6; ++i) told += set.wait(5000, 1).substr(0, 1);
    CHECK(told == "012012");
}

TEST_CASE("a closed socket leaves the set, and its number may come back [epoll(7) Q6]") {
    TwoHosts hosts;
    Set set;
    Fd fd = hosts.stream(*hosts.a);
    const int number = fd;
    set.add(fd, EPOLLOUT, 1);
    CHECK(set.wait() == "1:oh");
    posix::close(fd.release());
    CHECK(set.wait(0).empty());
    const Fd again = hosts.stream(*hosts.a);
    REQUIRE(again == number);
    set.add(again, EPOLLOUT, 2);
    CHECK(set.wait() == "2:oh");
}

TEST_CASE("errors and ends are told unasked; so is a host that is gone [epoll_ctl(2)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    Set set;
    set.add(server, 0, 1);
    const linger now{1, 0};
    posix::setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    Fd& closing = const_cast<Fd&>(client);
    posix::close(closing.release());
    CHECK(set.wait() == "1:eh");
    hosts.b.reset();
    CHECK(set.wait() == "1:eh");
}

TEST_CASE("a set is readable for poll() when one of ours is ready [epoll(7) Q3]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    Set set;
    set.add(server, EPOLLIN, 1);
    set.wait(0);
    CHECK(level(set.number(), POLLIN) == 0);
    send_text(client, "x");
    CHECK(await(set.number(), POLLIN) == POLLIN);
    CHECK(set.wait() == "1:i");
}

TEST_CASE("datagrams and pairs in a set [epoll(7)]") {
    TwoHosts hosts;
    posix::use_in_this_thread(&hosts.a->host());
    std::array<int, 2> pair{};
    REQUIRE(posix::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
    const Fd one(pair[0]);
    const Fd other(pair[1]);
    Set set;
    set.add(one, EPOLLIN | EPOLLET, 1);
    CHECK(set.wait(0).empty());
    send_text(other, "x");
    CHECK(set.wait() == "1:i");
    send_text(other, "y");
    CHECK(set.wait() == "1:i");
}
