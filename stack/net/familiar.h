// The headers of the last packet that was judged good: packets of a flow come in a row. One that differs from it only in
// what each packet has of its own (length, identification, DF, TTL, traffic class, checksum) is judged by these alone.
//
// Told: a unicast packet that was judged good, whole and without IP options. Answers: is this one like it? That holds
// while our addresses stay the same; their version tells.
#pragma once

#include <cstdint>
#include <cstring>

#include "net/addresses.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"

namespace sluice::net {

class Familiar {
public:
    void remember(LinkId link, ByteView frame, const wire::Ipv4Header& header, const Addresses& addresses) {
        link_ = link;
        begin_ = word(frame, 0);
        middle_ = word(frame, middle_at);
        ends_ = word(frame, ends_at);
        protocol_ = header.protocol;
        source_ = header.source;
        destination_ = header.destination;
        version_ = addresses.version();
    }
    // What is left to judge is length and checksum of its IPv4 header.
    bool is_like_last(LinkId link, ByteView frame, const Addresses& addresses) const {
        if (frame.size() < wire::ethernet_header_length + wire::ipv4_header_least) return false;
        if (version_ != addresses.version() || link_ != link || frame[protocol_at] != protocol_) return false;
        const bool is_fragment = ((frame[fragment_at] & 0x3fU) | frame[fragment_at + 1]) != 0;
        return !is_fragment && ((word(frame, 0) ^ begin_) | (word(frame, middle_at) ^ middle_) |
                                (word(frame, ends_at) ^ ends_)) == 0;
    }
    std::uint8_t protocol() const { return protocol_; }
    const wire::Address& source() const { return source_; }
    const wire::Address& destination() const { return destination_; }

private:
    static constexpr std::size_t middle_at = wire::ethernet_header_length + 1 - 8;  // ends with the version
    static constexpr std::size_t fragment_at = wire::ethernet_header_length + 6;
    static constexpr std::size_t protocol_at = wire::ethernet_header_length + 9;
    static constexpr std::size_t ends_at = wire::ethernet_header_length + 12;

    static std::uint64_t word(ByteView frame, std::size_t at) {
        std::uint64_t octets = 0;
        std::memcpy(&octets, frame.data() + at, sizeof octets);
        return octets;
    }

    std::uint64_t begin_ = 0;
    std::uint64_t middle_ = 0;
    std::uint64_t ends_ = 0;  // both addresses
    wire::Address source_;
    wire::Address destination_;
    std::uint32_t version_ = 0;  // of the addresses; 0: nothing is known yet
    LinkId link_ = 0;
    std::uint8_t protocol_ = 0;
};

}  // namespace sluice::net
