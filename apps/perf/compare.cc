#include "apps/perf/compare.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "posix/host.h"
#include "posix/sockets.h"

namespace sluice::perf {
namespace {

using Time = std::chrono::steady_clock;
constexpr std::size_t piece_octets = 65536;

// A descriptor of the stack, or why there is none.
int must_be(int answer, const char* what) {
    if (answer < 0)
        throw common::Failure(common::exit_environment, fmt::format("{}: {}", what, std::strerror(errno)));
    return answer;
}

void swallow(int from) {
    std::vector<std::uint8_t> room(piece_octets);
    while (posix::read(from, room.data(), room.size()) > 0) {
    }
    posix::close(from);
}

// Gbit/s of what was taken from us until `time` was over and, where the reader is ours, read.
double measure(int to, int from, Duration time) {
    std::thread reader;
    if (from >= 0) reader = std::thread(swallow, from);
    const std::vector<std::uint8_t> piece(piece_octets);
    const auto begin = Time::now();
    std::uint64_t octets = 0;
    while (Time::now() - begin < time) {
        const ssize_t sent = posix::write(to, piece.data(), piece.size());
        if (sent <= 0) break;
        octets += static_cast<std::uint64_t>(sent);
    }
    posix::shutdown(to, SHUT_WR);
    if (reader.joinable()) reader.join();
    const double seconds = std::chrono::duration<double>(Time::now() - begin).count();
    posix::close(to);
    return static_cast<double>(octets) * 8 / seconds / 1e9;
}

sockaddr_in place(std::uint32_t address, std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(address);
    at.sin_port = htons(port);
    return at;
}

int connected(const sockaddr_in& to) {
    const int fd = must_be(posix::socket(AF_INET, SOCK_STREAM, 0), "socket");
    must_be(posix::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), "connect");
    return fd;
}

double by_pair(Duration time) {
    int pair[2];
    must_be(posix::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
    return measure(pair[0], pair[1], time);
}

double by_loopback(Duration time) {
    const int listener = must_be(posix::socket(AF_INET, SOCK_STREAM, 0), "socket");
    sockaddr_in at = place(INADDR_LOOPBACK, 0);
    socklen_t length = sizeof at;
    must_be(posix::bind(listener, reinterpret_cast<const sockaddr*>(&at), length), "bind");
    must_be(posix::listen(listener, 1), "listen");
    must_be(posix::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &length), "getsockname");
    const int to = connected(at);
    const int from = must_be(posix::accept(listener, nullptr, nullptr), "accept");
    posix::close(listener);
    return measure(to, from, time);
}

}  // namespace

void compare(common::Program& program, const wire::Endpoint& sink, Duration time_each) {
    posix::Host host(program.loop());
    posix::use(&host);
    fmt::print("{:<24}{:>8.2f} Gbit/s\n", "local socket pair", by_pair(time_each));
    fmt::print("{:<24}{:>8.2f} Gbit/s\n", "TCP to 127.0.0.1", by_loopback(time_each));
    fmt::print("{:<24}{:>8.2f} Gbit/s\n", "TCP over " + program.device().name(),
               measure(connected(place(sink.address.to_v4(), sink.port)), -1, time_each));
    host.finish(std::chrono::seconds(5));
    posix::use(nullptr);
}

}  // namespace sluice::perf
