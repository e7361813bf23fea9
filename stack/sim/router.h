// A router (RFC 1812): forwards IPv4 between its cables, resolves its neighbours with ARP, decrements TTL, fragments, and
// reports what it cannot deliver. It has no transports; it answers echo requests.
//
//   router_ports    who is on which cable: own addresses, ARP, packets waiting for it
//   router          what becomes of a packet
#pragma once

#include <optional>
#include <vector>

#include "sim/router_ports.h"

namespace sluice::sim {

struct RouterCounters {
    std::uint64_t forwarded = 0;
    std::uint64_t fragmented = 0;
    std::uint64_t bad_header = 0;
    std::uint64_t expired = 0;  // TTL
    std::uint64_t no_route = 0;
    std::uint64_t too_big = 0;      // and not to be fragmented
    std::uint64_t unreachable = 0;  // no answer to ARP
    std::uint64_t for_us = 0;
};

class Router final : public Node {
public:
    Router(std::string name, Agenda& agenda, ChunkPool& pool);

    void add_route(const wire::Prefix& destination, const wire::Address& gateway);
    const RouterCounters& counters() const { return counters_; }
    // Sends no ICMP errors: a black hole for packets that are too big.
    void set_silent(bool silent) { is_silent_ = silent; }

    void take(std::size_t port, Frame frame, Instant now) override;
    void plug(Link& link, Side side, const wire::Prefix& address) override {
        ports_.add(link, side, address);
    }
    wire::Address address(std::size_t port) const { return ports_.prefix(port).address; }

private:
    struct Route {
        wire::Prefix destination;
        wire::Address gateway;
    };
    struct Hop {
        std::size_t port = 0;
        wire::Address address;
    };

    void take_packet(std::size_t port, Slice packet, Instant now);
    void answer_echo(ByteView packet, const wire::Ipv4Header& ip, Instant now);
    void forward(std::size_t port, const Slice& packet, const wire::Ipv4Header& ip, Instant now);
    // Reports to the source of `packet`, which came in at `port`.
    void report(std::size_t port, ByteView packet, std::uint8_t type, std::uint8_t code, std::uint32_t rest,
                Instant now);
    void send_icmp(const wire::Address& from, const wire::Address& to, const wire::IcmpHeader& header,
                   ByteView body, Instant now);
    std::optional<Hop> hop_to(const wire::Address& destination) const;

    ChunkPool& pool_;
    RouterPorts ports_;
    std::vector<Route> routes_;
    RouterCounters counters_;
    bool is_silent_ = false;
};

}  // namespace sluice::sim
