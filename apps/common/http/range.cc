#include "apps/common/http/range.h"

#include <algorithm>
#include <optional>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

// Numbers beyond 64 bits mean "very far".
std::optional<std::uint64_t> parse_position(std::string_view text) {
    if (text.empty() || !std::ranges::all_of(text, is_digit)) return {};
    return parse_decimal(text).value_or(UINT64_MAX);
}

struct Spec {
    bool is_valid = false;
    std::optional<ByteRange> range;  // none: not satisfiable
};

// RFC 9110 14.1.1, 14.1.2: "first-last", "first-", "-suffix".
Spec parse_spec(std::string_view text, std::uint64_t size) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return {};
    const auto last_text = text.substr(dash + 1);
    const auto last = parse_position(last_text);
    if (dash == 0) {
        if (!last) return {};
        const auto length = std::min(*last, size);  // The whole, when it is shorter than the suffix.
        if (length == 0) return {true, {}};
        return {true, ByteRange{size - length, length}};
    }
    const auto first = parse_position(text.substr(0, dash));
    if (!first || (!last && !last_text.empty())) return {};
    if (last && *last < *first) return {};
    if (*first >= size) return {true, {}};
    return {true, ByteRange{*first, std::min(last.value_or(UINT64_MAX), size - 1) - *first + 1}};
}

// RFC 9110 14.2: overlapping ranges are the mark of an attack; they are merged. Ranges that stay apart keep the order they
// were asked for in.
void merge(std::vector<ByteRange>& list) {
    auto sorted = list;
    std::ranges::sort(sorted, {}, &ByteRange::first);
    std::vector<ByteRange> merged;
    for (const ByteRange& range : sorted) {
        if (!merged.empty() && range.first < merged.back().first + merged.back().length) {
            ByteRange& last = merged.back();
            last.length = std::max(last.first + last.length, range.first + range.length) - last.first;
        } else {
            merged.push_back(range);
        }
    }
    if (merged.size() < list.size()) list = std::move(merged);
}

}  // namespace

Ranges parse_ranges(std::string_view text, std::uint64_t size, std::uint32_t ranges_max) {
    // RFC 9110 14.2: a unit that is not understood is ignored. RFC 9110 14.1: unit names ignore case.
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || !equals_ignoring_case(text.substr(0, equals), "bytes")) return {};
    const auto specs = list_elements(text.substr(equals + 1));
    // Choice: a malformed set, or one of more ranges than anybody needs, is ignored (RFC 9110 14.2 allows both).
    if (specs.empty() || specs.size() > ranges_max) return {};
    Ranges ranges;
    for (const auto text_of_spec : specs) {
        const Spec spec = parse_spec(text_of_spec, size);
        if (!spec.is_valid) return {};
        if (spec.range) ranges.list.push_back(*spec.range);
    }
    // Choice: any range of nothing gets the whole of it: 200 with no content, rather than 416.
    if (size == 0) return {};
    ranges.verdict = ranges.list.empty() ? Ranges::Verdict::unsatisfiable : Ranges::Verdict::satisfiable;
    merge(ranges.list);
    return ranges;
}

}  // namespace sluice::http
