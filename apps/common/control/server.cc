#include "apps/common/control/server.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "apps/common/failure.h"

namespace sluice::common {
namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        throw Failure(exit_usage, fmt::format("--control: '{}' is not a path of 1 to {} characters", path,
                                              sizeof address.sun_path - 1));
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

host::Descriptor unix_socket() {
    return host::Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

bool is_answered(const sockaddr_un& address) {
    const host::Descriptor probe = unix_socket();
    return ::connect(probe.number(), generic(address), sizeof address) == 0 || errno == EAGAIN;
}

// unix(7): nobody but the owner, and not for a moment anybody else.
bool bind_for_owner(int socket, const sockaddr_un& address) {
    const mode_t before = ::umask(0177);
    const bool is_bound = ::bind(socket, generic(address), sizeof address) == 0;
    ::umask(before);
    return is_bound;
}

// Only a socket is taken away, never a file that happens to have the name.
void remove_dead(const std::string& path, const sockaddr_un& address) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return;
    if (!S_ISSOCK(found.st_mode))
        throw Failure(exit_environment, fmt::format("{} exists and is no socket", path));
    if (is_answered(address))
        throw Failure(exit_environment,
                      fmt::format("{} belongs to a running program; choose another with --control", path));
    ::unlink(path.c_str());
}

}  // namespace

ControlServer::ControlServer(host::Loop& loop, std::string path, Answer answer)
    : loop_(loop), path_(std::move(path)), answer_(std::move(answer)), listener_(unix_socket()) {
    const sockaddr_un address = address_of(path_);
    remove_dead(path_, address);
    if (!bind_for_owner(listener_.number(), address) || ::listen(listener_.number(), 8) != 0)
        throw Failure(exit_environment, fmt::format("{}: {}", path_, std::strerror(errno)));
    loop_.add_descriptor(listener_.number(), POLLIN, [this](short) { accept(); });
}

ControlServer::~ControlServer() {
    while (!clients_.empty()) drop(clients_.begin()->first);
    loop_.remove_descriptor(listener_.number());
    ::unlink(path_.c_str());
}

void ControlServer::accept() {
    host::Descriptor socket(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket || clients_.size() >= clients_most) return;
    // The file's mode keeps others out; who got in while it belonged to somebody else is asked again.
    ucred peer{};
    socklen_t length = sizeof peer;
    if (::getsockopt(socket.number(), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 ||
        (peer.uid != ::geteuid() && peer.uid != 0))
        return;
    const int number = socket.number();
    Client& client = clients_[number];
    client.socket = std::move(socket);
    watch(number, client);
}

void ControlServer::watch(int number, const Client& client) {
    const bool is_behind = !client.unsent.empty();
    // While answers wait nothing more is asked.
    loop_.add_descriptor(number, is_behind ? POLLOUT : POLLIN,
                         [this, number](short events) { serve(number, events); });
}

void ControlServer::serve(int number, short events) {
    Client& client = clients_.at(number);
    const bool is_fine = (events & POLLOUT) != 0 ? write(client) : read(client);
    if (!is_fine) return drop(number);
    watch(number, client);
}

// Takes what came; answers each whole line. False: the client is gone, or goes too far.
bool ControlServer::read(Client& client) {
    std::array<char, request_most> room;
    const ssize_t got = ::recv(client.socket.number(), room.data(), room.size(), 0);
    if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
    client.request.append(room.data(), static_cast<std::size_t>(got));
    for (std::size_t end = 0; (end = client.request.find('\n')) != std::string::npos;) {
        const std::string line = client.request.substr(0, end);
        client.request.erase(0, end + 1);
        const Reply reply = answer_(line);
        if (reply.watches && !std::exchange(client.watches, true)) ++watchers_;
        client.unsent += reply.line + '\n';
        if (client.unsent.size() > unsent_most) return false;
    }
    return client.request.size() <= request_most && write(client);
}

bool ControlServer::write(Client& client) {
    while (!client.unsent.empty()) {
        const ssize_t sent =
            ::send(client.socket.number(), client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN || errno == EINTR;
        client.unsent.erase(0, static_cast<std::size_t>(sent));
    }
    return true;
}

void ControlServer::publish(const std::string& line) {
    for (auto& [number, client] : clients_) {
        if (!client.watches) continue;
        if (client.unsent.size() + line.size() > unsent_most) {
            ++lost_;
            continue;
        }
        client.unsent += line + '\n';
        // At once, for the loop may be asleep; what fails here fails again when it is served.
        write(client);
        if (!client.unsent.empty()) watch(number, client);
    }
}

void ControlServer::drop(int number) {
    loop_.remove_descriptor(number);
    if (clients_.at(number).watches) --watchers_;
    clients_.erase(number);
}

}  // namespace sluice::common
