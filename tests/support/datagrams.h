// One Stack whose only neighbour is the test, for datagrams: frames are built and read by libtins, so that our codec never
// judges itself. Time stands still unless a test moves it.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "stack.h"
#include "support/frames.h"

namespace sluice::test {

inline constexpr const char* stack_ip = "192.0.2.2";
inline constexpr const char* neighbor_ip = "192.0.2.1";
inline constexpr const char* other_ip = "192.0.2.3";

wire::Address ip(const std::string& text);
wire::Endpoint at(const std::string& address, std::uint16_t port);
Octets octets_of(const std::string& text);
std::string text_of_octets(ByteView octets);

// What the test sends.
struct UdpFields {
    std::string source = neighbor_ip;
    std::string destination = stack_ip;
    std::uint16_t source_port = 4000;
    std::uint16_t destination_port = 7;
    std::uint8_t hop_limit = 64;
    std::uint8_t traffic_class = 0;
    std::string to_mac = own_mac;
};

// What the stack sent.
struct SeenPacket {
    std::string source, destination, to_mac;
    std::uint8_t protocol = 0, hop_limit = 0, traffic_class = 0;
    std::uint16_t identification = 0;
    bool dont_fragment = false, more = false;
    std::uint32_t offset = 0;
    Octets payload;  // of IP
    std::uint16_t u16(std::size_t at) const {
        return static_cast<std::uint16_t>(payload.at(at) << 8U | payload.at(at + 1));
    }
    // Of UDP.
    std::uint16_t source_port() const { return u16(0); }
    std::uint16_t destination_port() const { return u16(2); }
    std::string text() const { return text_of_octets(ByteView(payload).subspan(8)); }
    bool checksum_is_right = false;
};

class DatagramLab {
public:
    explicit DatagramLab(const std::function<void(StackConfig&)>& change = {},
                         const LinkCapabilities& link = {});

    UdpSocket open(std::uint16_t port, UdpOptions options = {}, const std::string& address = "0.0.0.0");

    void receives(Octets frame, bool checksum_good = false);
    void receives_udp(const std::string& text, const UdpFields& fields = {});
    // The quote is of what the stack sent: all of it, or its beginning.
    void receives_error(std::uint8_t type, std::uint8_t code, const SeenPacket& about, std::uint16_t mtu = 0,
                        const std::string& reporter = neighbor_ip);
    // Everything the stack sends now, ARP answered by the neighbour.
    std::vector<SeenPacket> sent();
    SeenPacket sends_one();
    void after(Duration time);
    std::uint64_t drops(Reason reason) const { return stack.counters().drops(reason); }

    Instant now{100s};
    Stack stack;
    LinkId link = 0;

private:
    void answer_arp(const Seen& request);
};

Octets udp_frame(const std::string& text, const UdpFields& fields = {});
// Any packet of IP.
Octets ip_frame_of(std::uint8_t protocol, const Octets& payload, const UdpFields& fields = {});
// The text of the next datagram; "-" if there is none.
std::string next_text(DatagramSocket& socket);

}  // namespace sluice::test
