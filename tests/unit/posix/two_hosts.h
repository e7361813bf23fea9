// Two hosts on a cable, each with its service thread, and short ways to what most tests need. The calls run on real time, but
// no test waits for it to pass: threads wait for each other, time limits are short where their end is the test.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "posix/attach.h"
#include "posix/sockets.h"
#include "support/memory_device.h"

namespace sluice::test {

inline const char* const address_a = "192.0.2.1";
inline const char* const address_b = "192.0.2.2";
inline const char* const address_of_nobody = "192.0.2.99";

inline sockaddr_in at(const char* address, int port) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(static_cast<std::uint16_t>(port));
    in.sin_addr.s_addr = inet_addr(address);
    return in;
}
inline const sockaddr* generic(const sockaddr_in& in) { return reinterpret_cast<const sockaddr*>(&in); }
inline sockaddr* generic(sockaddr_in& in) { return reinterpret_cast<sockaddr*>(&in); }

// A descriptor of ours, closed at the end.
class Fd {
public:
    Fd() = default;
    explicit Fd(int number) : number_(number) {}
    Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Fd() {
        if (number_ >= 0) posix::close(number_);
    }
    operator int() const { return number_; }  // reads like the int of the calls
    int release() { return std::exchange(number_, -1); }

private:
    int number_ = -1;
};

class TwoHosts {
public:
    explicit TwoHosts(const std::function<void(StackConfig&)>& change = {}) {
        a = attach(Cable::End::a, address_a, change);
        b = attach(Cable::End::b, address_b, change);
    }

    // A stream socket of host a or b.
    Fd stream(posix::Attachment& on, int flags = 0) {
        posix::use_in_this_thread(&on.host());
        const int fd = posix::socket(AF_INET, SOCK_STREAM | flags, 0);
        REQUIRE(fd >= 0);
        return Fd(fd);
    }
    // Host b listens on `port`.
    Fd listening(int port, int backlog = 8, int flags = 0) {
        Fd fd = stream(*b, flags);
        const sockaddr_in local = at("0.0.0.0", port);
        REQUIRE(posix::bind(fd, generic(local), sizeof local) == 0);
        REQUIRE(posix::listen(fd, backlog) == 0);
        return fd;
    }
    int connect(int fd, const char* address, int port) {
        const sockaddr_in remote = at(address, port);
        return posix::connect(fd, generic(remote), sizeof remote);
    }

    // A connection from a to b: `client` on a, `server` on b.
    struct Connection {
        Fd client;
        Fd server;
    };
    Connection connected(int port = 80) {
        const Fd listener = listening(port);
        Connection made{stream(*a), Fd()};
        REQUIRE(connect(made.client, address_b, port) == 0);
        made.server = Fd(posix::accept(listener, nullptr, nullptr));
        REQUIRE(made.server >= 0);
        return made;
    }

    std::shared_ptr<Cable> cable = std::make_shared<Cable>();
    std::unique_ptr<posix::Attachment> a;
    std::unique_ptr<posix::Attachment> b;

private:
    std::unique_ptr<posix::Attachment> attach(Cable::End end, const char* address,
                                              const std::function<void(StackConfig&)>& change) {
        posix::AttachOptions options;
        options.address = {wire::parse_address(address).value(), 24};
        options.stack.net.probe_addresses = false;
        options.stack.seed = {static_cast<std::uint64_t>(end) + 1, 7};
        options.keep_seed = true;
        options.finish = 0s;
        if (change) change(options.stack);
        auto made = posix::attach(std::make_unique<MemoryDevice>(cable, end), options);
        REQUIRE(made.has_value());
        return std::move(*made);
    }
};

// -1 and this errno, and nothing else.
#define CHECK_ERRNO(call, wanted) \
    do {                          \
        errno = 0;                \
        CHECK((call) == -1);      \
        CHECK(errno == (wanted)); \
    } while (false)

inline ssize_t send_text(int fd, const std::string& text, int flags = 0) {
    return posix::send(fd, text.data(), text.size(), flags);
}
// What one recv() answers; "<errno>" when it fails.
inline std::string receive_text(int fd, std::size_t room = 4096, int flags = 0) {
    std::string text(room, '\0');
    const ssize_t got = posix::recv(fd, text.data(), room, flags);
    if (got < 0) return std::string("<") + std::strerror(errno) + ">";
    text.resize(static_cast<std::size_t>(got));
    return text;
}
// Waits for any of `events`; what poll told, 0 after five seconds.
inline short await(int fd, short events, int timeout_ms = 5000) {
    pollfd entry{fd, events, 0};
    return posix::poll(&entry, 1, timeout_ms) >= 0 ? entry.revents : short{-1};
}
inline short level(int fd, short events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP) {
    return await(fd, events, 0);
}

template <typename Value>
void set(int fd, int level, int name, Value value) {
    REQUIRE(posix::setsockopt(fd, level, name, &value, sizeof value) == 0);
}
inline int get(int fd, int level, int name) {
    int value = -1;
    socklen_t length = sizeof value;
    REQUIRE(posix::getsockopt(fd, level, name, &value, &length) == 0);
    return value;
}

}  // namespace sluice::test
