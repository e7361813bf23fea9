// The cables of a router: its addresses on them, its neighbours (RFC 826), and packets waiting to learn a neighbour's
// hardware address.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "sim/link.h"
#include "wire/arp.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

namespace sluice::sim {

class RouterPorts final : public Actor {
public:
    using Unreachable = std::function<void(Slice packet, Instant now)>;
    RouterPorts(Agenda& agenda, ChunkPool& pool, Unreachable unreachable)
        : agenda_(agenda), pool_(pool), unreachable_(std::move(unreachable)) {}

    void add(Link& link, Side side, const wire::Prefix& prefix);
    std::size_t size() const { return ports_.size(); }
    const wire::Prefix& prefix(std::size_t port) const { return ports_.at(port).prefix; }
    wire::MacAddress mac(std::size_t port) const { return ports_.at(port).mac; }
    std::uint32_t mtu(std::size_t port) const { return ports_.at(port).link->options().mtu; }
    bool is_ours(const wire::Address& address) const;

    void take_arp(std::size_t port, ByteView octets, Instant now);
    // To a neighbour; waits for its hardware address if it must.
    void send(std::size_t port, const wire::Address& neighbor, Slice packet, Instant now);
    void on_event(std::uint32_t what, Instant now) override;

private:
    struct Port {
        Link* link;
        Side side;
        wire::MacAddress mac;
        wire::Prefix prefix;
    };
    struct Asked {
        std::size_t port = 0;
        wire::Address address;
        std::deque<Slice> waiting;
        int tries = 0;
    };
    static constexpr std::size_t waiting_max = 16;
    static constexpr int tries_max = 3;

    void ask(std::uint32_t number, Instant now);
    void emit(std::size_t port, const wire::MacAddress& to, std::uint16_t type, ByteView octets, Instant now);

    Agenda& agenda_;
    ChunkPool& pool_;
    Unreachable unreachable_;
    std::vector<Port> ports_;
    std::map<wire::Address, wire::MacAddress> neighbors_;
    std::map<std::uint32_t, Asked> asked_;  // by the number of the agenda's entry
    std::uint32_t numbers_ = 0;
};

}  // namespace sluice::sim
