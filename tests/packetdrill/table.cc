// The table of the packetdrill plug-in, used as the tool uses it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "packetdrill/tool.h"

namespace sluice::test {
namespace {

TEST_CASE("all 33 words are filled") {
    Tool tool;
    std::array<void*, 33> words{};
    std::memcpy(words.data(), &tool.table, sizeof words);
    for (const void* word : words) CHECK(word != nullptr);
}

TEST_CASE("flags that mean nothing are refused") {
    packetdrill::Table table{};
    for (const char* flags : {"colour=red", "local=192.0.2", "set:no_such_setting=1", "profile=minix",
                              "mtu=12", "set:delayed_ack=long"})
        CHECK(init(flags, &table) == -1);
    CHECK(table.userdata == nullptr);
}

TEST_CASE("a server: opening, data both ways, close") {
    Tool tool;
    const int listener = tool.listen();
    const int fd = tool.establish(listener);
    tool.inject({.flags = "PA", .seq = 1, .ack = tool.isn() + 1, .octets = 1000});
    const Piece ack = tool.next();
    CHECK(ack.flags == "A");
    CHECK(ack.ack == 1001);
    std::array<char, 2000> room{};
    CHECK(tool.table.read(tool.self(), fd, room.data(), room.size()) == 1000);
    CHECK(room[999] == 'x');
    CHECK(tool.table.write(tool.self(), fd, "hello", 5) == 5);
    const Piece data = tool.next();
    CHECK(data.seq == tool.isn() + 1);
    CHECK(data.octets == 5);
    tool.inject({.flags = "A", .seq = 1001, .ack = tool.isn() + 6});
    CHECK(tool.table.close(tool.self(), fd) == 0);
    CHECK(tool.next().flags == "FA");
    tool.inject({.flags = "FA", .seq = 1001, .ack = tool.isn() + 7});
    CHECK(tool.next().ack == 1002);
}

TEST_CASE("the clock moves by a microsecond when the main thread reads it, and by what is slept") {
    Tool tool;
    const long long first = tool.now();
    CHECK(tool.now() == first + 1);
    CHECK(tool.table.usleep(tool.self(), 250'000) == 0);
    CHECK(tool.now() == first + 250'002);
}

TEST_CASE("deadlines on the way happen at their own time, and a question for a packet jumps to the next") {
    Tool tool("set:rto_initial=1s");
    tool.listen();
    tool.inject({.flags = "S"});
    long long first = 0;
    CHECK(tool.next(&first).flags == "SA");
    tool.table.usleep(tool.self(), 1'500'000);
    long long second = 0;
    CHECK(tool.next(&second).flags == "SA");
    CHECK(second - first == 1'000'000);
    long long third = 0;
    CHECK(tool.next(&third).flags == "SA");
    CHECK(third - first == 3'000'000);
}

TEST_CASE("where nothing is left to happen, no packet comes") {
    Tool tool;
    CHECK(tool.next().flags.empty());
}

TEST_CASE("what would block on the main thread answers EAGAIN") {
    Tool tool;
    const int listener = tool.listen();
    CHECK(tool.table.accept(tool.self(), listener, nullptr, nullptr) == -1);
    CHECK(errno == EAGAIN);
    const int fd = tool.establish(listener);
    char octet = 0;
    CHECK(tool.table.read(tool.self(), fd, &octet, 1) == -1);
    CHECK(errno == EAGAIN);
}

TEST_CASE("a packet longer than the MTU is one segment") {
    Tool tool;
    const int fd = tool.establish(tool.listen());
    tool.inject({.flags = "PA", .seq = 1, .ack = tool.isn() + 1, .octets = 60000});
    CHECK(tool.next().ack == 60001);
    std::vector<char> room(65536);
    CHECK(tool.table.recv(tool.self(), fd, room.data(), room.size(), 0) == 60000);
}

TEST_CASE("a connection that opens asks nobody for hardware addresses; data after it leaves at once") {
    Tool tool;
    const int fd = tool.table.socket(tool.self(), AF_INET, SOCK_STREAM, 0);
    CHECK(tool.table.fcntl(tool.self(), fd, F_SETFL, O_RDWR | O_NONBLOCK) == 0);
    CHECK((tool.table.fcntl(tool.self(), fd, F_GETFL, 0) & O_NONBLOCK) != 0);
    sockaddr_in local{}, peer{};
    local.sin_family = peer.sin_family = AF_INET;
    local.sin_port = htons(8080);
    peer.sin_port = htons(40000);
    peer.sin_addr.s_addr = htonl(0xc0000202);
    CHECK(tool.table.bind(tool.self(), fd, reinterpret_cast<sockaddr*>(&local), sizeof local) == 0);
    CHECK(tool.table.connect(tool.self(), fd, reinterpret_cast<sockaddr*>(&peer), sizeof peer) == -1);
    CHECK(errno == EINPROGRESS);
    const Piece syn = tool.next();
    CHECK(syn.flags == "S");
    tool.inject({.flags = "SA", .seq = 100, .ack = syn.seq + 1});
    CHECK(tool.next().ack == 101);
    CHECK(tool.table.write(tool.self(), fd, "x", 1) == 1);
    CHECK(tool.next().octets == 1);
}

// Calls that block and calls that do not, in one script.
std::string blocking_script() {
    Tool tool;
    const int listener = tool.listen();
    int fd = -1;
    tool.begin("accept", [&] {
        fd = tool.table.accept(tool.self(), listener, nullptr, nullptr);
        return fd < 0 ? -1L : 0L;
    });
    tool.table.usleep(tool.self(), 10'000);
    tool.inject({.flags = "S"});
    const std::uint32_t isn = tool.next().seq;
    tool.table.usleep(tool.self(), 10'000);
    tool.inject({.flags = "A", .seq = 1, .ack = isn + 1});
    tool.join();
    std::array<char, 100> room{};
    tool.begin("read", [&] { return tool.table.read(tool.self(), fd, room.data(), room.size()); });
    tool.table.usleep(tool.self(), 123'456);
    tool.inject({.flags = "PA", .seq = 1, .ack = isn + 1, .octets = 7});
    tool.join();
    long long at = 0;
    tool.say(fmt::format("{} {}", tool.next(&at).flags, at));
    tool.begin("poll", [&] {
        pollfd asked{fd, POLLIN, 0};
        return long{tool.table.poll(tool.self(), &asked, 1, 40)};
    });
    tool.table.usleep(tool.self(), 100'000);
    tool.join();
    tool.begin("write", [&] {
        std::vector<char> much(2'000'000, 'y');
        int buffer = 4096;
        tool.table.setsockopt(tool.self(), fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
        return tool.table.write(tool.self(), fd, much.data(), 20'000);
    });
    std::uint32_t got = 0;
    while (got < 20'000) {
        const Piece piece = tool.next(&at);
        got += piece.octets;
        tool.say(fmt::format("{} {} {}", piece.flags, piece.octets, at));
        if (piece.octets == 0) break;
        tool.inject({.flags = "A", .seq = 8, .ack = isn + 1 + got});
    }
    tool.join();
    tool.inject({.flags = "R", .seq = 8});
    tool.say(fmt::format("at the end {}", tool.now()));
    return tool.transcript;
}

TEST_CASE("blocking calls sleep until the packet that lets them go on, 100 times with the same transcript") {
    const std::string first = blocking_script();
    INFO(first);
    CHECK(first.find("accept answers 0 at 20") != std::string::npos);
    CHECK(first.find("read answers 7 at 14") != std::string::npos);
    CHECK(first.find("poll answers 0 at 18") != std::string::npos);
    CHECK(first.find("write answers 20000 at") != std::string::npos);
    for (int i = 0; i < 99; ++i) CHECK(blocking_script() == first);
}

TEST_CASE("the profiles differ in what scripts for Linux and FreeBSD expect") {
    const auto second_ack_at = [](const char* flags) {
        Tool tool(flags);
        const int fd = tool.establish(tool.listen());
        tool.inject({.flags = "PA", .seq = 1, .ack = tool.isn() + 1, .octets = 10});
        const long long sent = tool.now();
        long long at = 0;
        CHECK(tool.next(&at).ack == 11);
        CHECK(fd >= 0);
        return at - sent;
    };
    CHECK(second_ack_at("profile=linux") <= 0);
    CHECK(second_ack_at("profile=bsd") > 50'000);
}

TEST_CASE("a descriptor is a real one, and past the table TCP_INFO is answered for it") {
    Tool tool;
    const int fd = tool.establish(tool.listen());
    CHECK(::fcntl(fd, F_GETFD) >= 0);
    tcp_info info{};
    socklen_t length = sizeof info;
    auto* const asked = reinterpret_cast<decltype(getsockopt)*>(symbol("getsockopt"));
    CHECK(asked(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
    CHECK(info.tcpi_state == TCP_ESTABLISHED);
    std::array<int, 2> ends{};
    CHECK(tool.table.pipe(tool.self(), ends.data()) == 0);
    CHECK(tool.table.write(tool.self(), ends[1], "ab", 2) == 2);
    std::array<char, 4> room{};
    CHECK(tool.table.read(tool.self(), ends[0], room.data(), room.size()) == 2);
    tool.table.close(tool.self(), ends[0]);
    tool.table.close(tool.self(), ends[1]);
    CHECK(tool.table.splice(tool.self(), 0, nullptr, 1, nullptr, 1, 0) == -1);
    CHECK(errno == EOPNOTSUPP);
}

TEST_CASE("packets nobody looked at are told of at the end, and are an error if that is asked for") {
    const auto code_of = [](const char* flags) {
        const pid_t child = fork();
        if (child == 0) {
            const int nowhere = open("/dev/null", O_WRONLY);
            dup2(nowhere, STDERR_FILENO);
            {
                Tool tool(flags);
                tool.listen();
                tool.inject({.flags = "S"});
            }
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    };
    CHECK(code_of("") == 0);
    CHECK(code_of("strict") == 1);
}

}  // namespace
}  // namespace sluice::test
