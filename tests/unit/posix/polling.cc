#include <csignal>

#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

TEST_CASE("the levels of poll() are those of Linux [poll(2)]") {
    TwoHosts hosts;
    const Fd fresh = hosts.stream(*hosts.a);
    CHECK(level(fresh) == (POLLOUT | POLLHUP));
    const Fd listener = hosts.listening(80);
    CHECK(level(listener) == 0);
    const Fd client = hosts.stream(*hosts.a);
    REQUIRE(hosts.connect(client, address_b, 80) == 0);
    CHECK(await(listener, POLLIN) == POLLIN);
    const Fd server(posix::accept(listener, nullptr, nullptr));
    CHECK(level(listener) == 0);
    CHECK(level(client) == POLLOUT);
    CHECK(send_text(server, "x") == 1);
    CHECK(await(client, POLLIN) == POLLIN);
    CHECK(level(client, POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM) ==
          (POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM));
    CHECK(level(client, 0) == 0);

    CHECK(posix::shutdown(server, SHUT_WR) == 0);
    CHECK(await(client, POLLRDHUP) == POLLRDHUP);
    CHECK(receive_text(client) == "x");
    CHECK(level(client) == (POLLIN | POLLOUT | POLLRDHUP));  // end of stream is readable
    CHECK(posix::shutdown(client, SHUT_WR) == 0);
    CHECK(level(client) == (POLLIN | POLLOUT | POLLRDHUP | POLLHUP));
    CHECK(await(server, POLLHUP) == POLLHUP);
}

TEST_CASE("poll() waits for ordinary descriptors and ours together [POSIX poll]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    const host::Descriptor event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    std::array<pollfd, 4> entries{pollfd{server, POLLIN, 0}, pollfd{event.number(), POLLIN, 0},
                                  pollfd{-1, POLLIN, 7}, pollfd{client, POLLIN, 0}};
    CHECK(posix::poll(entries.data(), entries.size(), 0) == 0);
    CHECK(entries[2].revents == 0);

    auto polled =
        std::async(std::launch::async, [&] { return posix::poll(entries.data(), entries.size(), -1); });
    eventfd_write(event.number(), 1);
    CHECK(polled.get() == 1);
    CHECK(entries[1].revents == POLLIN);

    polled = std::async(std::launch::async, [&] { return posix::poll(entries.data(), entries.size(), -1); });
    CHECK(send_text(client, "x") == 1);
    CHECK(polled.get() >= 1);
    REQUIRE(await(server, POLLIN) == POLLIN);
    CHECK(posix::poll(entries.data(), entries.size(), -1) == 2);
    CHECK(entries[0].revents == POLLIN);
    CHECK(entries[1].revents == POLLIN);
    CHECK(entries[3].revents == 0);
}

TEST_CASE("poll() waits for sockets of two hosts at once") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    std::array<pollfd, 2> entries{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    auto polled =
        std::async(std::launch::async, [&] { return posix::poll(entries.data(), entries.size(), 5000); });
    CHECK(send_text(server, "x") == 1);
    CHECK(polled.get() == 1);
    CHECK(entries[0].revents == POLLIN);
}

TEST_CASE("poll() with a time limit answers 0 when it is over, and bad descriptors at once [POSIX poll]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    CHECK(await(listener, POLLIN, 10) == 0);
    std::array<pollfd, 2> entries{pollfd{listener, POLLIN, 0}, pollfd{12345, POLLIN, 0}};
    CHECK(posix::poll(entries.data(), entries.size(), -1) == 1);
    CHECK(entries[1].revents == POLLNVAL);
    CHECK_ERRNO(posix::poll(nullptr, 1, 0), EFAULT);
    CHECK(posix::poll(nullptr, 0, 1) == 0);
    const timespec bad{0, 1'000'000'000};
    CHECK_ERRNO(posix::ppoll(entries.data(), 1, &bad, nullptr), EINVAL);
    const timespec soon{0, 1'000'000};
    CHECK(posix::ppoll(entries.data(), 1, &soon, nullptr) == 0);
}

TEST_CASE("closing a socket wakes who polls it with POLLNVAL") {
    TwoHosts hosts;
    Fd listener = hosts.listening(80);
    auto polled = std::async(std::launch::async, [fd = int{listener}] { return await(fd, POLLIN); });
    (void)polled.wait_for(20ms);
    CHECK(posix::close(listener.release()) == 0);
    CHECK(polled.get() == POLLNVAL);
}

TEST_CASE("select() keeps what is ready in its sets and leaves the time not slept [select(2)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    const host::Descriptor event(eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
    const int count = std::max({int{client}, int{server}, event.number()}) + 1;
    fd_set readable;
    fd_set writable;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_SET(client, &readable);
    FD_SET(event.number(), &readable);
    FD_SET(client, &writable);
    FD_SET(server, &writable);
    timeval timeout{100, 0};
    CHECK(posix::select(count, &readable, &writable, nullptr, &timeout) == 3);
    CHECK_FALSE(FD_ISSET(client, &readable));
    CHECK(FD_ISSET(event.number(), &readable));
    CHECK(FD_ISSET(client, &writable));
    CHECK(FD_ISSET(server, &writable));
    CHECK(timeout.tv_sec >= 98);

    FD_ZERO(&readable);
    FD_SET(server, &readable);
    timeout = {0, 1000};
    CHECK(posix::select(count, &readable, nullptr, nullptr, &timeout) == 0);
    CHECK_FALSE(FD_ISSET(server, &readable));
    CHECK(timeout.tv_sec == 0);
    CHECK(timeout.tv_usec == 0);

    FD_SET(server, &readable);
    CHECK(send_text(client, "x") == 1);
    CHECK(posix::select(count, &readable, nullptr, nullptr, nullptr) == 1);
    const timespec soon{0, 1'000'000};
    CHECK(posix::pselect(count, &readable, nullptr, nullptr, &soon, nullptr) == 1);

    FD_ZERO(&readable);
    FD_SET(1000, &readable);
    CHECK_ERRNO(posix::select(1001, &readable, nullptr, nullptr, nullptr), EBADF);
    CHECK_ERRNO(posix::select(-1, nullptr, nullptr, nullptr, nullptr), EINVAL);
    timeout = {-1, 0};
    CHECK_ERRNO(posix::select(0, nullptr, nullptr, nullptr, &timeout), EINVAL);
}

TEST_CASE("a signal ends poll() with EINTR, and ppoll() takes a mask [POSIX poll, ppoll(2)]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    struct sigaction handler {};
    struct sigaction before {};
    handler.sa_handler = [](int) {};
    handler.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &handler, &before);
    sigset_t blocked;
    sigset_t mask;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &blocked, &mask);
    pthread_kill(pthread_self(), SIGUSR1);  // pending until ppoll lets it in
    pollfd entry{listener, POLLIN, 0};
    CHECK_ERRNO(posix::ppoll(&entry, 1, nullptr, &mask), EINTR);
    pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    sigaction(SIGUSR1, &before, nullptr);
}
