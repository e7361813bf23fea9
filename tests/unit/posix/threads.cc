// Many threads at once; what these tests are for is the thread sanitizer.
#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

TEST_CASE("clients on several threads, a server thread for each: every octet comes back") {
    TwoHosts hosts;
    constexpr int clients = 6;
    const Fd listener = hosts.listening(80, clients);
    auto serving = std::async(std::launch::async, [&] {
        std::vector<std::future<void>> sessions;
        for (int i = 0; i < clients; ++i) {
            const int fd = posix::accept(listener, nullptr, nullptr);
            sessions.push_back(std::async(std::launch::async, [fd] {
                std::array<char, 3000> room{};
                ssize_t n = 0;
                while ((n = posix::read(fd, room.data(), room.size())) > 0)
                    if (posix::write(fd, room.data(), static_cast<std::size_t>(n)) != n) break;
                posix::close(fd);
            }));
        }
    });
    std::vector<std::future<bool>> results;
    for (int i = 0; i < clients; ++i) {
        results.push_back(std::async(std::launch::async, [&hosts, i] {
            const Fd fd = hosts.stream(*hosts.a);
            if (hosts.connect(fd, address_b, 80) != 0) return false;
            const std::string text(50'000, static_cast<char>('a' + i));
            auto sent = std::async(std::launch::async, [&] { return send_text(fd, text); });
            const std::string back = receive_text(fd, text.size(), MSG_WAITALL);
            return back == text && sent.get() == static_cast<ssize_t>(text.size());
        }));
    }
    for (auto& result : results) CHECK(result.get());
    serving.get();
}

TEST_CASE("threads that open, poll and close sockets do not disturb each other") {
    TwoHosts hosts;
    const Fd listener = hosts.listening(80, 64);
    std::vector<std::future<int>> threads;
    for (int i = 0; i < 4; ++i) {
        threads.push_back(std::async(std::launch::async, [&hosts] {
            int connected = 0;
            for (int round = 0; round < 10; ++round) {
                const Fd fd = hosts.stream(*hosts.a, SOCK_NONBLOCK);
                (void)hosts.connect(fd, address_b, 80);
                const Fd copy(posix::dup(fd));
                if ((await(fd, POLLOUT) & POLLOUT) != 0) ++connected;
            }
            return connected;
        }));
    }
    int accepted = 0;
    for (; accepted < 40; ++accepted) {
        const Fd server(posix::accept(listener, nullptr, nullptr));
        if (server < 0) break;
    }
    CHECK(accepted == 40);
    for (auto& thread : threads) CHECK(thread.get() == 10);
}

TEST_CASE("the Stack can be looked at while it runs; finish() waits until nothing is left to deliver") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    CHECK(hosts.a->host().with_stack([](Stack& stack) { return stack.tcp_open(); }) == 1);
    CHECK(send_text(client, std::string(200'000, 'x')) == 200'000);
    CHECK(posix::close(client.release()) == 0);
    auto reading = std::async(std::launch::async, [fd = server.release()] {
        const std::size_t got = receive_text(fd, 300'000, MSG_WAITALL).size();
        posix::close(fd);
        return got;
    });
    CHECK(hosts.a->host().finish(10s));
    CHECK(reading.get() == 200'000);
    CHECK(hosts.a->host().failure().empty());
}

TEST_CASE("finish() gives up when its time is over") {
    TwoHosts hosts;
    auto [client, server] = hosts.connected();
    hosts.cable->plug(false);
    CHECK(send_text(client, "never delivered") == 15);
    CHECK(posix::close(client.release()) == 0);
    CHECK_FALSE(hosts.a->host().finish(20ms));
}
