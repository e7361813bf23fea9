#include "net/echo_requests.h"

#include "net/fragments.h"

namespace sluice::net {

Reason EchoRequests::on_reply(const wire::PacketIn& packet, const wire::IcmpHeader& header, ChunkPool& pool) {
    bool was_sent = false;
    for (std::uint32_t i = sent_.size(); i-- > 0 && !was_sent;) was_sent = sent_[i] == header.rest;
    if (!was_sent) return Reason::icmp_unmatched;
    if (replies_.size() >= most_) return Reason::reply_queue_full;
    const Slice data = compact(pool, packet.payload.from(wire::icmp_header_length));
    replies_.push_back({packet.source, header.identifier(), header.sequence(), packet.hop_limit, data});
    return Reason::none;
}

}  // namespace sluice::net
