// What the scripts about loss recovery share: a connection with SACK, a known round trip, and a first flight.
#pragma once

#include <functional>

#include "support/script.h"

namespace sluice::test {

// Segments of 1000 octets, an initial window of `segments` of them.
inline ScriptOptions with_sack(std::uint32_t segments = 10,
                               const std::function<void(tcp::Settings&)>& change = {}) {
    const auto settings = [=](tcp::Settings& s) {
        s.nagle = false;
        s.initial_window_segments = segments;
        s.initial_window_bytes = segments * 1000;
        if (change) change(s);
    };
    return {.mss = 1000, .sack = true, .settings = settings};
}

inline ScriptOptions without_sack(std::uint32_t segments = 10,
                                  const std::function<void(tcp::Settings&)>& change = {}) {
    ScriptOptions options = with_sack(segments, change);
    options.sack = false;
    return options;
}

// RFC 6675 without RACK, tail probes and PRR.
inline void classic(tcp::Settings& s) { s.rack = s.tail_probe = s.prr = false; }

// Established with a first round trip of `rtt`.
inline Script& established_in(Script& t, Duration rtt) {
    t.app().listens();
    t.peer_sends(syn()).stack_sends(syn_ack()).after(rtt).peer_sends(ack(1)).stack_is_silent();
    t.app().accepts();
    return t;
}

// Writes `octets` and expects the first `segments` full segments from `at` on, and no more.
inline Script& sends_flight(Script& t, std::uint32_t octets, std::uint32_t segments, Pos at = 1) {
    t.app().writes(octets);
    for (std::uint32_t i = 0; i < segments; ++i) t.stack_sends(data(at + Pos{i} * 1000, 1000));
    return t.stack_is_silent();
}

}  // namespace sluice::test
