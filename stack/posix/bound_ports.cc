#include "posix/bound_ports.h"

#include <cerrno>
#include <vector>

namespace sluice::posix {
namespace {

bool overlap(const wire::Address& a, const wire::Address& b) {
    return a.is_unspecified() || b.is_unspecified() || a == b;
}

}  // namespace

// socket(7): with SO_REUSEADDR on both, a port may be bound twice, but not beside one that listens. With SO_REUSEPORT on
// both, also then.
bool BoundPorts::conflicts(const wire::Endpoint& wanted, tcp::Reuse reuse) const {
    for (const auto& [owner, claim] : claims_)
        if (claim.local.port == wanted.port && overlap(claim.local.address, wanted.address) &&
            !(reuse.address && claim.reuse.address) && !(reuse.port && claim.reuse.port))
            return true;
    return false;
}

Answer<std::uint16_t> BoundPorts::claim(Stack& stack, const Socket& owner, const wire::Endpoint& local,
                                        tcp::Reuse reuse) {
    wire::Endpoint bound = local;
    if (local.port == 0) {
        const Answer<std::uint16_t> port = choose(stack, local.address);
        if (!port) return port;
        bound.port = *port;
    } else {
        if (conflicts(local, reuse)) return fail(EADDRINUSE);
        for (const TcpEntry& entry : stack.tcp_entries())
            if (entry.info.local.port == local.port && overlap(entry.info.local.address, local.address) &&
                (entry.info.state == State::listen ? !reuse.port : !reuse.address && !reuse.port))
                return fail(EADDRINUSE);
    }
    claims_.insert_or_assign(&owner, Claim{bound, reuse});
    return bound.port;
}

// RFC 6056 3.3.2: a random start, then upwards.
Answer<std::uint16_t> BoundPorts::choose(Stack& stack, const wire::Address& address) const {
    std::vector<bool> is_taken(65536);
    for (const TcpEntry& entry : stack.tcp_entries())
        if (overlap(entry.info.local.address, address)) is_taken[entry.info.local.port] = true;
    for (const auto& [owner, claim] : claims_)
        if (overlap(claim.local.address, address)) is_taken[claim.local.port] = true;

    const tcp::Settings& settings = stack.config().tcp;
    if (settings.port_last < settings.port_first) return fail(EADDRINUSE);
    const std::uint32_t count = settings.port_last - settings.port_first + 1;
    const auto start = static_cast<std::uint32_t>(stack.random().below(count));
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t port = settings.port_first + (start + i) % count;
        if (!is_taken[port]) return static_cast<std::uint16_t>(port);
    }
    return fail(EADDRINUSE);
}

void BoundPorts::set_reuse(const Socket& owner, tcp::Reuse reuse) {
    const auto found = claims_.find(&owner);
    if (found != claims_.end()) found->second.reuse = reuse;
}

}  // namespace sluice::posix
