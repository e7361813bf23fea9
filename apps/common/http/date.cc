#include "apps/common/http/date.h"

#include <date/date.h>

#include <array>
#include <sstream>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

// Reads `text` by `format`; nothing unless all of it was used and it reads the same when written again. The second
// condition refuses what date::parse lets through: a wrong weekday, missing zeros, other letter case.
std::optional<Date> parse_as(const char* format, std::string_view text, bool exact) {
    std::istringstream in{std::string(text)};
    in.imbue(std::locale::classic());
    date::sys_seconds parsed;
    in >> date::parse(format, parsed);
    if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) return {};
    if (exact && date::format(std::locale::classic(), format, parsed) != text) return {};
    return parsed;
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<Date> parse_rfc850(std::string_view text, Date now) {
    const auto comma = text.find(", ");
    if (comma == std::string_view::npos || text.size() != comma + 24 || text[comma + 4] != '-' ||
        text[comma + 8] != '-')
        return {};
    const auto year_digits = parse_decimal(text.substr(comma + 9, 2));
    if (!year_digits) return {};
    // RFC 9110 5.6.7: a two-digit year more than 50 years ahead is the most recent past year with those digits.
    const date::year_month_day today(std::chrono::floor<std::chrono::days>(now));
    const int century = static_cast<int>(today.year()) / 100 * 100;
    int year = century + static_cast<int>(*year_digits);
    if (year > static_cast<int>(today.year()) + 50) year -= 100;
    std::string as_fixdate(text.substr(comma + 2, 2));
    as_fixdate += ' ';
    as_fixdate += text.substr(comma + 5, 3);
    as_fixdate += ' ' + std::to_string(year) + ' ';
    as_fixdate += text.substr(comma + 12);
    return parse_as("%d %b %Y %H:%M:%S GMT", as_fixdate, true);
}

}  // namespace

std::string date_text(Date date) {
    // Choice: composed from the library's calendar fields, because its stream formatting is slow and this is in every
    // response.
    constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(date);
    const date::year_month_day ymd(day);
    const date::hh_mm_ss time(date - day);
    const auto two = [](auto number) {
        const auto n = static_cast<unsigned>(number);
        return std::string{static_cast<char>('0' + n / 10 % 10), static_cast<char>('0' + n % 10)};
    };
    std::string text(days[date::weekday(day).c_encoding()]);
    text += ", " + two(static_cast<unsigned>(ymd.day())) + ' ';
    text += months[static_cast<unsigned>(ymd.month()) - 1];
    const int year = static_cast<int>(ymd.year());
    text += ' ' + two(year / 100) + two(year % 100) + ' ';
    text += two(time.hours().count()) + ':' + two(time.minutes().count()) + ':' +
            two(time.seconds().count()) + " GMT";
    return text;
}

std::optional<Date> parse_date(std::string_view text, Date now) {
    if (const auto date = parse_as("%a, %d %b %Y %H:%M:%S GMT", text, true)) return date;
    if (const auto date = parse_rfc850(text, now)) return date;
    return parse_as("%a %b %e %H:%M:%S %Y", text, true);  // asctime: "Sun Nov  6 08:49:37 1994"
}

}  // namespace sluice::http
