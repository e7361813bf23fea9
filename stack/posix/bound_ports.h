// Which ports the sockets of a Host have bound before they listen or connect, and whether another may be bound
// (socket(7) SO_REUSEADDR and SO_REUSEPORT, ip(7)). What listens and what is connected the Stack knows itself.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "posix/answer.h"
#include "stack.h"

namespace sluice::posix {

class Socket;

class BoundPorts {
public:
    // The port for `owner`; port 0 chooses one (RFC 6056). EADDRINUSE: taken.
    Answer<std::uint16_t> claim(Stack& stack, const Socket& owner, const wire::Endpoint& local,
                                tcp::Reuse reuse);
    void set_reuse(const Socket& owner, tcp::Reuse reuse);
    void release(const Socket& owner) { claims_.erase(&owner); }

private:
    struct Claim {
        wire::Endpoint local;
        tcp::Reuse reuse;
    };

    bool conflicts(const wire::Endpoint& wanted, tcp::Reuse reuse) const;
    Answer<std::uint16_t> choose(Stack& stack, const wire::Address& address) const;

    std::unordered_map<const Socket*, Claim> claims_;
};

}  // namespace sluice::posix
