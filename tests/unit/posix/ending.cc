#include <csignal>

#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

TEST_CASE(
    "shutdown(SHUT_WR) ends one direction; the other goes on [POSIX shutdown, RFC 9293 3.6 half-close]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(send_text(client, "last words") == 10);
    CHECK(posix::shutdown(client, SHUT_WR) == 0);
    CHECK_ERRNO(send_text(client, "more"), EPIPE);
    CHECK(receive_text(server, 100, MSG_WAITALL) == "last words");
    CHECK(receive_text(server).empty());
    CHECK(receive_text(server).empty());
    CHECK(send_text(server, "answer") == 6);
    CHECK(receive_text(client) == "answer");
    CHECK(posix::shutdown(client, SHUT_WR) == 0);  // again: nothing to do
    CHECK_ERRNO(posix::shutdown(client, 7), EINVAL);
}

TEST_CASE("shutdown(SHUT_RD) makes reading answer end of stream, and wakes who waits [POSIX shutdown]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    auto waiting = std::async(std::launch::async, [&fd = server] { return receive_text(fd); });
    CHECK(posix::shutdown(server, SHUT_RD) == 0);
    CHECK(waiting.get().empty());
    CHECK(send_text(client, "into the void") == 13);
    CHECK(receive_text(server).empty());
    CHECK(level(server) == (POLLIN | POLLOUT | POLLRDHUP));
    CHECK(send_text(server, "still writes") == 12);
    CHECK(receive_text(client) == "still writes");
}

TEST_CASE("shutdown() of a listener stops it, and wakes who waits in accept() [shutdown(2)]") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80);
    auto waiting = std::async(std::launch::async, [&] {
        const int result = posix::accept(listener, nullptr, nullptr);
        return result < 0 ? errno : 0;
    });
    CHECK(posix::shutdown(listener, SHUT_WR) == 0);
    CHECK(get(listener, SOL_SOCKET, SO_ACCEPTCONN) == 1);
    CHECK(posix::shutdown(listener, SHUT_RD) == 0);
    CHECK(waiting.get() == EINVAL);
    const Fd client = hosts.stream(*hosts.a);
    CHECK_ERRNO(hosts.connect(client, address_b, 80), ECONNREFUSED);
}

TEST_CASE("shutdown() gives up an attempt to connect [shutdown(2)]") {
    TwoHosts hosts;
    hosts.cable->plug(false);
    const Fd fd = hosts.stream(*hosts.a, SOCK_NONBLOCK);
    CHECK_ERRNO(hosts.connect(fd, address_b, 80), EINPROGRESS);
    CHECK(posix::shutdown(fd, SHUT_RDWR) == 0);
    CHECK_ERRNO(hosts.connect(fd, address_b, 80), EINPROGRESS);
}

TEST_CASE("after a reset: ECONNRESET once, then end of stream, and EPIPE for writers [states.md 10]") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    set(client, SOL_SOCKET, SO_LINGER, linger{1, 0});
    CHECK(posix::close(client.release()) == 0);
    CHECK(await(server, 0) == (POLLERR | POLLHUP));
    CHECK(level(server) == (POLLIN | POLLOUT | POLLRDHUP | POLLERR | POLLHUP));
    SUBCASE("told to a reader") { CHECK(receive_text(server) == "<Connection reset by peer>"); }
    SUBCASE("told to a writer") { CHECK_ERRNO(send_text(server, "x"), ECONNRESET); }
    SUBCASE("told by SO_ERROR") { CHECK(get(server, SOL_SOCKET, SO_ERROR) == ECONNRESET); }
    CHECK(level(server) == (POLLIN | POLLOUT | POLLRDHUP | POLLHUP));
    CHECK(receive_text(server).empty());
    CHECK_ERRNO(send_text(server, "x"), EPIPE);
    CHECK(get(server, SOL_SOCKET, SO_ERROR) == 0);
    CHECK_ERRNO(posix::shutdown(server, SHUT_WR), ENOTCONN);
    sockaddr_in name{};
    socklen_t length = sizeof name;
    CHECK_ERRNO(posix::getpeername(server, generic(name), &length), ENOTCONN);
    CHECK(posix::getsockname(server, generic(name), &length) == 0);
}

