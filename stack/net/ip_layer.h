// The host below its transports: ARP, IPv4, ICMP, routes and addresses of every link. Knows no TCP.
//
// Told: frames, time, packets to send. Answers: packets for a transport, failures of packets sent earlier, frames to
// send, when it wants to be woken. The way in only records debts (an ARP reply, an echo reply); next_frame pays them.
// RFC 826, 5227, 791, 792, 815, 1122 section 3, 6864.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/counters.h"
#include "base/link.h"
#include "base/random.h"
#include "base/time.h"
#include "base/trace.h"
#include "net/settings.h"
#include "net/views.h"
#include "wire/packet.h"

namespace sluice::net {

// What became of a packet handed to send().
enum class Sent : std::uint8_t {
    frame,    // `frame` is filled: give it to the device
    kept,     // waits for ARP, or was cut into fragments: next_frame will bring it
    looped,   // for ourselves: next_looped will bring it
    dropped,  // counted under a reason
};

class IpLayer {
public:
    IpLayer(const Settings& settings, Random random, ChunkPool& pool, Counters& counters, Trace& trace);
    ~IpLayer();
    IpLayer(const IpLayer&) = delete;
    IpLayer& operator=(const IpLayer&) = delete;

    // --- configuration
    LinkId attach(wire::MacAddress mac, const LinkCapabilities& capabilities);
    const LinkCapabilities& capabilities(LinkId link) const;
    wire::MacAddress mac(LinkId link) const;
    // The link carries packets of this many octets from now on; at least 68.
    void set_mtu(LinkId link, std::uint32_t mtu);
    // Adds an address; with probe_addresses it becomes usable after RFC 5227's probes, else at once (announced).
    void add_address(LinkId link, wire::Prefix prefix, Instant now);
    void remove_address(wire::Address address);
    void add_route(const Route& route);  // replaces one with the same destination and metric
    bool remove_route(const wire::Prefix& destination);
    std::vector<Route> routes() const;  // with the on-link routes of the addresses
    std::vector<AddressView> addresses() const;
    std::vector<NeighborView> neighbors() const;
    // Forgets what ARP learned of an address; the next packet asks anew. False: nothing was known.
    bool remove_neighbor(const wire::Address& address, Instant now);
    std::expected<NextHop, wire::DeliveryError> next_hop_to(const wire::Address& remote) const;
    bool is_ours(const wire::Address& address) const;   // a usable unicast address of ours (or loopback)
    bool is_group(const wire::Address& address) const;  // multicast, limited or a directed broadcast of ours

    // --- in
    using Arrival = std::variant<std::monostate, wire::PacketIn, wire::DeliveryFailed>;
    Arrival receive(LinkId link, FrameIn frame, std::uint32_t frame_number, Instant now);
    // The usual case of it, to be asked first: a packet like the last one for a transport. False: `frame` is untouched.
    bool receive_familiar(LinkId link, FrameIn& frame, std::uint32_t frame_number, Instant now,
                          wire::PacketIn& packet);
    void on_time(Instant now);
    // Failures found while time passed (ARP without answer, reassembly...). Until empty.
    bool has_news() const;  // for one of the next_ calls about failures, lost addresses and ICMP
    std::optional<wire::DeliveryFailed> next_failure();
    std::optional<wire::PacketIn> next_looped();
    std::optional<EchoReply> next_echo_reply();
    // For raw sockets: from now on, or no longer, a copy of each valid ICMP message is kept for next_icmp(). Until empty.
    void keep_icmp(bool wanted);
    std::optional<wire::PacketIn> next_icmp();

    // --- out
    // The way to `remote`; `source` may be fixed by the caller (unspecified: choose, RFC 1122 3.3.4.3).
    std::expected<wire::Path, wire::DeliveryError> path_to(const wire::Address& remote,
                                                           const wire::Address& source) const;
    Sent send(wire::PacketOut& packet, FrameOut& frame, Instant now);
    // Pays one debt of ours. False: nothing owed.
    bool next_frame(FrameOut& frame, Instant now);
    // Nothing is owed, nothing was sent to ourselves, and there is no news.
    bool is_idle() const;
    Instant next_deadline() const;
    // A transport doubts the way to `remote`: whoever is next on it is asked again before it is trusted (RFC 1122
    // 3.3.1.4, RFC 9293 3.8.3 [MUST-20]).
    void doubt(const wire::Address& remote, Instant now);
    // A transport learned how large packets to `remote` may be (RFC 1191 6.2).
    void note_path_mtu(const wire::Address& remote, std::uint32_t mtu, Instant now);
    // Addresses that were in use and were given up to another host: their connections are to be reset, which is
    // possible for one more second (RFC 5227 2.4). Until empty.
    std::optional<wire::Address> next_lost_address();
    // The transport had no use for this packet: counted here, as udp_no_listener or ip_unknown_protocol; an ICMP
    // unreachable may be owed (RFC 1122 3.2.2.1).
    void refuse_port(const wire::PacketIn& packet, Instant now);
    void refuse_protocol(const wire::PacketIn& packet, Instant now);
    // False with a reason: no route, or data too long (at most 65507 octets).
    std::expected<void, wire::DeliveryError> send_echo_request(const wire::Address& to,
                                                               std::uint16_t identifier,
                                                               std::uint16_t sequence, ByteView data,
                                                               bool dont_fragment, std::uint8_t hop_limit,
                                                               Instant now);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace sluice::net
