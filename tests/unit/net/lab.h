// An IpLayer on an imagined link: the test is the rest of the network. Frames are built and read by libtins, so that
// our codec never judges itself. Time stands still unless a test moves it.
#pragma once

#include <doctest/doctest.h>
#include <tins/tins.h>

#include <string>
#include <vector>

#include "base/chunk.h"
#include "net/ip_layer.h"

namespace sluice::net::test {

using Octets = std::vector<std::uint8_t>;

inline constexpr const char* our_mac = "02:00:00:00:00:01";
inline constexpr const char* peer_mac = "02:00:00:00:00:02";
inline constexpr const char* other_mac = "02:00:00:00:00:03";
inline constexpr const char* all_macs = "ff:ff:ff:ff:ff:ff";
inline constexpr const char* no_mac = "00:00:00:00:00:00";
inline constexpr const char* our_ip = "192.0.2.2";
inline constexpr const char* peer_ip = "192.0.2.1";
inline constexpr const char* other_ip = "192.0.2.3";
inline constexpr const char* far_ip = "198.51.100.7";
inline constexpr std::uint32_t ethernet = 14;

wire::Address ip(const std::string& text);
wire::MacAddress mac(const std::string& text);

struct LabOptions {
    Settings settings = unprobed();
    LinkCapabilities link = {};
    bool with_address = true;  // ours, usable at once; its announcements are taken off
    static Settings unprobed() {
        Settings settings;
        settings.probe_addresses = false;
        settings.announce_count = 1;
        return settings;
    }
};

class Lab {
public:
    explicit Lab(LabOptions options = {});

    // A frame arrives.
    IpLayer::Arrival receive(const Octets& frame, bool checksum_good = false);
    IpLayer::Arrival receive(Tins::PDU& frame) { return receive(frame.serialize()); }
    // The peer's answer to our question where it is.
    void meet(const std::string& address = peer_ip, const std::string& mac_text = peer_mac);

    // Everything owed, as octets; each frame taken once.
    std::vector<Octets> frames();
    // Exactly one frame is owed: this.
    Octets frame();
    bool is_silent() { return frames().empty(); }

    // Time moves on, waking the layer at each of its deadlines.
    void after(Duration time);
    // A packet of ours; what is to be sent at once is in sent(), the rest comes with frames().
    Sent send(const std::string& to, const Octets& data, bool dont_fragment = true,
              std::uint8_t protocol = 253);
    Sent send(wire::PacketOut& packet);

    std::uint64_t drops(Reason reason) const { return counters.drops(reason); }
    std::uint64_t all_drops() const;
    Slice slice(const Octets& octets) { return pool.copy(octets); }
    const NeighborView* neighbor(const std::string& address);

    ChunkPool pool;
    Counters counters;
    Trace trace{TraceMode::tail, 256};
    Instant now{100s};
    IpLayer layer;
    LinkId link = 0;
    std::vector<Octets> sent;  // by send() at once
    FrameOut out;

private:
    std::vector<NeighborView> neighbors_;
};

Octets octets_of(const FrameOut& frame);

// --- building
Tins::EthernetII ethernet_frame(const std::string& to = our_mac, const std::string& from = peer_mac);
// An IPv4 packet with `data` as its payload, as libtins makes it.
struct IpFields {
    std::string source = peer_ip;
    std::string destination = our_ip;
    std::uint8_t protocol = 253;
    std::uint8_t ttl = 64;
    std::uint16_t id = 0;
    bool dont_fragment = false;
    bool more = false;
    std::uint32_t offset = 0;  // octets
    std::string to_mac = our_mac;
    std::string from_mac = peer_mac;
    Octets options = {};  // a multiple of 4; put in behind libtins's header
};
Octets ip_frame(const IpFields& fields, const Octets& data);
Octets arp_frame(std::uint16_t operation, const std::string& sender_ip, const std::string& sender_mac,
                 const std::string& target_ip, const std::string& target_mac = no_mac,
                 const std::string& to_mac = all_macs);
Octets echo_frame(std::size_t data_size, const IpFields& fields = {}, std::uint16_t id = 7,
                  std::uint16_t sequence = 1);
Octets icmp_frame(std::uint8_t type, std::uint8_t code, std::uint32_t rest, const Octets& body,
                  const IpFields& fields = {});
// Octets 0, 1, 2 ... as payload that shows when it is misplaced.
Octets pattern(std::size_t size, std::uint8_t first = 0);
Octets slice_of(const Octets& octets, std::size_t begin, std::size_t end);
// Computes the header checksum of the IPv4 packet in a frame anew.
void mend(Octets& frame);
std::uint16_t u16_at(const Octets& octets, std::size_t at);
Octets from_view(ByteView view);

// --- reading
struct Arp {
    std::string to, from, sender_ip, sender_mac, target_ip, target_mac;
    std::uint16_t operation = 0;
};
Arp read_arp(const Octets& frame);
bool is_arp(const Octets& frame);
// Checks lengths and the IPv4 header checksum; the test fails if libtins cannot read it.
struct Ip {
    std::string source, destination, to_mac, from_mac;
    std::uint8_t protocol = 0, ttl = 0, tos = 0;
    std::uint16_t id = 0;
    bool dont_fragment = false, more = false;
    std::uint32_t offset = 0;
    Octets data;
};
Ip read_ip(const Octets& frame);
struct Icmp {
    Ip ip;
    std::uint8_t type = 0, code = 0;
    std::uint32_t rest = 0;
    Octets body;
};
Icmp read_icmp(const Octets& frame);

}  // namespace sluice::net::test
