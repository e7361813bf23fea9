// The ICMP messages we owe: echo replies and errors about packets we could not take (RFC 792, RFC 1122 3.2.2).
//
// Told: requests and problems. Answers: why nothing is owed, and the replies, one by one, when there is room to send.
// Both kinds are limited in rate (RFC 1812 4.3.2.8) and in number.
#pragma once

#include "base/reason.h"
#include "base/ring.h"
#include "base/time.h"
#include "net/settings.h"
#include "net/token_bucket.h"
#include "wire/icmp.h"
#include "wire/packet.h"

namespace sluice::net {

struct Problem {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint32_t rest = 0;
    Slice about;              // the packet, from its IPv4 header on
    bool to_group = false;    // it came to a group, by IP or by link
    bool is_transit = false;  // it was for somebody else
};

class IcmpReplies {
public:
    explicit IcmpReplies(const Settings& settings);

    // A valid echo request. Reason::none if a reply is owed.
    Reason owe_echo(const wire::PacketIn& request, const wire::IcmpHeader& header, Instant now);
    // Reason::none also where RFC 1122 3.2.2 forbids an error.
    Reason owe_error(const Problem& problem, Instant now);

    // The oldest reply, as a packet. False: none.
    bool next(wire::PacketOut& packet);
    bool has_owed() const { return !owed_.empty(); }

private:
    struct Reply {
        wire::Address source;
        wire::Address destination;
        std::uint8_t traffic_class = 0;
        bool dont_fragment = false;
        wire::IcmpHeader header;
        Slice body;
    };
    Reason owe(TokenBucket& bucket, Reply reply, Instant now);

    const Settings& settings_;
    TokenBucket errors_;
    TokenBucket echoes_;
    Ring<Reply> owed_;
};

// Fills `packet` with an ICMP message; the checksum is complete.
void write_icmp_packet(wire::PacketOut& packet, const wire::IcmpHeader& header, Slice body);

}  // namespace sluice::net
