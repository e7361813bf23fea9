// Plain sockets of the kernel: the client of every measurement, and the server where the kernel itself is measured.
//
//   kernel_peer serve ADDRESS                                     echo on 7, discard on 9, zeros without end on 19
//   kernel_peer receive|send|pingpong|connect ADDRESS [--seconds S] [--streams N]
//
// A client prints one number: bits a second received (or sent and acknowledged by the sink's window), round trips of one
// octet a second, or connections a second (connect, one octet there and back, close).
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <vector>

#include "host/descriptor.h"

namespace {

using sluice::host::Descriptor;
using TimePoint = std::chrono::steady_clock::time_point;

std::vector<char> room(256 * 1024);

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) fail("address");
    return address;
}

int open_socket(int flags) {
    const int number = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (number < 0) fail("socket");
    const int one = 1;
    setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    // Whatever the machine's default: a paced one measures its own pace.
    constexpr std::string_view cubic = "cubic";
    setsockopt(number, IPPROTO_TCP, TCP_CONGESTION, cubic.data(), static_cast<socklen_t>(cubic.size()));
    return number;
}

const sockaddr* plain(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

// --- descriptors and what is done when they are ready: true to go on, false to close

class Poller {
public:
    using Action = std::function<bool(int)>;
    void add(int number, std::uint32_t events, Action action) {
        epoll_event event{};
        event.events = events;
        event.data.fd = number;
        if (epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, number, &event) != 0) fail("epoll_ctl");
        watched_.insert_or_assign(number, Watched{Descriptor(number), std::move(action)});
    }
    void run_until(TimePoint end) {
        std::array<epoll_event, 64> events;
        while (std::chrono::steady_clock::now() < end) {
            const int count = epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), 50);
            for (int i = 0; i < count; ++i) {
                const auto found = watched_.find(events[static_cast<std::size_t>(i)].data.fd);
                if (found != watched_.end() && !found->second.action(found->first))
                    watched_.erase(found->first);
            }
        }
    }

private:
    struct Watched {
        Descriptor descriptor;
        Action action;
    };
    Descriptor epoll_{epoll_create1(EPOLL_CLOEXEC)};
    std::map<int, Watched> watched_;
};

bool goes_on(ssize_t moved) { return moved > 0 || (moved < 0 && errno == EAGAIN); }

bool echo(int number) {
    const ssize_t got = ::read(number, room.data(), room.size());
    return goes_on(got) && (got <= 0 || ::write(number, room.data(), static_cast<std::size_t>(got)) == got);
}
bool discard(int number) { return goes_on(::read(number, room.data(), room.size())); }
bool generate(int number) { return goes_on(::write(number, room.data(), room.size())); }

void serve(const std::string& address) {
    Poller poller;
    const auto listen_on = [&](std::uint16_t port, std::uint32_t events, bool (*action)(int)) {
        const int listener = open_socket(SOCK_NONBLOCK);
        const sockaddr_in at = address_of(address, port);
        if (bind(listener, plain(at), sizeof at) != 0 || listen(listener, 1024) != 0) fail("listen");
        poller.add(listener, EPOLLIN, [&poller, events, action](int number) {
            for (int got = 0; (got = accept4(number, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
                const int one = 1;
                setsockopt(got, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                poller.add(got, events, action);
            }
            return true;
        });
    };
    listen_on(7, EPOLLIN, echo);
    listen_on(9, EPOLLIN, discard);
    listen_on(19, EPOLLOUT, generate);
    poller.run_until(TimePoint::max());
}

// --- clients

int connected(const std::string& address, std::uint16_t port) {
    const int number = open_socket(0);
    const sockaddr_in at = address_of(address, port);
    if (connect(number, plain(at), sizeof at) != 0) fail("connect");
    return number;
}

struct Job {
    std::string address;
    double seconds = 2;
    int streams = 1;
    TimePoint end() const {
        return std::chrono::steady_clock::now() +
               std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                   std::chrono::duration<double>(seconds));
    }
};

// Moves octets for a quarter of the time before counting begins: windows are open then.
double bulk(const Job& job, std::uint16_t port, std::uint32_t events, ssize_t (*move)(int)) {
    Poller poller;
    double octets = 0;
    for (int i = 0; i < job.streams; ++i) {
        const int socket = connected(job.address, port);
        fcntl(socket, F_SETFL, O_NONBLOCK);
        poller.add(socket, events, [&octets, move](int number) {
            const ssize_t moved = move(number);
            if (!goes_on(moved)) fail("stream");
            octets += static_cast<double>(std::max<ssize_t>(moved, 0));
            return true;
        });
    }
    Job warm = job;
    warm.seconds /= 4;
    poller.run_until(warm.end());
    octets = 0;
    const TimePoint begin = std::chrono::steady_clock::now();
    poller.run_until(job.end());
    return octets * 8 / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double receive(const Job& job) {
    return bulk(job, 19, EPOLLIN, [](int number) { return ::read(number, room.data(), room.size()); });
}
double send(const Job& job) {
    return bulk(job, 9, EPOLLOUT, [](int number) { return ::write(number, room.data(), room.size()); });
}

double pingpong(const Job& job) {
    const Descriptor socket(connected(job.address, 7));
    const TimePoint end = job.end();
    std::uint64_t trips = 0;
    for (char octet = 'x'; std::chrono::steady_clock::now() < end; ++trips)
        if (::write(socket.number(), &octet, 1) != 1 || ::read(socket.number(), &octet, 1) != 1)
            fail("pingpong");
    return static_cast<double>(trips) / job.seconds;
}

// Each stream is a chain of connections.
class Connector {
public:
    Connector(Poller& poller, const Job& job) : poller_(poller), at_(address_of(job.address, 7)) {}
    void begin() {
        const int number = open_socket(SOCK_NONBLOCK);
        if (connect(number, plain(at_), sizeof at_) != 0 && errno != EINPROGRESS) fail("connect");
        poller_.add(number, EPOLLOUT | EPOLLIN | EPOLLET, [this](int ready) { return go_on(ready); });
    }
    std::uint64_t done = 0;

private:
    bool go_on(int number) {
        char octet = 'x';
        const ssize_t got = ::read(number, &octet, 1);
        if (got == 1) {
            ++done;
            begin();
            return false;
        }
        if (got == 0 || errno != EAGAIN) fail("connection");
        if (::write(number, &octet, 1) != 1) fail("connection");
        return true;
    }
    Poller& poller_;
    sockaddr_in at_;
};

double connections(const Job& job) {
    Poller poller;
    Connector connector(poller, job);
    for (int i = 0; i < job.streams; ++i) connector.begin();
    poller.run_until(job.end());
    return static_cast<double>(connector.done) / job.seconds;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Plain sockets for measurements");
    const std::map<std::string, double (*)(const Job&)> clients{
        {"receive", receive}, {"send", send}, {"pingpong", pingpong}, {"connect", connections}};
    std::string what;
    Job job;
    app.add_option("what", what)
        ->required()
        ->check(CLI::IsMember({"serve", "receive", "send", "pingpong", "connect"}));
    app.add_option("address", job.address)->required();
    app.add_option("--seconds", job.seconds);
    app.add_option("--streams", job.streams);
    CLI11_PARSE(app, argc, argv);
    signal(SIGPIPE, SIG_IGN);  // a client that is gone closes its stream, no more
    if (what == "serve")
        serve(job.address);
    else
        std::printf("%.0f\n", clients.at(what)(job));
    return 0;
}
