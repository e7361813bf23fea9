// SYN cookies: a SYN,ACK sequence number that remembers its SYN, so that a full backlog needs no memory (RFC 4987 3.6 and
// appendix A). Layout of the 32 bits:
//
//   5 bits  counter of 64 s periods      3 bits  MSS index      24 bits  keyed hash
//
// Choice: window scale and timestamps of such connections are not kept; the peer is told so by their absence.
#pragma once

#include <cstdint>
#include <optional>

#include "tcp/opening/isn.h"

namespace sluice::tcp {

// The sequence number for our SYN,ACK. `peer_initial` is the SYN's sequence number.
std::uint32_t make_cookie(const IsnGenerator& keyed, const Tuple& tuple, std::uint32_t peer_initial,
                          std::uint16_t peer_mss, Instant now);
// The MSS remembered by `cookie`, or nothing when it is not ours or too old (two periods).
std::optional<std::uint16_t> check_cookie(const IsnGenerator& keyed, const Tuple& tuple,
                                          std::uint32_t peer_initial, std::uint32_t cookie, Instant now);

}  // namespace sluice::tcp
