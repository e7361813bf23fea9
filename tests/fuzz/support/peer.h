// The other host, as fuzz programs need it. It keeps no connections of its own: it remembers what the stack said last on
// each pair of ports, so that a program can answer sensibly, or nearly so.
//
// Told: every frame the stack sends. It judges them: lengths, checksums, and that each octet of a stream is the one
// that was written at its place. Answers: frames with good checksums, and replies to ARP.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/link.h"
#include "wire/address.h"
#include "wire/tcp.h"

namespace sluice::fuzz {

using Octets = std::vector<std::uint8_t>;

inline constexpr wire::Address stack_address = wire::Address::v4(192, 0, 2, 2);
inline constexpr wire::Address peer_address = wire::Address::v4(192, 0, 2, 1);
inline constexpr wire::MacAddress stack_mac{{2, 0, 0, 0, 0, 2}};
inline constexpr wire::MacAddress peer_mac{{2, 0, 0, 0, 0, 1}};

// What an application writes: octet `index` of the stream between two ports.
std::uint8_t written_octet(std::uint16_t stack_port, std::uint16_t peer_port, std::uint64_t index);

// What the stack said last.
struct Flow {
    std::optional<std::uint32_t> iss;       // of its newest SYN
    std::uint32_t end = 0;                  // behind the last octet it sent
    std::uint32_t wanted = 0;               // what it acknowledged: our next number
    std::optional<std::uint32_t> ts_value;  // its clock
    std::optional<wire::FastOpenCookie> cookie;
};

class Peer {
public:
    explicit Peer(const LinkCapabilities& link) : link_(link) {}

    // Judges and remembers. A reply, if the frame asks for our address.
    std::optional<Octets> on_frame(const FrameOut& frame);
    Flow& flow(std::uint16_t stack_port, std::uint16_t peer_port) { return flows_[{stack_port, peer_port}]; }
    // An IPv4 packet the stack sent not long ago; empty if there was none.
    Octets sent_packet(std::size_t choice) const;

    static Octets arp_frame(std::uint16_t operation, const wire::MacAddress& mac, const wire::Address& sender,
                            const wire::Address& target);
    static Octets tcp_frame(const wire::TcpHeader& header, ByteView text);
    static Octets ip_frame(std::uint8_t protocol, ByteView payload);
    // Makes the checksums of a frame good, as far as it is IPv4 and TCP at all.
    static void mend(Octets& frame);

private:
    void on_tcp(ByteView segment, const FrameOut& frame);

    LinkCapabilities link_;
    std::map<std::pair<std::uint16_t, std::uint16_t>, Flow> flows_;
    std::vector<Octets> sent_;
    std::size_t sent_count_ = 0;
};

}  // namespace sluice::fuzz
