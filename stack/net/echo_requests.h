// The echo requests we sent and the replies to them (RFC 792, RFC 1122 3.2.2.6).
//
// Told: requests as they are sent, replies as they arrive. Answers: whether a reply was waited for, and the replies.
// Both are kept in bounded number; the oldest are forgotten.
#pragma once

#include <optional>

#include "base/ring.h"
#include "net/views.h"
#include "wire/icmp.h"
#include "wire/packet.h"

namespace sluice::net {

class EchoRequests {
public:
    explicit EchoRequests(std::uint32_t most) : most_(most) {}

    void on_sent(std::uint16_t identifier, std::uint16_t sequence) {
        if (sent_.size() >= most_) sent_.pop_front();
        sent_.push_back(wire::IcmpHeader::echo(identifier, sequence));
    }

    // RFC 1122 3.2.2.6: replies go to whoever asked. Reason::none if it is kept.
    // Choice: a second reply to one request is shown as well, as it tells of a duplicating path or of a group.
    Reason on_reply(const wire::PacketIn& packet, const wire::IcmpHeader& header, ChunkPool& pool);

    std::optional<EchoReply> next() {
        if (replies_.empty()) return std::nullopt;
        return replies_.pop_front();
    }

private:
    std::uint32_t most_;
    Ring<std::uint32_t> sent_;  // identifier and sequence
    Ring<EchoReply> replies_;
};

}  // namespace sluice::net
