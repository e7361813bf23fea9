#include "apps/common/control/client.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cstring>

#include "apps/common/failure.h"

namespace sluice::common {
namespace {

constexpr std::size_t line_most = 64U << 20U;
constexpr timeval patience{5, 0};

}  // namespace

ControlClient::ControlClient(const std::string& path)
    : path_(path), socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw Failure(exit_usage, fmt::format("'{}' is too long a path", path));
    std::memcpy(address.sun_path, path.data(), path.size());
    ::setsockopt(socket_.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw Failure(exit_environment, fmt::format("stack not running: {}: {}", path, std::strerror(errno)));
}

bool ControlClient::is_over() const {
    char octet = 0;
    return ::recv(socket_.number(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

nlohmann::json ControlClient::ask(const nlohmann::json& request) {
    const std::string line = request.dump() + '\n';
    if (::send(socket_.number(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
        throw Failure(exit_environment, fmt::format("{}: the program does not listen", path_));
    nlohmann::json answer = nlohmann::json::parse(next_line(), nullptr, false);
    if (!answer.is_object() || !answer.value("ok", false))
        throw Failure(
            exit_environment,
            fmt::format("{}: {}", path_, answer.is_object() ? answer.value("error", "") : "not an answer"));
    return answer;
}

std::string ControlClient::next_line() {
    std::array<char, 65536> room;
    std::size_t end = received_.find('\n');
    while (end == std::string::npos && received_.size() < line_most) {
        const ssize_t got = ::recv(socket_.number(), room.data(), room.size(), 0);
        if (got <= 0) throw Failure(exit_environment, fmt::format("{}: no answer", path_));
        const std::size_t before = received_.size();
        received_.append(room.data(), static_cast<std::size_t>(got));
        end = received_.find('\n', before);
    }
    std::string line = received_.substr(0, end);
    received_.erase(0, end == std::string::npos ? end : end + 1);
    return line;
}

nlohmann::json ask_program(const std::string& path, const std::string& what) {
    return ControlClient(path).ask({{"show", what}});
}

}  // namespace sluice::common
