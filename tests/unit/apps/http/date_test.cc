#include "apps/common/http/date.h"

#include <doctest/doctest.h>

#include <array>

namespace sluice::http {
namespace {

constexpr Date at(std::int64_t seconds) { return Date(std::chrono::seconds(seconds)); }
constexpr Date now = at(1609221082);  // 2020-12-29

TEST_CASE("a date is written as IMF-fixdate [RFC 9110 5.6.7]") {
    CHECK(date_text(at(784111777)) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(date_text(at(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(date_text(at(951782400)) == "Tue, 29 Feb 2000 00:00:00 GMT");
    CHECK(date_text(at(4102444799)) == "Thu, 31 Dec 2099 23:59:59 GMT");
}

TEST_CASE("all three forms of a date are read [RFC 9110 5.6.7]") {
    CHECK(parse_date("Sun, 06 Nov 1994 08:49:37 GMT", now) == at(784111777));
    CHECK(parse_date("Sunday, 06-Nov-94 08:49:37 GMT", now) == at(784111777));
    CHECK(parse_date("Sun Nov  6 08:49:37 1994", now) == at(784111777));
}

TEST_CASE("a two-digit year is never more than 50 years ahead [RFC 9110 5.6.7]") {
    CHECK(parse_date("Wednesday, 01-Jan-70 00:00:00 GMT", now) ==
          parse_date("Wed, 01 Jan 2070 00:00:00 GMT", now));
    CHECK(parse_date("Friday, 01-Jan-71 00:00:00 GMT", now) == at(365 * 86400));
}

TEST_CASE("what is written is read back") {
    for (std::int64_t day = 0; day < 40000; day += 13) {
        const Date date = at(day * 86400 + day % 86400);
        CHECK(parse_date(date_text(date), now) == date);
    }
}

TEST_CASE("anything else is no date [RFC 9110 13.1.3]") {
    constexpr std::array bad{"",
                             "yesterday",
                             "0",
                             "Sun, 06 Nov 1994 08:49:37",
                             "Sun, 06 Nov 1994 08:49:37 UTC",
                             "Sun, 06 Nov 1994 08:49:37 +0000",
                             "Sun, 6 Nov 1994 08:49:37 GMT",
                             "Mon, 06 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:49:37 GMT",
                             "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sun, 06 Nov 94 08:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49:37 GMTx",
                             " Sun, 06 Nov 1994 08:49:37 GMT",
                             "sun, 06 nov 1994 08:49:37 GMT",
                             "Sunday, 06-Nov-1994 08:49:37 GMT",
                             "Sun, 06-Nov-94 08:49:37 GMT",
                             "Monday, 06-Nov-94 08:49:37 GMT",
                             "1994-11-06T08:49:37Z",
                             "Sun, 06 Nov -1995 08:49:37 GMT",
                             "Sun, 06 Nov 19940 08:49:37 GMT"};
    for (const auto* text : bad) {
        INFO(text);
        CHECK_FALSE(parse_date(text, now));
    }
}

}  // namespace
}  // namespace sluice::http
