#include "net/addresses.h"

#include <algorithm>

namespace sluice::net {
namespace {

// RFC 5227 2.4: how long connections on a lost address may still be reset.
constexpr Duration farewell = 1s;

}  // namespace

bool is_for_a_host(const wire::Prefix& prefix) {
    const wire::Address& address = prefix.address;
    return address.is_v4() && !address.is_unspecified() && !address.is_multicast() &&
           !address.is_limited_broadcast() && prefix.length <= 32;
}

void Addresses::add(LinkId link, const wire::Prefix& prefix, Instant now) {
    SLUICE_CHECK(is_for_a_host(prefix));
    remove(prefix.address);
    // RFC 5227 2.1.1: after MAX_CONFLICTS conflicts at most one attempt in RATE_LIMIT_INTERVAL.
    const bool slowed = conflicts_ >= settings_.conflicts_max && last_attempt_ != never;
    const Instant begins = slowed ? std::max(now, later(last_attempt_, settings_.conflict_interval)) : now;
    last_attempt_ = begins;
    change();
    own_.push_back({prefix, link, AddressProbe(settings_, random_.fork(random_.next()), begins, now)});
}

void Addresses::remove(const wire::Address& address) {
    std::erase_if(own_, [&](const Own& own) { return own.prefix.address == address; });
    change();
}

std::vector<AddressView> Addresses::views() const {
    std::vector<AddressView> all;
    for (const Own& own : own_)
        all.push_back({own.prefix, own.link, own.probe.state(), own.probe.conflicting()});
    return all;
}

std::vector<Route> Addresses::networks() const {
    std::vector<Route> all;
    for (const Own& own : own_)
        if (own.probe.state() != AddressState::taken) all.push_back({own.prefix, {}, own.link, 0});
    return all;
}

bool Addresses::is_ours(const wire::Address& address) const {
    for (const Own& own : own_)
        if (own.prefix.address == address) return own.is_usable();
    return address.is_loopback();
}

bool Addresses::is_ours_on(LinkId link, const wire::Address& address) const {
    for (const Own& own : own_)
        if (own.prefix.address == address) return own.link == link && own.is_usable();
    return false;
}

bool Addresses::may_send_from(const wire::Address& address, Instant now) const {
    for (const Own& own : own_)
        if (own.prefix.address == address)
            return own.is_usable() || (own.probe.lost_at() != never && now - own.probe.lost_at() < farewell);
    return address.is_loopback();
}

bool Addresses::is_broadcast(const wire::Address& address) const {
    return address.is_limited_broadcast() || std::any_of(own_.begin(), own_.end(), [&](const Own& own) {
               return own.prefix.is_broadcast(address);
           });
}

std::optional<LinkId> Addresses::link_of(const wire::Address& address) const {
    for (const Own& own : own_)
        if (own.prefix.address == address || own.prefix.is_broadcast(address)) return own.link;
    return std::nullopt;
}

std::optional<wire::Address> Addresses::source_for(LinkId link, const wire::Address& next_hop) const {
    const Own* any = nullptr;
    for (const Own& own : own_) {
        if (own.link != link || !own.is_usable()) continue;
        if (own.prefix.contains(next_hop)) return own.prefix.address;
        if (!any) any = &own;
    }
    return any ? std::optional(any->prefix.address) : std::nullopt;
}

std::optional<LinkId> Addresses::first_link() const {
    for (const Own& own : own_)
        if (own.is_usable()) return own.link;
    return std::nullopt;
}

Conflict Addresses::on_arp(LinkId link, const wire::ArpPacket& packet, Instant now) {
    for (Own& own : own_) {
        if (own.link != link) continue;
        // RFC 5227 2.1.1: a probe has a sender address of zero and the candidate as its target.
        const bool is_probe = packet.sender.is_unspecified() && packet.target == own.prefix.address &&
                              packet.operation == wire::arp_operation::request;
        if (packet.sender != own.prefix.address && !is_probe) continue;
        const Conflict conflict = own.probe.on_conflict(packet.sender_mac, is_probe, now);
        if (conflict == Conflict::taken) ++conflicts_;
        change();
        if (conflict == Conflict::lost) lost_.push_back(own.prefix.address);
        return conflict;
    }
    return Conflict::none;
}

void Addresses::on_time(Instant now) {
    for (Own& own : own_) {
        const bool was_usable = own.is_usable();
        own.probe.on_time(now);
        if (was_usable || !own.is_usable()) continue;
        conflicts_ = 0;
        change();
    }
}

Instant Addresses::deadline() const {
    Instant first = never;
    for (const Own& own : own_) first = std::min(first, own.probe.deadline());
    return first;
}

std::optional<Addresses::Owed> Addresses::next_owed() {
    for (Own& own : own_) {
        const ProbeSends kind = own.probe.take_owed();
        if (kind != ProbeSends::nothing) return Owed{own.link, own.prefix.address, kind};
    }
    return std::nullopt;
}

std::optional<wire::Address> Addresses::next_lost() {
    if (lost_.empty()) return std::nullopt;
    return lost_.pop_front();
}

}  // namespace sluice::net
