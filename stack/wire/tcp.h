// The TCP header (RFC 9293 3.1): octets to values and back. No state, no policy; the checksum is egress's and the
// engine's business.
#pragma once

#include <cstdint>
#include <expected>

#include "base/bytes.h"
#include "base/reason.h"
#include "wire/tcp_options.h"

namespace sluice::wire {

inline constexpr std::size_t tcp_header_least = 20;
inline constexpr std::uint16_t tcp_checksum_offset = 16;

struct TcpHeader {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    std::uint8_t flags = 0;    // namespace flag in base/trace_record.h
    bool ae = false;           // the flag above them (RFC 9768 3.1)
    std::uint16_t window = 0;  // as on the wire, not scaled
    std::uint16_t urgent_pointer = 0;
    TcpOptions options;
    std::uint32_t header_length = 0;  // octets, options included; filled by parse
};

// Judges lengths and options only. tcp_short, tcp_bad_offset or tcp_bad_options.
std::expected<TcpHeader, Reason> parse_tcp(ByteView segment);

// The header nearly every segment of an open connection carries: ACK, perhaps PSH, no option or timestamps alone as in
// RFC 7323 appendix A.
struct UsualTcpHeader {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    std::uint8_t flags = 0;
    bool has_timestamps = false;
    std::uint16_t window = 0;
    Timestamps timestamps;
    std::uint32_t length() const { return tcp_header_least + (has_timestamps ? 12U : 0U); }
};
// False: it is another kind, or none; parse_tcp tells.
bool parse_usual_tcp(ByteView segment, UsualTcpHeader& header);

// Writes header and options with a zero checksum; returns the header's length.
std::size_t write_tcp(ByteSpan room, const TcpHeader& header);

}  // namespace sluice::wire
