#include "tcp/congestion/accurate_ecn.h"

namespace sluice::tcp {
namespace {

constexpr std::uint32_t field_mask = 0xffffff;  // RFC 9768 3.2.3.1 [R9768-11]: the low 24 bits
constexpr std::uint32_t ace_values = 8;

// RFC 9768 A.2.1: the field counts modulo 8. Where more packets were acknowledged than it can tell apart, and no option
// says more, the largest number that fits is believed.
std::uint32_t largest_fitting(std::uint32_t told, std::uint32_t acknowledged) {
    if (acknowledged < ace_values) return told;
    return acknowledged - (acknowledged - told) % ace_values;
}

}  // namespace

void AccurateEcn::on_packets(std::uint8_t code_point, std::uint32_t packets, std::uint32_t octets) {
    code_point &= ecn::mask;
    const bool is_marked = code_point == ecn::ce;
    is_first_mark_ = is_marked && !was_marked_;
    was_marked_ = is_marked;
    if (code_point == ecn::ect_0) ect_0_octets_ += octets;
    if (code_point == ecn::ect_1) ect_1_octets_ += octets;
    if (!is_marked) return;
    ce_packets_ += packets;
    ce_octets_ += octets;
    unreported_ += packets;
}

void AccurateEcn::on_syn_ack(std::uint8_t code_point) {
    handshake_field_ = ace::telling(code_point);
    if ((code_point & ecn::mask) == ecn::ce) ce_packets_ = 6;
}

wire::AccurateEcnOption AccurateEcn::option(std::uint8_t fields) const {
    wire::AccurateEcnOption option;
    if (fields >= 1) option.ect_0 = ect_0_octets_ & field_mask;
    if (fields >= 2) option.ce = ce_octets_ & field_mask;
    if (fields >= 3) option.ect_1 = ect_1_octets_ & field_mask;
    return option;
}

void AccurateEcn::on_third(std::uint8_t field) {
    is_feedback_void_ = field == 0;
    if (field == 0b110) peer_ce_packets_ = 6;
}

std::uint32_t AccurateEcn::on_feedback(std::uint8_t field,
                                       const std::optional<wire::AccurateEcnOption>& option,
                                       std::uint32_t acknowledged) {
    if (is_feedback_void_) return 0;
    const std::uint32_t told = (field - peer_ce_packets_) % ace_values;
    std::uint32_t marked = told;
    if (option && option->ce) {
        // Octets tell whether the field went round: no octet, no more packets than it says.
        const std::uint32_t octets = (*option->ce - peer_ce_octets_) & field_mask;
        peer_ce_octets_ = *option->ce;
        if (octets > 0) marked = largest_fitting(told, acknowledged);
    } else {
        marked = largest_fitting(told, acknowledged);
    }
    peer_ce_packets_ += marked;
    delivered_marked_ += marked;
    return marked;
}

}  // namespace sluice::tcp
