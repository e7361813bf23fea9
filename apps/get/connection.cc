#include "apps/get/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "apps/get/error.h"
#include "posix/sockets.h"

namespace sluice::get {
namespace {

sockaddr_in socket_address(const wire::Endpoint& to) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    address.sin_addr.s_addr = htonl(to.address.to_v4());
    return address;
}

// What is left until `deadline` for poll: milliseconds, rounded up, -1 for ever.
int milliseconds_until(Instant deadline) {
    if (deadline == never) return -1;
    const auto left = std::max(deadline - clock_now(), Duration{});
    return static_cast<int>(std::min<std::int64_t>(in_ms(left) + 1, 1'000'000'000));
}

[[noreturn]] void not_connected(const wire::Endpoint& to, int error) {
    const Exit exit = error == ETIMEDOUT ? Exit::timed_out : Exit::not_connected;
    throw TransferError(exit,
                        fmt::format("cannot connect to {}: {}", wire::to_text(to), std::strerror(error)));
}

}  // namespace

Instant clock_now() { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }

Connection::Connection(const wire::Endpoint& to, bool with_text, Instant deadline) {
    number_ = posix::socket(AF_INET, SOCK_STREAM, 0);
    if (number_ < 0) not_connected(to, errno);
    const int fast_open = with_text ? 1 : 0;
    posix::setsockopt(number_, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &fast_open, sizeof fast_open);
    try {
        connect(to, deadline);
    } catch (...) {
        close();
        throw;
    }
}

void Connection::connect(const wire::Endpoint& to, Instant deadline) {
    if (posix::fcntl(number_, F_SETFL, O_NONBLOCK) != 0) not_connected(to, errno);
    const sockaddr_in address = socket_address(to);
    if (posix::connect(number_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
    if (errno != EINPROGRESS) not_connected(to, errno);
    pollfd waited{.fd = number_, .events = POLLOUT, .revents = 0};
    int ready = 0;
    do ready = posix::poll(&waited, 1, milliseconds_until(deadline));
    while (ready < 0 && errno == EINTR);
    if (ready < 0) not_connected(to, errno);
    if (ready == 0)
        throw TransferError(Exit::timed_out, fmt::format("no connection to {} in time", wire::to_text(to)));
    int error = 0;
    socklen_t length = sizeof error;
    if (posix::getsockopt(number_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
    if (error != 0) not_connected(to, error);
}

Connection::Connection(Connection&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

void Connection::close() {
    if (number_ >= 0) posix::close(number_);
    number_ = -1;
}

Connection::Ready Connection::wait(bool for_writing, Instant deadline) {
    pollfd waited{.fd = number_, .events = POLLIN, .revents = 0};
    if (for_writing) waited.events = POLLIN | POLLOUT;
    int ready = 0;
    do ready = posix::poll(&waited, 1, milliseconds_until(deadline));
    while (ready < 0 && errno == EINTR);
    if (ready < 0)
        throw TransferError(Exit::receive_failed, fmt::format("waiting failed: {}", std::strerror(errno)));
    if (ready == 0) throw TransferError(Exit::timed_out, "the operation took too long");
    const bool is_over = (waited.revents & (POLLERR | POLLHUP)) != 0;
    return {.readable = is_over || (waited.revents & POLLIN) != 0,
            .writable = (waited.revents & POLLOUT) != 0};
}

Connection::Ready Connection::wait_until(Instant instant) {
    pollfd waited{.fd = number_, .events = POLLIN, .revents = 0};
    posix::poll(&waited, 1, milliseconds_until(instant));
    return {.readable = waited.revents != 0, .writable = false};
}

std::optional<std::size_t> Connection::send(std::string_view octets) {
    const auto sent = posix::send(number_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
    return {};
}

Connection::Received Connection::receive(std::string& room) {
    const auto got = posix::recv(number_, room.data(), room.size(), 0);
    if (got >= 0) return {.octets = std::string_view(room).substr(0, static_cast<std::size_t>(got))};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {.octets = {}, .nothing_yet = true};
    throw TransferError(Exit::receive_failed, fmt::format("receiving failed: {}", std::strerror(errno)));
}

}  // namespace sluice::get
