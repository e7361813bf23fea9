// Which UDP sockets there are at a port, and whose a datagram is (RFC 768; the choices between sockets are those of
// socket(7) and ip(7)).
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "base/siphash.h"
#include "udp/socket.h"

namespace sluice::udp {

class Demux {
public:
    explicit Demux(SipKey key) : key_(key) {}

    // The socket is bound, and connected or not as long as it is in here.
    void add(Socket& socket);
    void remove(Socket& socket);

    // Who takes a datagram to one host: the connected socket, else one bound to the address, else one to any address.
    // Of several, the newest; with reuse_port on all, always the same one for one sender. nullptr: nobody.
    Socket* find(const wire::Endpoint& local, const wire::Endpoint& remote) const;
    // All that take a datagram to a group, in the order they were bound.
    std::vector<Socket*> find_all(const wire::Endpoint& local, const wire::Endpoint& remote) const;
    // Whether `socket` may not be bound there beside those that are.
    bool conflicts(const Socket& socket, const wire::Endpoint& local) const;
    // Nobody is at this port of this address.
    bool is_free(const wire::Endpoint& local) const;

private:
    // local port, local address, remote: all of a port lie together.
    using Key = std::tuple<std::uint16_t, wire::Address, wire::Endpoint>;
    static Key key_of(const Socket& socket) {
        return {socket.local.port, socket.local.address, socket.remote};
    }
    std::vector<Socket*> at(std::uint16_t port) const;
    Socket* choose(const std::vector<Socket*>& bound, const wire::Address& address,
                   const wire::Endpoint& remote) const;

    SipKey key_;
    std::multimap<Key, Socket*> connected_;
    std::map<std::uint16_t, std::vector<Socket*>> bound_;  // not connected, oldest first
};

}  // namespace sluice::udp
