// Sequence numbers. On the wire they wrap at 2^32 (WireSeq); inside, a position counts from the initial number: SYN is
// 0, the first octet is 1, in each direction, 64 bit and signed. SeqSpace converts at the two doors, arrival and
// departure, and nowhere else; everything inside compares with < (RFC 9293 3.4).
#pragma once

#include <cstdint>

namespace sluice::tcp {

struct WireSeq {
    std::uint32_t raw = 0;
    friend constexpr bool operator==(WireSeq, WireSeq) = default;
};

using Pos = std::int64_t;

// Octets [begin, end).
struct Range {
    Pos begin = 0;
    Pos end = 0;
    constexpr Pos size() const { return end - begin; }
    constexpr bool empty() const { return begin >= end; }
    friend constexpr bool operator==(const Range&, const Range&) = default;
};

class SeqSpace {
public:
    constexpr SeqSpace() = default;
    constexpr explicit SeqSpace(WireSeq initial) : initial_(initial) {}

    constexpr WireSeq initial() const { return initial_; }
    constexpr WireSeq wrap(Pos p) const { return {initial_.raw + static_cast<std::uint32_t>(p)}; }
    // The position nearest to `near` that looks like s.
    constexpr Pos unwrap(WireSeq s, Pos near) const {
        return near + static_cast<std::int32_t>(s.raw - wrap(near).raw);
    }

private:
    WireSeq initial_;
};

}  // namespace sluice::tcp
