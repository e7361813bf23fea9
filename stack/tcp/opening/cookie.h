// SYN cookies: a SYN,ACK sequence number that remembers its SYN, so that a full backlog needs no memory (RFC 4987 3.6 and
// appendix A). Layout of the 32 bits:
//
//   5 bits  counter of 64 s periods      3 bits  MSS index      24 bits  keyed hash
//
// The window shift and SACK of a SYN with timestamps are kept in the low six bits of our timestamp, which its ACK echoes;
// the hash covers them. Without timestamps they are not kept; the peer is told so by their absence.
#pragma once

#include <cstdint>
#include <optional>

#include "tcp/cookie_options.h"
#include "tcp/opening/isn.h"

namespace sluice::tcp {

// In a timestamp not above `timestamp`.
std::uint32_t with_cookie_options(std::uint32_t timestamp, const CookieOptions& options);
CookieOptions cookie_options_in(std::uint32_t echo);

// The sequence number for our SYN,ACK. `peer_initial` is the SYN's sequence number.
std::uint32_t make_cookie(const IsnGenerator& keyed, const Tuple& tuple, std::uint32_t peer_initial,
                          std::uint16_t peer_mss, const CookieOptions& options, Instant now);
// The MSS remembered by `cookie`, or nothing when it is not ours or too old (two periods).
std::optional<std::uint16_t> check_cookie(const IsnGenerator& keyed, const Tuple& tuple,
                                          std::uint32_t peer_initial, std::uint32_t cookie,
                                          const CookieOptions& options, Instant now);

}  // namespace sluice::tcp
