// TCP options as values (RFC 9293 3.1, RFC 7323, RFC 2018, RFC 7413, RFC 9768).
//
// Parsing accepts any order and alignment, skips unknown kinds that carry a length, and refuses a list whose lengths
// make no sense. Writing produces one fixed layout per kind of segment, padded to a multiple of 4.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>

#include "base/bytes.h"
#include "base/reason.h"
#include "wire/option_order.h"

namespace sluice::wire {

struct Timestamps {
    std::uint32_t value = 0;  // TSval
    std::uint32_t echo = 0;   // TSecr
};

struct SackBlock {
    std::uint32_t begin = 0;  // raw sequence numbers
    std::uint32_t end = 0;
};

// RFC 7413 4.1.1: 4 to 16 octets, an even number; none at all is a request for one.
struct FastOpenCookie {
    std::array<std::uint8_t, 16> octets{};
    std::uint8_t size = 0;
    bool empty() const { return size == 0; }
    friend bool operator==(const FastOpenCookie&, const FastOpenCookie&) = default;
};

// RFC 9768 3.2.3: octets received with each code point, modulo 2^24. What is missing was not told.
struct AccurateEcnOption {
    std::optional<std::uint32_t> ect_0;
    std::optional<std::uint32_t> ce;     // written only after ect_0
    std::optional<std::uint32_t> ect_1;  // written only after ce
    friend bool operator==(const AccurateEcnOption&, const AccurateEcnOption&) = default;
};

struct TcpOptions {
    std::optional<std::uint16_t> mss;
    std::optional<std::uint8_t> window_shift;
    std::optional<Timestamps> timestamps;
    std::optional<FastOpenCookie> fast_open;
    std::optional<AccurateEcnOption> accurate_ecn;
    bool sack_permitted = false;
    std::array<SackBlock, 4> sack{};
    std::uint8_t sack_count = 0;
    OptionOrder order = OptionOrder::sack_first;  // of a SYN; written, never read

    bool is_timestamps_alone() const {
        return timestamps && !mss && !window_shift && !fast_open && !accurate_ecn && !sack_permitted &&
               sack_count == 0;
    }
};

inline constexpr std::size_t tcp_options_max = 40;
// RFC 7323 appendix A: two NOPs, the kind and the length, in front of what nearly every segment carries.
inline constexpr std::uint32_t timestamps_alone = 0x0101080aU;

// RFC 9293 3.1 [MUST-5, 6, 7, 64]. `is_syn` tells whether options that belong to SYN segments are taken at all.
std::expected<TcpOptions, Reason> parse_tcp_options(ByteView octets, bool is_syn);

// Octets write_tcp_options needs, a multiple of 4.
std::size_t size_of(const TcpOptions& options);
// On a SYN in the order asked for (option_order.h), then fast open; nop, nop, timestamps, nop, nop, sack, accurate ECN otherwise.
void write_tcp_options(Writer& out, const TcpOptions& options);

}  // namespace sluice::wire
