#include "tcp/opening/agree.h"

#include <algorithm>

#include "tcp/ecn_bits.h"

namespace sluice::tcp {
namespace {

constexpr std::uint32_t headers = 40;          // IPv4 and TCP without options (RFC 9293 3.7.1)
constexpr std::uint8_t window_shift_max = 14;  // RFC 7323 2.3

std::uint16_t bounded(std::uint32_t mss, std::uint16_t bound) {
    if (bound != 0) mss = std::min<std::uint32_t>(mss, bound);
    return static_cast<std::uint16_t>(std::min(mss, 65535U));
}

// RFC 9768 3.1.1 [R9768-12]: who offers SACK with it knows D-SACK too.
bool offers_accurate_ecn(const Settings& settings) {
    return settings.ecn == EcnUse::accurate && (!settings.sack || settings.dsack);
}

}  // namespace

ReceiveLimits receive_limits(const Settings& settings, const Options& options, const wire::Path& path) {
    if (options.receive_buffer != 0) return {options.receive_buffer, options.receive_buffer, 0};
    ReceiveLimits limits{settings.receive_buffer,
                         std::max(settings.receive_buffer, settings.receive_buffer_max), 0};
    limits.link = static_cast<std::uint32_t>(std::min<std::uint64_t>(path.receive_queue_bytes, UINT32_MAX));
    return limits;
}

Offer offer_for(const Settings& settings, const wire::Path& path, std::uint32_t receive_buffer,
                std::uint16_t mss_bound) {
    Offer offer;
    // RFC 9293 3.7.1 [MUST-67]: not above what IP can reassemble, less the TCP header.
    const std::uint32_t largest = std::min(path.mtu, path.reassembly_bytes);
    offer.mss = bounded(std::min(largest - headers, settings.mss_max), mss_bound);
    offer.timestamps = settings.timestamps;
    if (settings.ecn == EcnUse::on || settings.ecn == EcnUse::accurate)
        offer.ecn = offers_accurate_ecn(settings) ? EcnMode::accurate : EcnMode::classic;
    offer.sack = settings.sack;
    offer.order = settings.syn_options;
    offer.window_scaling = settings.window_scaling;
    if (offer.window_scaling) offer.window_shift = static_cast<std::uint8_t>(settings.window_shift_least);
    while (offer.window_scaling && offer.window_shift < window_shift_max &&
           (receive_buffer >> offer.window_shift) > 65535)
        ++offer.window_shift;
    return offer;
}

wire::TcpOptions options_of(const Offer& offer, const wire::TcpOptions* peer) {
    wire::TcpOptions options;
    options.order = offer.order;
    options.mss = offer.mss;  // [MAY-3]: always, also when it is the default
    // RFC 7323 2.2, 3.2: a SYN,ACK carries these only if the SYN did.
    if (offer.window_scaling && (!peer || peer->window_shift)) options.window_shift = offer.window_shift;
    if (offer.timestamps && (!peer || peer->timestamps)) options.timestamps = wire::Timestamps{};
    options.sack_permitted = offer.sack && (!peer || peer->sack_permitted);  // RFC 2018 2
    return options;
}

Agreed agree(const Offer& offer, const wire::TcpOptions& peer, const Settings& settings,
             const wire::Path& path, std::uint16_t mss_bound) {
    Agreed agreed;
    // RFC 9293 3.7.1 [MUST-15]: no MSS option means 536. [MUST-16]: and never more than the path carries.
    const std::uint32_t announced =
        peer.mss ? std::max<std::uint32_t>(*peer.mss, settings.mss_least) : settings.mss_default;
    agreed.mss = bounded(std::min(announced, path.mtu - headers), mss_bound);
    // RFC 7323 2.3: unless both sides sent the option, both shifts are zero; above 14 is used as 14.
    if (offer.window_scaling && peer.window_shift) {
        agreed.window_scaling = true;
        agreed.snd_shift = std::min(*peer.window_shift, window_shift_max);
        agreed.rcv_shift = offer.window_shift;
    }
    agreed.timestamps = offer.timestamps && peer.timestamps.has_value();
    agreed.sack = offer.sack && peer.sack_permitted;
    return agreed;
}

EcnMode ecn_accepted(const Settings& settings, const wire::TcpHeader& syn, std::uint8_t traffic_class) {
    if (settings.ecn == EcnUse::off) return EcnMode::none;
    const std::uint8_t asked = ace::of(syn);
    // RFC 9768 3.1.2 [R9768-4]: who asks for both is asked back for one. Who knows the older form only takes it so.
    if (asked == ace::asks && offers_accurate_ecn(settings)) return EcnMode::accurate;
    const bool asks = (asked & 3U) == 3;
    return asks && (traffic_class & ecn::mask) == ecn::not_ect ? EcnMode::classic : EcnMode::none;
}

EcnMode ecn_agreed(const Offer& offer, const wire::TcpHeader& syn_ack) {
    const std::uint8_t answer = ace::of(syn_ack);
    switch (offer.ecn) {
        case EcnMode::none: return EcnMode::none;
        case EcnMode::classic: return (answer & 3U) == 1 ? EcnMode::classic : EcnMode::none;
        case EcnMode::accurate: break;
    }
    // RFC 9768 3.1.2, table 2 [R9768-3]: 101 is an old nonce; 000 and 111 come from who knows nothing of it.
    if (answer == 0b001 || answer == 0b101) return EcnMode::classic;
    return answer == 0 || answer == ace::asks ? EcnMode::none : EcnMode::accurate;
}

}  // namespace sluice::tcp
