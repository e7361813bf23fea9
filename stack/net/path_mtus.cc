#include "net/path_mtus.h"

namespace sluice::net {

void PathMtus::note(const wire::Address& remote, std::uint32_t mtu, Instant until) {
    const auto [at, is_new] = entries_.insert_or_assign(remote, Entry{mtu, until});
    (void)at;
    if (is_new) order_.push_back(remote);
    while (order_.size() > entries_most_) entries_.erase(order_.pop_front());
}

std::uint32_t PathMtus::known(const wire::Address& remote, Instant now) const {
    const auto found = entries_.find(remote);
    return found == entries_.end() || found->second.until <= now ? 0 : found->second.mtu;
}

}  // namespace sluice::net
