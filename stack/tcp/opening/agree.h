// What we offer in a SYN, and what both sides agree on once both SYNs are seen (RFC 9293 3.7.1, RFC 7323 2 and 3,
// RFC 2018 2).
#pragma once

#include "tcp/facts.h"
#include "tcp/options.h"
#include "tcp/settings.h"
#include "wire/packet.h"
#include "wire/tcp.h"

namespace sluice::tcp {

struct Offer {
    std::uint16_t mss = 536;
    std::uint8_t window_shift = 0;
    bool window_scaling = false;
    bool timestamps = false;
    EcnMode ecn = EcnMode::none;  // we ask for it (RFC 3168 6.1.1, RFC 9768 3.1.1)
    bool sack = false;
    wire::OptionOrder order = wire::OptionOrder::sack_first;
};

// Octets of receive buffer: what the application asked for, or the host's setting; and how far it may grow.
struct ReceiveLimits {
    std::uint32_t buffer = 0;
    std::uint32_t most = 0;  // not above `buffer`: fixed
    std::uint32_t link = 0;  // what the link holds for us before it drops; 0: unknown
};
ReceiveLimits receive_limits(const Settings& settings, const Options& options, const wire::Path& path);

// Ours, for a path and the largest receive buffer. `mss_bound` is TCP_MAXSEG, 0 = none.
Offer offer_for(const Settings& settings, const wire::Path& path, std::uint32_t receive_buffer,
                std::uint16_t mss_bound);

// The options of our SYN, or of our SYN,ACK in answer to `peer` (nullptr: a SYN).
wire::TcpOptions options_of(const Offer& offer, const wire::TcpOptions* peer);

Agreed agree(const Offer& offer, const wire::TcpOptions& peer, const Settings& settings,
             const wire::Path& path, std::uint16_t mss_bound);

// RFC 3168 6.1.1, RFC 9768 3.1.1: what does this SYN ask for, and do we use it? A SYN that is marked itself comes through
// a path that meddles; the accurate form copes with that.
EcnMode ecn_accepted(const Settings& settings, const wire::TcpHeader& syn, std::uint8_t traffic_class);
// What this SYN,ACK agrees to, of what our SYN asked for [R3168-3] [R9768-3].
EcnMode ecn_agreed(const Offer& offer, const wire::TcpHeader& syn_ack);

}  // namespace sluice::tcp
