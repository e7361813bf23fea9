#include "apps/common/control/client.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cstring>

#include "apps/common/failure.h"
#include "host/descriptor.h"

namespace sluice::common {
namespace {

constexpr std::size_t answer_most = 64U << 20U;
constexpr timeval patience{5, 0};

host::Descriptor connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw Failure(exit_usage, fmt::format("'{}' is too long a path", path));
    std::memcpy(address.sun_path, path.data(), path.size());
    host::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw Failure(exit_environment, fmt::format("stack not running: {}: {}", path, std::strerror(errno)));
    return socket;
}

}  // namespace

nlohmann::json ask_program(const std::string& path, const std::string& what) {
    const host::Descriptor socket = connect_to(path);
    const std::string request = nlohmann::json{{"show", what}}.dump() + '\n';
    if (::send(socket.number(), request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
        throw Failure(exit_environment, fmt::format("{}: the program does not listen", path));
    std::string text;
    std::array<char, 65536> room;
    while (!text.ends_with('\n') && text.size() < answer_most) {
        const ssize_t got = ::recv(socket.number(), room.data(), room.size(), 0);
        if (got <= 0) throw Failure(exit_environment, fmt::format("{}: no answer", path));
        text.append(room.data(), static_cast<std::size_t>(got));
    }
    nlohmann::json answer = nlohmann::json::parse(text, nullptr, false);
    if (!answer.is_object() || !answer.value("ok", false))
        throw Failure(
            exit_environment,
            fmt::format("{}: {}", path, answer.is_object() ? answer.value("error", "") : "not an answer"));
    return answer;
}

}  // namespace sluice::common
