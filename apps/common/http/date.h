// Dates as HTTP writes them (RFC 9110 5.6.7), and what time it is for an HTTP program: a place on the core's time line
// for deadlines, and a date for people.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace sluice::http {

using Date = std::chrono::sys_seconds;

struct Moment {
    Instant at{};
    Date date{};
};

std::string date_text(Date date);  // IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT"
// IMF-fixdate, and the two obsolete forms a recipient must accept. `now` settles the century of a two-digit year.
std::optional<Date> parse_date(std::string_view text, Date now);

}  // namespace sluice::http
