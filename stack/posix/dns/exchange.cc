#include "posix/dns/exchange.h"

#include <netinet/in.h>

#include <array>
#include <cerrno>

#include "posix/addresses.h"
#include "posix/host.h"
#include "posix/sockets.h"

namespace sluice::posix::dns {
namespace {

constexpr std::size_t datagram_most = 65535;

class Closing {
public:
    explicit Closing(int number) : number_(number) {}
    ~Closing() {
        if (number_ >= 0) posix::close(number_);
    }
    Closing(const Closing&) = delete;
    Closing& operator=(const Closing&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

Failure failure_of(int error) {
    switch (error) {
        case ECONNREFUSED: return Failure::refused;
        case EAGAIN:
        case EINPROGRESS:
        case ETIMEDOUT: return Failure::timed_out;
        case ENETUNREACH:
        case EHOSTUNREACH: return Failure::unreachable;
        default: return Failure::no_socket;
    }
}

int connect_to(int fd, const wire::Endpoint& server) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(server.address.to_v4());
    to.sin_port = htons(server.port);
    return posix::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

// What is left of the time, as SO_RCVTIMEO and SO_SNDTIMEO. False: nothing.
bool limit(int fd, TimePoint until) {
    const auto left =
        std::chrono::duration_cast<std::chrono::microseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    const timeval time{left.count() / 1'000'000, left.count() % 1'000'000};
    posix::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    posix::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    return true;
}

using Result = std::expected<Exchanged, Failure>;

// RFC 5452 9.1: the socket is connected, so only the server's datagrams come; what does not match is ignored.
Result by_udp(const wire::Endpoint& server, const Query& query, ByteView octets, TimePoint until) {
    const Closing fd(posix::socket(AF_INET, SOCK_DGRAM, 0));
    if (fd.number() < 0) return std::unexpected(Failure::no_socket);
    if (connect_to(fd.number(), server) < 0) return std::unexpected(failure_of(errno));
    if (!limit(fd.number(), until) || posix::send(fd.number(), octets.data(), octets.size(), 0) < 0)
        return std::unexpected(failure_of(errno));
    std::vector<std::uint8_t> room(datagram_most);
    while (limit(fd.number(), until)) {
        const ssize_t got = posix::recv(fd.number(), room.data(), room.size(), 0);
        if (got < 0) return std::unexpected(failure_of(errno));
        auto reply = read_reply(ByteView(room).first(static_cast<std::size_t>(got)), query);
        if (reply) return Exchanged{std::move(*reply), static_cast<std::size_t>(got), false, {}};
    }
    return std::unexpected(Failure::timed_out);
}

bool read_all(int fd, ByteSpan room, TimePoint until) {
    while (!room.empty()) {
        if (!limit(fd, until)) return false;
        const ssize_t got = posix::recv(fd, room.data(), room.size(), 0);
        if (got <= 0) return false;
        room = room.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

// RFC 7766 8: two octets of length, sent together with the message.
Result by_tcp(const wire::Endpoint& server, const Query& query, ByteView octets, TimePoint until) {
    const Closing fd(posix::socket(AF_INET, SOCK_STREAM, 0));
    if (fd.number() < 0) return std::unexpected(Failure::no_socket);
    if (!limit(fd.number(), until)) return std::unexpected(Failure::timed_out);
    if (connect_to(fd.number(), server) < 0) return std::unexpected(failure_of(errno));
    std::vector<std::uint8_t> message(2 + octets.size());
    put_u16(message, 0, static_cast<std::uint16_t>(octets.size()));
    std::copy(octets.begin(), octets.end(), message.begin() + 2);
    if (posix::send(fd.number(), message.data(), message.size(), 0) != static_cast<ssize_t>(message.size()))
        return std::unexpected(Failure::timed_out);
    for (;;) {
        std::array<std::uint8_t, 2> length{};
        if (!read_all(fd.number(), length, until)) return std::unexpected(Failure::timed_out);
        std::vector<std::uint8_t> room(static_cast<std::size_t>(length[0] << 8U | length[1]));
        if (!read_all(fd.number(), room, until)) return std::unexpected(Failure::timed_out);
        auto reply = read_reply(room, query);
        if (reply) return Exchanged{std::move(*reply), room.size(), true, {}};
    }
}

}  // namespace

std::string_view text_of(Failure failure) {
    switch (failure) {
        case Failure::timed_out: return "no answer in time";
        case Failure::unreachable: return "server unreachable";
        case Failure::refused: return "connection refused";
        case Failure::no_socket: return "no socket";
        case Failure::bad_name: return "no such name can be";
    }
    return "failed";
}

std::expected<Exchanged, Failure> exchange(const std::shared_ptr<Driver>& driver,
                                           const wire::Endpoint& server, const Question& question,
                                           const ExchangeOptions& options) {
    Query query;
    query.question = question;
    query.wants_recursion = options.wants_recursion;
    {
        const Turn turn(*driver);
        if (!turn.is_up()) return std::unexpected(Failure::no_socket);
        query.id = turn.stack().random().u16();
    }
    const auto octets = write_query(query);
    if (!octets) return std::unexpected(Failure::bad_name);
    const InDriver here(driver);
    const TimePoint begun = std::chrono::steady_clock::now();
    const TimePoint until = limit_from_now(options.timeout);
    Result result = std::unexpected(Failure::timed_out);
    if (!options.only_tcp) result = by_udp(server, query, *octets, until);
    const bool is_cut = result && result->reply.is_truncated;
    if (options.only_tcp || is_cut) result = by_tcp(server, query, *octets, limit_from_now(options.timeout));
    if (result) result->took = std::chrono::steady_clock::now() - begun;
    return result;
}

}  // namespace sluice::posix::dns
