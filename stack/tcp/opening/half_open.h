// A SYN that a listener admitted, until the third segment of the handshake: small, no buffers (RFC 4987 3.5). Data and
// FIN on the SYN are not kept (D-9).
#pragma once

#include <memory>

#include "tcp/facts.h"
#include "tcp/opening/agree.h"
#include "tcp/opening/handshake.h"
#include "tcp/record.h"
#include "tcp/small_throttle.h"

namespace sluice::tcp {

struct Listener;
struct TimeWait;

struct HalfOpen : Record {
    HalfOpen(const Tuple& tuple_given, std::uint32_t number_given)
        : Record(RecordKind::half_open, tuple_given, number_given) {}

    Handshake handshake;
    Listener* listener = nullptr;
    TimeWait* old = nullptr;  // owned: the TIME-WAIT this SYN would replace (states.md 5.4)
    std::uint32_t iss = 0;
    std::uint32_t irs = 0;
    std::uint32_t snd_wnd = 0;
    std::uint32_t ts_recent = 0;
    std::uint32_t path_mtu = 0;  // of the first hop
    std::uint32_t known_mtu = 0;
    std::uint32_t path_segment_bytes = 0;
    ReceiveLimits limits;
    Offer offer;
    Agreed agreed;
    std::uint16_t announced = 0;  // the window of our SYN,ACK
    SmallChallengeThrottle challenges;
    std::uint8_t syn_code_point = 0;  // of the IP header of its SYN
    bool gives_cookie = false;        // its SYN asked for a Fast Open cookie, or came with one to be renewed
    bool told_scaled = false;         // an ACK with the scaled, rounded-up window has left
};

}  // namespace sluice::tcp
