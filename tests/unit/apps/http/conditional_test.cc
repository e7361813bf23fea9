#include "apps/common/http/conditional.h"

#include <doctest/doctest.h>

#include <array>

namespace sluice::http {
namespace {

using enum Condition;

constexpr Date modified(std::chrono::seconds(784111777));
constexpr std::string_view same = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view earlier = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view later = "Sun, 06 Nov 1994 08:49:38 GMT";
constexpr Date now(std::chrono::seconds(1609221082));

const Validators file{.etag = "\"v1\"", .modified = modified, .is_strong_date = true};

struct Row {
    std::string_view rule;
    std::vector<Field> fields;
    Condition condition;
};

Fields fields_of(const Row& row) {
    Fields fields;
    for (const Field& field : row.fields) fields.add(field.name, field.value);
    return fields;
}

TEST_CASE("preconditions are judged in their order [RFC 9110 13.1, 13.2.2]") {
    const std::string s(same);
    const std::string e(earlier);
    const std::string l(later);
    const std::array rows{
        Row{"none", {}, perform},
        Row{"If-None-Match: the same tag", {{"If-None-Match", "\"v1\""}}, not_modified},
        Row{"another tag", {{"If-None-Match", "\"v2\""}}, perform},
        Row{"one of several", {{"If-None-Match", "\"v2\", \"v1\""}}, not_modified},
        Row{"in two lines", {{"If-None-Match", "\"v2\""}, {"If-None-Match", "\"v1\""}}, not_modified},
        Row{"compared weakly", {{"If-None-Match", "W/\"v1\""}}, not_modified},
        Row{"any", {{"If-None-Match", "*"}}, not_modified},
        Row{"a tag with a comma inside", {{"If-None-Match", "\"v2,\\\"v1\\\"\""}}, perform},
        Row{"no quotes", {{"If-None-Match", "v1"}}, perform},
        Row{"If-None-Match wins over the date",
            {{"If-None-Match", "\"v2\""}, {"If-Modified-Since", l}},
            perform},
        Row{"If-Modified-Since: the same date", {{"If-Modified-Since", s}}, not_modified},
        Row{"a later date", {{"If-Modified-Since", l}}, not_modified},
        Row{"an earlier date", {{"If-Modified-Since", e}}, perform},
        Row{"no date is ignored", {{"If-Modified-Since", "yesterday"}}, perform},
        Row{"an obsolete form", {{"If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT"}}, not_modified},
        Row{"If-Match: the same tag", {{"If-Match", "\"v1\""}}, perform},
        Row{"another tag fails", {{"If-Match", "\"v2\""}}, failed},
        Row{"compared strongly", {{"If-Match", "W/\"v1\""}}, failed},
        Row{"any matches", {{"If-Match", "*"}}, perform},
        Row{"one of several matches", {{"If-Match", "\"v0\",\"v1\""}}, perform},
        Row{"If-Unmodified-Since: the same date", {{"If-Unmodified-Since", s}}, perform},
        Row{"an earlier date fails", {{"If-Unmodified-Since", e}}, failed},
        Row{"no date is ignored here too", {{"If-Unmodified-Since", "x"}}, perform},
        Row{"If-Match wins over its date", {{"If-Match", "\"v1\""}, {"If-Unmodified-Since", e}}, perform},
        Row{"If-Match holds, then If-None-Match",
            {{"If-Match", "\"v1\""}, {"If-None-Match", "\"v1\""}},
            not_modified},
        Row{"412 before 304", {{"If-Match", "\"v2\""}, {"If-None-Match", "\"v1\""}}, failed},
    };
    for (const Row& row : rows) {
        INFO(row.rule);
        CHECK(judge_conditions(fields_of(row), file, now) == row.condition);
    }
}

TEST_CASE("If-Range lets a range pass only for exactly this version [RFC 9110 13.1.5]") {
    const auto passes = [](std::string_view value, const Validators& validators) {
        Fields fields;
        fields.add("If-Range", value);
        return may_use_range(fields, validators, now);
    };
    CHECK(may_use_range({}, file, now));
    CHECK(passes("\"v1\"", file));
    CHECK_FALSE(passes("\"v2\"", file));
    CHECK_FALSE(passes("W/\"v1\"", file));
    CHECK(passes(same, file));
    CHECK_FALSE(passes(later, file));
    CHECK_FALSE(passes(earlier, file));
    CHECK_FALSE(passes("x", file));
    Validators young = file;
    young.is_strong_date = false;
    CHECK_FALSE(passes(same, young));
}

}  // namespace
}  // namespace sluice::http
