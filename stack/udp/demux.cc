#include "udp/demux.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace sluice::udp {
namespace {

bool overlap(const wire::Address& a, const wire::Address& b) {
    return a.is_unspecified() || b.is_unspecified() || a == b;
}

}  // namespace

void Demux::add(Socket& socket) {
    SLUICE_CHECK(socket.is_bound());
    if (socket.is_connected)
        connected_.emplace(key_of(socket), &socket);
    else
        bound_[socket.local.port].push_back(&socket);
}

void Demux::remove(Socket& socket) {
    if (socket.is_connected) {
        auto [from, to] = connected_.equal_range(key_of(socket));
        const auto found = std::find_if(from, to, [&](const auto& entry) { return entry.second == &socket; });
        if (found != to) connected_.erase(found);
        return;
    }
    const auto found = bound_.find(socket.local.port);
    if (found == bound_.end()) return;
    std::erase(found->second, &socket);
    if (found->second.empty()) bound_.erase(found);
}

// Among those bound to exactly this address.
Socket* Demux::choose(const std::vector<Socket*>& bound, const wire::Address& address,
                      const wire::Endpoint& remote) const {
    Socket* newest = nullptr;
    std::uint64_t count = 0;
    bool is_shared = true;
    for (Socket* socket : bound) {
        if (socket->local.address != address) continue;
        newest = socket;
        ++count;
        is_shared = is_shared && socket->options.reuse_port;
    }
    if (count < 2 || !is_shared) return newest;
    std::array<std::uint8_t, 18> sender{};
    std::ranges::copy(remote.address.octets(), sender.begin());
    put_u16(sender, 16, remote.port);
    std::uint64_t place = siphash(key_, sender) % count;
    const auto found = std::ranges::find_if(
        bound, [&](const Socket* socket) { return socket->local.address == address && place-- == 0; });
    return *found;
}

Socket* Demux::find(const wire::Endpoint& local, const wire::Endpoint& remote) const {
    const auto [from, to] = connected_.equal_range(Key{local.port, local.address, remote});
    if (from != to) return std::prev(to)->second;
    const auto found = bound_.find(local.port);
    if (found == bound_.end()) return nullptr;
    Socket* exact = choose(found->second, local.address, remote);
    return exact ? exact : choose(found->second, {}, remote);
}

std::vector<Socket*> Demux::find_all(const wire::Endpoint& local, const wire::Endpoint& remote) const {
    std::vector<Socket*> found = at(local.port);
    std::erase_if(found, [&](const Socket* socket) {
        // A socket that chose its address by connecting hears what its peer sends to the group.
        const bool is_addressed = socket->local.address.is_unspecified() || socket->is_address_chosen ||
                                  socket->local.address == local.address;
        return !is_addressed || (socket->is_connected && socket->remote != remote);
    });
    return found;
}

std::vector<Socket*> Demux::at(std::uint16_t port) const {
    std::vector<Socket*> all;
    if (const auto found = bound_.find(port); found != bound_.end()) all = found->second;
    for (auto each = connected_.lower_bound(Key{port, {}, {}});
         each != connected_.end() && std::get<0>(each->first) == port; ++each)
        all.push_back(each->second);
    std::ranges::sort(all, {}, &Socket::number);
    return all;
}

// socket(7): both allow it by SO_REUSEADDR, or both by SO_REUSEPORT.
bool Demux::conflicts(const Socket& socket, const wire::Endpoint& local) const {
    return std::ranges::any_of(at(local.port), [&](const Socket* other) {
        const bool is_shared = (socket.options.reuse_address && other->options.reuse_address) ||
                               (socket.options.reuse_port && other->options.reuse_port);
        return other != &socket && overlap(other->local.address, local.address) && !is_shared;
    });
}

bool Demux::is_free(const wire::Endpoint& local) const {
    return std::ranges::none_of(
        at(local.port), [&](const Socket* other) { return overlap(other->local.address, local.address); });
}

}  // namespace sluice::udp
