// Range requests (RFC 9110 14): which octets of a representation are meant.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::http {

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;  // at least 1
    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

struct Ranges {
    enum class Verdict : std::uint8_t {
        ignore,  // not a range of octets, malformed, or too many: the whole representation
        satisfiable,
        unsatisfiable,  // 416
    };
    Verdict verdict = Verdict::ignore;
    std::vector<ByteRange> list;
};

// `text` is the value of a Range field, `size` that of the representation.
Ranges parse_ranges(std::string_view text, std::uint64_t size, std::uint32_t ranges_max);

}  // namespace sluice::http
