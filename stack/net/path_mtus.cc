#include "net/path_mtus.h"

namespace sluice::net {

void PathMtus::note(const wire::Address& remote, std::uint32_t mtu, Instant until) {
    if (Entry* entry = entries_.at(remote)) *entry = {mtu, until};
}

std::uint32_t PathMtus::known(const wire::Address& remote, Instant now) const {
    const Entry* entry = entries_.find(remote);
    return entry == nullptr || entry->until <= now ? 0 : entry->mtu;
}

}  // namespace sluice::net