TEST_CASE("no call raises SIGPIPE [decision 0010]") {
    struct sigaction before {};
    struct sigaction fatal {};
    fatal.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &fatal, &before);
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(posix::shutdown(client, SHUT_WR) == 0);
    CHECK_ERRNO(posix::write(client, "x", 1), EPIPE);
    CHECK_ERRNO(posix::send(client, "x", 1, MSG_NOSIGNAL), EPIPE);
    sigaction(SIGPIPE, &before, nullptr);
}

TEST_CASE("close() with unread data resets the connection [states.md D-16, RFC 9293 3.6.1 SHLD-3]") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    CHECK(send_text(client, "unread") == 6);
    REQUIRE(await(server, POLLIN) == POLLIN);
    CHECK(posix::close(server.release()) == 0);
    CHECK(receive_text(client) == "<Connection reset by peer>");
}

TEST_CASE("close() delivers what was written [POSIX close]") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    const std::string text(300'000, 'x');
    CHECK(send_text(client, text) == 300'000);
    CHECK(posix::close(client.release()) == 0);
    CHECK(receive_text(server, 400'000, MSG_WAITALL) == text);
    CHECK(receive_text(server).empty());
}

TEST_CASE("close() with SO_LINGER waits until everything is acknowledged [socket(7)]") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    set(client, SOL_SOCKET, SO_LINGER, linger{30, 0});
    set(client, SOL_SOCKET, SO_LINGER, linger{1, 30});
    set(server, SOL_SOCKET, SO_RCVBUF, 10'000);
    const std::string text(100'000, 'x');
    REQUIRE(send_text(client, text) == 100'000);
    std::atomic<bool> is_closed{false};
    auto closed = std::async(std::launch::async, [&, fd = client.release()] {
        const int result = posix::close(fd);
        is_closed = true;
        return result;
    });
    CHECK(receive_text(server, 10'000, MSG_WAITALL).size() == 10'000);
    CHECK_FALSE(is_closed);  // the peer's buffer cannot hold the rest
    CHECK(receive_text(server, 200'000, MSG_WAITALL).size() == 90'000);
    CHECK(closed.get() == 0);
}

TEST_CASE("SO_LINGER ends when its time is over [socket(7)]") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    set(client, SOL_SOCKET, SO_LINGER, linger{1, 1});
    hosts.cable->plug(false);
    REQUIRE(send_text(client, "lost") == 4);
    const auto before = std::chrono::steady_clock::now();
    CHECK(posix::close(client.release()) == 0);
    CHECK(std::chrono::steady_clock::now() - before >= 1s);
}

TEST_CASE("close() ends calls that wait on the socket with ECANCELED [states.md 10]") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    Fd listener = hosts.listening(81);
    auto reading = std::async(std::launch::async, [fd = int{server}] { return receive_text(fd); });
    auto accepting = std::async(std::launch::async, [fd = int{listener}] {
        const int result = posix::accept(fd, nullptr, nullptr);
        return result < 0 ? errno : 0;
    });
    // Either call may come too late for its number and find it gone.
    (void)reading.wait_for(50ms);
    posix::close(server.release());
    posix::close(listener.release());
    const std::string result = reading.get();
    CHECK((result == "<Operation canceled>" || result == "<Bad file descriptor>"));
    const int error = accepting.get();
    CHECK((error == ECANCELED || error == EBADF));
}

TEST_CASE("a lost peer ends the connection with ETIMEDOUT [RFC 9293 3.10.8, tcp(7) TCP_USER_TIMEOUT]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    set(client, IPPROTO_TCP, TCP_USER_TIMEOUT, 300);
    hosts.cable->plug(false);
    CHECK(send_text(client, "anybody?") == 8);
    CHECK(receive_text(client) == "<Connection timed out>");
    CHECK(receive_text(client).empty());
    CHECK_ERRNO(send_text(client, "x"), EPIPE);
}

TEST_CASE(
    "soft errors are told when IP_RECVERR asks for them, and end nothing [RFC 9293 3.9.1.8 MUST-47 SHLD-20, "
    "ip(7)]") {
    TwoHosts hosts([](StackConfig& config) { config.tcp.rto_min = 10ms; });
    const auto [client, server] = hosts.connected();
    set(client, IPPROTO_IP, IP_RECVERR, 1);
    hosts.cable->plug(false);
    CHECK(send_text(client, "anybody?") == 8);
    CHECK(send_text(server, "anybody?") == 8);
    CHECK(await(client, 0) == POLLERR);  // resent several times without an answer (R1, 3.8.3)
    CHECK(get(client, SOL_SOCKET, SO_ERROR) == ETIMEDOUT);
    CHECK(level(client) == POLLOUT);
    CHECK(await(server, 0, 100) == 0);
    hosts.cable->plug(true);
    CHECK(receive_text(client) == "anybody?");
}

TEST_CASE("keep-alive finds a lost peer [RFC 9293 3.8.4, tcp(7) TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    set(client, IPPROTO_TCP, TCP_KEEPIDLE, 1);
    set(client, IPPROTO_TCP, TCP_KEEPINTVL, 1);
    set(client, IPPROTO_TCP, TCP_KEEPCNT, 1);
    set(client, SOL_SOCKET, SO_KEEPALIVE, 1);
    hosts.cable->plug(false);
    CHECK(receive_text(client) == "<Connection timed out>");
}

namespace {

void do_nothing(int) {}

// What a blocking recv() answers when the calling thread gets SIGUSR1 again and again until it returns.
std::string receive_while_interrupted(int fd, int action_flags) {
    struct sigaction handler {};
    struct sigaction before {};
    handler.sa_handler = do_nothing;
    handler.sa_flags = action_flags;
    sigaction(SIGUSR1, &handler, &before);
    std::promise<pthread_t> thread;
    auto received = std::async(std::launch::async, [&] {
        thread.set_value(pthread_self());
        return receive_text(fd);
    });
    const pthread_t waiting = thread.get_future().get();
    for (int i = 0; i < 20 && received.wait_for(5ms) == std::future_status::timeout; ++i)
        pthread_kill(waiting, SIGUSR1);
    const bool is_over = received.wait_for(0ms) == std::future_status::ready;
    if (!is_over) posix::shutdown(fd, SHUT_RD);
    std::string result = received.get();
    sigaction(SIGUSR1, &before, nullptr);
    return is_over ? result : "went on";
}

}  // namespace

TEST_CASE(
    "a signal ends a blocking call with EINTR, or restarts it with SA_RESTART and no time limit "
    "[signal(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(receive_while_interrupted(client, 0) == "<Interrupted system call>");
    set(client, SOL_SOCKET, SO_RCVTIMEO, timeval{5, 0});
    CHECK(receive_while_interrupted(client, SA_RESTART) == "<Interrupted system call>");
    set(client, SOL_SOCKET, SO_RCVTIMEO, timeval{0, 0});
    CHECK(receive_while_interrupted(client, SA_RESTART) == "went on");
}

TEST_CASE("when the device fails, calls that wait and all later ones answer ENETDOWN") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    auto receiving = std::async(std::launch::async, [fd = int{client}] { return receive_text(fd); });
    auto polling = std::async(std::launch::async, [fd = int{client}] { return await(fd, POLLIN); });
    (void)receiving.wait_for(20ms);
    hosts.cable->cut();
    CHECK(receiving.get() == "<Network is down>");
    CHECK(polling.get() == (POLLIN | POLLERR | POLLHUP));
    CHECK_ERRNO(posix::socket(AF_INET, SOCK_STREAM, 0), ENETDOWN);
    CHECK(hosts.a->host().failure() == "the cable was cut");
    CHECK_FALSE(hosts.a->host().finish(1s));
    CHECK(posix::close(client.release()) == 0);
}

TEST_CASE("when its host goes away, a socket answers ENETDOWN and can still be closed") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    hosts.b.reset();
    CHECK_ERRNO(send_text(server, "x"), ENETDOWN);
    CHECK(receive_text(server) == "<Network is down>");
    CHECK(level(server) != 0);
    CHECK(posix::close(server.release()) == 0);
    // The end of a host closes its connections as the end of a process does.
    CHECK(receive_text(client).empty());
}
