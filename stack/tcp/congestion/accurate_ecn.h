// Accurate ECN (RFC 9768): each end counts the marks it receives and tells the other on every segment, in the three bits of the
// ACE field and, where there is room, in an option. Owns both ends' counts for one connection.
#pragma once

#include <cstdint>
#include <optional>

#include "tcp/ecn_bits.h"

namespace sluice::tcp {

class AccurateEcn {
public:
    // --- receiving
    // Packets that passed the checks, SYNs excepted, with their octets of text (3.2.1).
    void on_packets(std::uint8_t code_point, std::uint32_t packets, std::uint32_t octets);
    // 3.2.2.1: the SYN,ACK came with this code point; the next bare ACK tells it.
    void on_syn_ack(std::uint8_t code_point);
    // The field for a segment without SYN [R9768-7] [R9768-8].
    std::uint8_t field(bool is_bare) const {
        return handshake_field_ && is_bare ? *handshake_field_ : static_cast<std::uint8_t>(ce_packets_ % 8);
    }
    // The option for a segment, at most `fields` counters in it [R9768-11].
    wire::AccurateEcnOption option(std::uint8_t fields) const;
    // A segment left.
    void on_sent() {
        handshake_field_.reset();
        unreported_ = 0;
    }
    // 3.2.2.5: an acknowledgment is due at once when marks begin, and on every second one.
    bool is_ack_due() const { return is_first_mark_ || unreported_ >= 2; }

    // --- sending
    // 3.2.2.1: the first acknowledgment of our SYN,ACK [R9768-9].
    void on_third(std::uint8_t field);
    // The peer's counts on a later one that acknowledges so many packets. Answers the packets newly known to be marked.
    std::uint32_t on_feedback(std::uint8_t field, const std::optional<wire::AccurateEcnOption>& option,
                              std::uint32_t acknowledged);
    // New data may be ECN-capable.
    bool may_mark() const { return !is_feedback_void_; }
    std::uint32_t delivered_marked() const { return delivered_marked_; }

private:
    // 3.2.1 [R9768-6].
    std::uint32_t ce_packets_ = 5;
    std::uint32_t ce_octets_ = 0;
    std::uint32_t ect_0_octets_ = 1;
    std::uint32_t ect_1_octets_ = 1;
    std::optional<std::uint8_t> handshake_field_;
    std::uint32_t unreported_ = 0;  // marks since the last segment left
    bool was_marked_ = false;
    bool is_first_mark_ = false;

    std::uint32_t peer_ce_packets_ = 5;  // as the peer told
    std::uint32_t peer_ce_octets_ = 0;
    std::uint32_t delivered_marked_ = 0;
    bool is_feedback_void_ = false;
};

}  // namespace sluice::tcp
