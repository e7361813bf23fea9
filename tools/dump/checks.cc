#include "tools/dump/checks.h"

#include <fmt/format.h>

#include "base/trace_record.h"

namespace sluice::dump {
namespace {

bool is_after(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0; }

}  // namespace

void Checks::offend(std::uint64_t frame_number, const std::string& text) {
    if (offences_.size() < offences_most)
        offences_.push_back(fmt::format("frame {}: {}", frame_number, text));
}

void Checks::take(std::uint64_t frame_number, const common::Layers& layers) {
    if (!layers.tcp) return;
    const common::TcpShown& tcp = *layers.tcp;
    const wire::Endpoint from{layers.ip->source, tcp.source_port},
        to{layers.ip->destination, tcp.destination_port};
    const auto has = [&](std::uint8_t bit) { return (tcp.flags & bit) != 0; };
    ++segments_;
    if (!has(flag::ack) && !has(flag::syn) && !has(flag::rst))
        offend(frame_number, "no ACK after the first segment");
    if (has(flag::syn) && has(flag::fin)) offend(frame_number, "SYN and FIN together");

    if (sent_.size() >= directions_most) sent_.clear();  // Judged less from here on.
    Sent& sent = sent_[{from, to}];
    // An old pair of ports may open again: then the other end has nothing to acknowledge yet.
    const bool opens = has(flag::syn) && !has(flag::ack);
    if (opens && !(sent.has_syn && sent.syn == tcp.sequence)) {
        ++openings_;
        sent_.erase({to, from});
        sent = {};
    }
    if (has(flag::syn) && sent.has_syn && sent.syn != tcp.sequence)
        offend(frame_number, "a second SYN with another number");
    if (has(flag::syn)) sent = {true, tcp.sequence, sent.has_syn ? sent.end : tcp.sequence + 1};
    const std::uint32_t taken = static_cast<std::uint32_t>(layers.payload.size()) + (has(flag::syn) ? 1 : 0) +
                                (has(flag::fin) ? 1 : 0);
    if (sent.has_syn && is_after(tcp.sequence + taken, sent.end)) sent.end = tcp.sequence + taken;

    const auto other = sent_.find({to, from});
    if (has(flag::ack) && !has(flag::rst) && other != sent_.end() && other->second.has_syn &&
        is_after(tcp.acknowledgment, other->second.end))
        offend(frame_number, "acknowledges more than was sent");
}

std::string Checks::summary() const {
    return fmt::format("{} segments of {} openings: {}", segments_, openings_,
                       offences_.empty() ? "ACK on all but the first, SYN only in the handshake, no number "
                                           "acknowledged before it was used"
                                         : fmt::format("{} offences", offences_.size()));
}

}  // namespace sluice::dump
