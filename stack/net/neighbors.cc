#include "net/neighbors.h"

#include <algorithm>
#include <tuple>

namespace sluice::net {

std::size_t Neighbors::KeyHash::operator()(const Key& of) const {
    std::array<std::uint8_t, 17> octets;
    octets[0] = of.link;
    std::copy(of.address.octets().begin(), of.address.octets().end(), octets.begin() + 1);
    return siphash(key, octets);
}

bool Neighbors::DueBefore::operator()(const Entry& a, const Entry& b) const {
    // The key makes the order the same in every run.
    return std::tie(a.due, a.key.link, a.key.address) < std::tie(b.due, b.key.link, b.key.address);
}

Neighbors::Neighbors(const Settings& settings, SipKey key) : settings_(settings), entries_(0, KeyHash{key}) {}

Neighbors::~Neighbors() = default;

Neighbors::Entry* Neighbors::find(LinkId link, const wire::Address& address) {
    if (last_found_ && last_found_->key == Key{link, address}) return last_found_;
    const auto found = entries_.find(Key{link, address});
    if (found == entries_.end()) return nullptr;
    last_found_ = &found->second;
    return last_found_;
}

Neighbors::Entry& Neighbors::create(const Key& key, Instant now) {
    if (entries_.size() >= settings_.arp_table) make_room();
    Entry& entry = entries_[key];
    entry.key = key;
    touch(entry, false, now);
    return entry;
}

// Choice: neighbours we never sent to go first, so that a flood of requests or of spoofed sources displaces no
// neighbour that is in use.
void Neighbors::make_room() {
    Entry& victim = unused_.empty() ? used_.front() : unused_.front();
    give_up_waiting(victim, Reason::arp_table_full);
    forget(victim);
}

void Neighbors::forget(Entry& entry) {
    const Key key = entry.key;
    last_found_ = nullptr;
    if (entry.state == NeighborState::failed) ++version_;
    entries_.erase(key);
}

void Neighbors::touch(Entry& entry, bool is_use, Instant now) {
    entry.touched = now;
    entry.is_used = entry.is_used || is_use;
    ByUse& list = entry.is_used ? used_ : unused_;
    using Hook = boost::intrusive::list_base_hook<AutoUnlink>;
    if (!list.empty() && &list.back() == &entry) return;
    entry.Hook::unlink();
    list.push_back(entry);
}

void Neighbors::arm(Entry& entry, Instant due) {
    using Hook = boost::intrusive::set_base_hook<AutoUnlink>;
    if (entry.Hook::is_linked()) entry.Hook::unlink();
    entry.due = due;
    by_due_.insert(entry);
}

void Neighbors::ask(Entry& entry, Instant now) {
    // RFC 1122 2.3.2.1: a stale neighbour is polled by unicast; when that stays without answer, by broadcast.
    const bool directly = entry.state == NeighborState::stale && entry.tries < settings_.arp_tries;
    asks_.push_back(
        {entry.key.link, entry.key.address, directly ? entry.mac : wire::MacAddress::broadcast()});
    entry.is_asking = true;
    ++entry.tries;
    // RFC 1122 2.3.2.1: at most one request per second to one destination.
    arm(entry, later(now, settings_.arp_retry));
}

Neighbors::Answer Neighbors::resolve(LinkId link, const wire::Address& address, Instant now) {
    now_ = std::max(now_, now);
    Entry* entry = find(link, address);
    if (!entry) {
        ask(create({link, address}, now), now);
        return {Verdict::wait, {}};
    }
    switch (entry->state) {
        case NeighborState::incomplete: touch(*entry, false, now); return {Verdict::wait, {}};
        case NeighborState::failed: return {Verdict::failed, {}};
        case NeighborState::reachable:
            if (now >= entry->trusted_until) entry->state = NeighborState::stale;
            break;
        case NeighborState::stale: break;
    }
    touch(*entry, true, now);
    if (entry->state == NeighborState::stale && !entry->is_asking) ask(*entry, now);
    return {Verdict::use, entry->mac};
}

void Neighbors::wait(LinkId link, const wire::Address& address, wire::PacketOut&& packet) {
    Entry* entry = find(link, address);
    SLUICE_CHECK(entry && entry->state == NeighborState::incomplete);
    const std::uint32_t bytes = packet.size();
    // RFC 1122 2.3.2.2: at least the latest packet is kept; older ones make room for it.
    while (!entry->waiting.empty() && (entry->waiting.size() >= settings_.arp_queue ||
                                       waiting_bytes_ + bytes > settings_.arp_waiting_bytes)) {
        given_up_.push_back({Reason::arp_queue_full, entry->waiting.pop_front()});
        waiting_bytes_ -= given_up_.back().packet.size();
    }
    if (waiting_bytes_ + bytes > settings_.arp_waiting_bytes) {
        given_up_.push_back({Reason::arp_queue_full, std::move(packet)});
        return;
    }
    waiting_bytes_ += bytes;
    entry->waiting.push_back(std::move(packet));
}

bool Neighbors::is_failed(LinkId link, const wire::Address& address) const {
    const auto found = entries_.find(Key{link, address});
    return found != entries_.end() && found->second.state == NeighborState::failed;
}

void Neighbors::doubt(LinkId link, const wire::Address& address, Instant now) {
    Entry* entry = find(link, address);
    if (entry && entry->state == NeighborState::reachable)
        entry->trusted_until = std::min(entry->trusted_until, now);
}

bool Neighbors::remove(const wire::Address& address) {
    std::vector<Entry*> found;
    for (auto& [key, entry] : entries_)
        if (key.address == address) found.push_back(&entry);
    for (Entry* entry : found) {
        give_up_waiting(*entry, Reason::arp_failed);
        forget(*entry);
    }
    return !found.empty();
}

bool Neighbors::hear(const Heard& heard, Instant now) {
    now_ = std::max(now_, now);
    Entry* entry = find(heard.link, heard.address);
    if (!entry) {
        // RFC 826: the sender is added if we are the target.
        // Choice: only by a request; a reply nobody asked for creates nothing.
        if (!heard.is_for_us || heard.is_reply) return false;
        entry = &create({heard.link, heard.address}, now);
    }
    // RFC 826: the sender's hardware address is merged whatever the opcode.
    // Choice: another address than before, which we did not ask about, is taken but not trusted: the next packet
    // to this neighbour asks it.
    const bool was_asked = entry->is_asking && heard.is_reply && heard.is_for_us;
    const bool is_news = entry->state == NeighborState::incomplete || entry->state == NeighborState::failed;
    take_mac(*entry, heard.mac, was_asked || is_news || entry->mac == heard.mac, now);
    return true;
}

void Neighbors::take_mac(Entry& entry, const wire::MacAddress& mac, bool is_proof, Instant now) {
    entry.mac = mac;
    if (entry.state == NeighborState::failed) ++version_;
    entry.state = is_proof ? NeighborState::reachable : NeighborState::stale;
    entry.trusted_until = later(now, settings_.arp_reachable);
    entry.is_asking = false;
    entry.tries = 0;
    touch(entry, !entry.waiting.empty(), now);
    arm(entry, later(now, settings_.arp_expire));
    while (!entry.waiting.empty()) {
        ready_.push_back({entry.key.link, mac, entry.waiting.pop_front()});
        waiting_bytes_ -= ready_.back().packet.size();
    }
    entry.waiting.reset();
}

void Neighbors::fail(Entry& entry, Instant now) {
    give_up_waiting(entry, Reason::arp_failed);
    entry.state = NeighborState::failed;
    ++version_;
    entry.is_asking = false;
    arm(entry, later(now, settings_.arp_failed_for));
}

void Neighbors::give_up_waiting(Entry& entry, Reason reason) {
    while (!entry.waiting.empty()) {
        given_up_.push_back({reason, entry.waiting.pop_front()});
        waiting_bytes_ -= given_up_.back().packet.size();
    }
    entry.waiting.reset();
}

void Neighbors::on_due(Entry& entry, Instant now) {
    const bool is_stale = entry.state == NeighborState::stale;
    const std::uint32_t tries_most = settings_.arp_tries * (is_stale ? 2 : 1);
    if (entry.is_asking && entry.tries < tries_most) {
        ask(entry, now);
    } else if (entry.is_asking) {
        fail(entry, now);
    } else if (entry.state == NeighborState::failed) {
        forget(entry);  // whoever sends to it now asks anew
    } else if (const Instant expires = later(entry.touched, settings_.arp_expire); expires > now) {
        arm(entry, expires);
    } else {
        forget(entry);  // RFC 1122 2.3.2.1: entries that are out of date are flushed
    }
}

void Neighbors::on_time(Instant now) {
    now_ = std::max(now_, now);
    while (!by_due_.empty() && by_due_.begin()->due <= now) on_due(*by_due_.begin(), now);
}

Instant Neighbors::deadline() const { return by_due_.empty() ? never : by_due_.begin()->due; }

std::optional<Neighbors::Ask> Neighbors::next_ask() {
    if (asks_.empty()) return std::nullopt;
    return asks_.pop_front();
}

Neighbors::Ready Neighbors::next_ready() {
    Ready ready = ready_.pop_front();
    if (ready_.empty()) ready_.reset();
    return ready;
}

Neighbors::GivenUp Neighbors::next_given_up() {
    GivenUp given_up = given_up_.pop_front();
    if (given_up_.empty()) given_up_.reset();
    return given_up;
}

std::vector<NeighborView> Neighbors::views() const {
    std::vector<NeighborView> all;
    for (const auto& [key, entry] : entries_) {
        const bool is_old = entry.state == NeighborState::reachable && now_ >= entry.trusted_until;
        all.push_back({key.address, entry.mac, is_old ? NeighborState::stale : entry.state, key.link});
    }
    std::sort(all.begin(), all.end(), [](const NeighborView& a, const NeighborView& b) {
        return std::tie(a.link, a.address) < std::tie(b.link, b.address);
    });
    return all;
}

}  // namespace sluice::net
