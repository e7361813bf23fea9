// A segment in positions: what arrived, after the door, and what is to leave, before it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/chunk.h"
#include "base/trace_record.h"
#include "tcp/cookie_options.h"
#include "tcp/seq.h"
#include "wire/address.h"
#include "wire/tcp.h"

namespace sluice::tcp {

// The socket pair of a connection.
struct Tuple {
    wire::Endpoint local;
    wire::Endpoint remote;
    friend constexpr auto operator<=>(const Tuple&, const Tuple&) = default;
};

// A segment as it came through the first door: header values still raw.
struct Arrived {
    Tuple tuple;
    wire::TcpHeader header;
    Slice text;
    std::uint16_t segment_bytes = 0;  // payload of each segment inside a super-segment, 0 = one segment
    std::uint8_t traffic_class = 0;
    bool is_looped = false;
};

struct Segment {
    Pos seq = 0;
    Pos ack = 0;  // meaningful with flag ack
    std::uint8_t flags = 0;
    std::uint32_t wnd = 0;  // octets, scaled
    std::int32_t up = 0;    // from seq to the urgent point; negative when the octets before that are cut off
    std::optional<wire::Timestamps> timestamps;
    std::uint8_t ace = 0;  // AE, CWR and ECE as one number (RFC 9768)
    std::optional<wire::AccurateEcnOption> accurate_ecn;
    std::array<Range, 4> sack{};
    std::uint8_t sack_count = 0;
    Slice text;
    std::uint16_t segment_bytes = 0;

    bool has(std::uint8_t wanted) const { return (flags & wanted) != 0; }
    Pos len() const { return Pos{text.size()} + (has(flag::syn) ? 1 : 0) + (has(flag::fin) ? 1 : 0); }
    Pos end() const { return seq + len(); }
    Pos text_begin() const { return seq + (has(flag::syn) ? 1 : 0); }
    // How many ticks ago the segment this one answers left, by our timestamp clock. An echo of zero is no echo (RFC 7323
    // 3.2), and one from the future none of ours.
    std::optional<std::int32_t> echo_age(std::uint32_t timestamp_now) const {
        if (!timestamps || timestamps->echo == 0) return std::nullopt;
        const auto ticks = static_cast<std::int32_t>(timestamp_now - timestamps->echo);
        if (ticks < 0) return std::nullopt;
        return ticks;
    }
    // Segments on the wire this stands for.
    std::uint32_t count() const {
        if (segment_bytes == 0 || text.size() <= segment_bytes) return 1;
        return (text.size() + segment_bytes - 1) / segment_bytes;
    }
};

// One answer that needs no connection to leave: a reset, a SYN,ACK of a half-open one, an ACK from TIME-WAIT.
struct Reply {
    Tuple tuple;
    std::uint32_t connection = 0;  // for the trace; 0 = none
    std::uint32_t seq = 0;         // raw
    std::uint32_t ack = 0;
    std::uint8_t flags = 0;
    std::optional<std::uint8_t> ace;  // in place of AE, CWR and ECE (RFC 9768)
    std::uint16_t window = 0;         // the header's field
    std::uint32_t window_bytes = 0;   // what it means, for the trace
    std::uint8_t traffic_class = 0;
    std::uint8_t hop_limit = 0;
    std::uint8_t attempt = 1;
    Cause cause = Cause::none;
    Rule rule = Rule::none;
    State state = State::closed;
    wire::TcpOptions options;
    std::optional<CookieOptions> cookie_options;  // to be kept in our timestamp
    Pos position = 0;                             // for the trace
    Pos ack_position = 0;
};

}  // namespace sluice::tcp
