#include "apps/common/http/date.h"

#include <date/date.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

// Whether `text` looks like `shape`: 0 is a digit, _ a digit or a space, a a letter, anything else itself.
bool has_shape(std::string_view text, std::string_view shape) {
    return std::ranges::equal(text, shape, [](char c, char like) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (like == '0') return is_digit(c);
        if (like == '_') return is_digit(c) || c == ' ';
        return like == 'a' ? is_letter : c == like;
    });
}

// A date that is written again as it was read: the weekday, the day of the month and the letter case are right too.
std::optional<Date> parse_as(const char* format, std::string_view text, std::string_view shape) {
    if (!has_shape(text, shape)) return {};
    std::istringstream in{std::string(text)};
    in.imbue(std::locale::classic());
    date::sys_seconds parsed;
    in >> date::parse(format, parsed);
    if (in.fail() || date::format(std::locale::classic(), format, parsed) != text) return {};
    return parsed;
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<Date> parse_rfc850(std::string_view text, Date now) {
    const auto comma = std::min(text.find(','), text.size());
    if (!has_shape(text.substr(comma), ", 00-aaa-00 00:00:00 GMT")) return {};
    const auto year_digits = parse_decimal(text.substr(comma + 9, 2));
    if (!year_digits) return {};
    // RFC 9110 5.6.7: a two-digit year more than 50 years ahead is the most recent past year with those digits.
    const date::year_month_day today(std::chrono::floor<std::chrono::days>(now));
    const int century = static_cast<int>(today.year()) / 100 * 100;
    int year = century + static_cast<int>(*year_digits);
    if (year > static_cast<int>(today.year()) + 50) year -= 100;
    std::string with_century(text.substr(0, comma + 4));
    with_century += ' ';
    with_century += text.substr(comma + 5, 3);
    with_century += ' ' + std::to_string(year) + ' ';
    with_century += text.substr(comma + 12);
    return parse_as("%A, %d %b %Y %H:%M:%S GMT", with_century,
                    std::string(comma, 'a') + ", 00 aaa 0000 00:00:00 GMT");
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
    if (const auto date = parse_as("%a, %d %b %Y %H:%M:%S GMT", text, "aaa, 00 aaa 0000 00:00:00 GMT"))
        return date;
    if (const auto date = parse_rfc850(text, now)) return date;
    return parse_as("%a %b %e %H:%M:%S %Y", text,
                    "aaa aaa _0 00:00:00 0000");  // asctime: "Sun Nov  6 08:49:37 1994"
}

}  // namespace sluice::http
