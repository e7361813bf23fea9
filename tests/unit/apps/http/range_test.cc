#include "apps/common/http/range.h"

#include <doctest/doctest.h>

#include <array>

namespace sluice::http {
namespace {

using enum Ranges::Verdict;

struct Row {
    std::string_view rule;
    std::string_view text;
    std::uint64_t size;
    Ranges::Verdict verdict;
    std::vector<ByteRange> list;
};

TEST_CASE("ranges are read, cut to the size, and merged where they overlap [RFC 9110 14.1.2, 14.2]") {
    const std::array rows{
        Row{"first and last", "bytes=0-4", 10, satisfiable, {{0, 5}}},
        Row{"one octet", "bytes=9-9", 10, satisfiable, {{9, 1}}},
        Row{"to the end", "bytes=5-", 10, satisfiable, {{5, 5}}},
        Row{"the last ones", "bytes=-3", 10, satisfiable, {{7, 3}}},
        Row{"more of the last ones than there are", "bytes=-30", 10, satisfiable, {{0, 10}}},
        Row{"beyond the end is cut", "bytes=5-99", 10, satisfiable, {{5, 5}}},
        Row{"far beyond the end", "bytes=5-99999999999999999999999", 10, satisfiable, {{5, 5}}},
        Row{"the unit ignores case", "BYTES=0-0", 10, satisfiable, {{0, 1}}},
        Row{"begins at the end", "bytes=10-", 10, unsatisfiable, {}},
        Row{"begins far beyond the end", "bytes=99999999999999999999999-", 10, unsatisfiable, {}},
        Row{"none of the last ones", "bytes=-0", 10, unsatisfiable, {}},
        Row{"one of several can be satisfied", "bytes=20-30,2-3", 10, satisfiable, {{2, 2}}},
        Row{"none of several", "bytes=20-30,40-", 10, unsatisfiable, {}},
        Row{"several keep their order", "bytes=5-6,0-1", 10, satisfiable, {{5, 2}, {0, 2}}},
        Row{"white space and empty elements", "bytes= 0-0 , , 4-4", 10, satisfiable, {{0, 1}, {4, 1}}},
        Row{"neighbours stay apart", "bytes=0-1,2-3", 10, satisfiable, {{0, 2}, {2, 2}}},
        Row{"overlapping ones are merged", "bytes=4-6,0-4", 10, satisfiable, {{0, 7}}},
        Row{"the same one many times", "bytes=0-,0-,0-,0-", 10, satisfiable, {{0, 10}}},
        Row{"one inside the other", "bytes=0-9,2-3", 10, satisfiable, {{0, 10}}},
        Row{"more than anybody needs", "bytes=0-0,2-2,4-4,6-6,8-8", 10, ignore, {}},
        Row{"another unit", "lines=0-4", 10, ignore, {}},
        Row{"no unit", "0-4", 10, ignore, {}},
        Row{"nothing", "bytes=", 10, ignore, {}},
        Row{"last before first", "bytes=4-0", 10, ignore, {}},
        Row{"no number", "bytes=a-b", 10, ignore, {}},
        Row{"no dash", "bytes=5", 10, ignore, {}},
        Row{"only a dash", "bytes=-", 10, ignore, {}},
        Row{"two dashes", "bytes=--5", 10, ignore, {}},
        Row{"a space inside", "bytes=0 -4", 10, ignore, {}},
        Row{"a good and a bad one", "bytes=0-4,x", 10, ignore, {}},
        Row{"an empty file", "bytes=0-", 0, ignore, {}},
        Row{"the end of an empty file", "bytes=-5", 0, ignore, {}},
        Row{"the largest file", "bytes=-1", UINT64_MAX, satisfiable, {{UINT64_MAX - 1, 1}}},
    };
    for (const Row& row : rows) {
        INFO(row.rule);
        const Ranges ranges = parse_ranges(row.text, row.size, 4);
        CHECK(ranges.verdict == row.verdict);
        CHECK(ranges.list == row.list);
    }
}

}  // namespace
}  // namespace sluice::http
