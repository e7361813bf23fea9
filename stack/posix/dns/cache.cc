#include "posix/dns/cache.h"

#include <algorithm>

namespace sluice::posix::dns {

std::optional<Finding> Cache::find(const std::string& name, Instant now) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return std::nullopt;
    if (found->second.until > now) return found->second.finding;
    entries_.erase(found);
    return std::nullopt;
}

void Cache::keep(const std::string& name, const Finding& finding, std::uint32_t ttl, Instant now) {
    const Duration most = finding.kind == Finding::Kind::found ? longest : longest_refusal;
    const Duration lifetime = std::min<Duration>(std::chrono::seconds(ttl), most);
    if (lifetime == Duration::zero()) return;
    if (entries_.size() >= entries_most) make_room(now);
    entries_.insert_or_assign(name, Entry{finding, later(now, lifetime)});
}

// What is over goes; if nothing is, what would go first.
void Cache::make_room(Instant now) {
    std::erase_if(entries_, [&](const auto& entry) { return entry.second.until <= now; });
    if (entries_.size() < entries_most) return;
    entries_.erase(
        std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second.until; }));
}

}  // namespace sluice::posix::dns
