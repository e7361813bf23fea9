// The addresses of the host (RFC 1122 3.2.1.3) and what may be done with each of them.
//
// Told: configuration, time, ARP packets of others. Answers: is this ours, is this a group, from where do we send;
// probes and announcements to send (RFC 5227).
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "base/ring.h"
#include "net/address_probe.h"
#include "wire/arp.h"

namespace sluice::net {

// Whether a host may have this address (RFC 1122 3.2.1.3).
bool is_for_a_host(const wire::Prefix& prefix);

class Addresses {
public:
    Addresses(const Settings& settings, Random random) : settings_(settings), random_(random) {}

    void add(LinkId link, const wire::Prefix& prefix, Instant now);
    void remove(const wire::Address& address);
    std::vector<AddressView> views() const;
    std::vector<Route> networks() const;  // of addresses that are not taken

    // A usable address of ours, or loopback.
    bool is_ours(const wire::Address& address) const;
    // Ours and answered for on this link by ARP.
    bool is_ours_on(LinkId link, const wire::Address& address) const;
    // Ours, or lost a moment ago: connections are still to be reset (RFC 5227 2.4).
    bool may_send_from(const wire::Address& address, Instant now) const;
    // Limited broadcast, or the broadcast address of one of our networks.
    bool is_broadcast(const wire::Address& address) const;
    bool is_group(const wire::Address& address) const {
        return address.is_multicast() || is_broadcast(address);
    }
    // Changes whenever an answer above may: what was found out before is to be asked again. Never 0.
    std::uint32_t version() const { return version_; }
    // The link `address` is a directed broadcast of, or belongs to as ours.
    std::optional<LinkId> link_of(const wire::Address& address) const;
    // RFC 1122 3.3.4.3: the address to send from on this link: on the network of `next_hop` if possible.
    std::optional<wire::Address> source_for(LinkId link, const wire::Address& next_hop) const;
    std::optional<LinkId> first_link() const;  // of a usable address

    // An ARP packet another station sent on this link.
    Conflict on_arp(LinkId link, const wire::ArpPacket& packet, Instant now);
    void on_time(Instant now);
    Instant deadline() const;

    struct Owed {
        LinkId link = 0;
        wire::Address address;
        ProbeSends kind = ProbeSends::nothing;
    };
    bool has_owed() const {
        for (const Own& own : own_)
            if (own.probe.has_owed()) return true;
        return false;
    }
    std::optional<Owed> next_owed();
    // Addresses that were in use and were given up.
    std::optional<wire::Address> next_lost();
    bool has_lost() const { return !lost_.empty(); }

private:
    struct Own {
        wire::Prefix prefix;
        LinkId link;
        AddressProbe probe;
        bool is_usable() const { return probe.state() == AddressState::usable; }
    };

    void change() { version_ = std::max(version_ + 1, 1U); }

    const Settings& settings_;
    Random random_;
    std::vector<Own> own_;
    Ring<wire::Address> lost_;
    std::uint32_t version_ = 1;
    std::uint32_t conflicts_ = 0;  // since an address was last taken into use without one
    Instant last_attempt_ = never;
};

}  // namespace sluice::net
