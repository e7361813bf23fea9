#include "apps/common/http/access_log.h"

#include <date/date.h>
#include <fmt/format.h>

#include <array>

namespace sluice::http {
namespace {

std::string date_in_log(Date when) {
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const date::year_month_day ymd(day);
    const date::hh_mm_ss time(when - day);
    return fmt::format("{:02}/{}/{:04}:{:02}:{:02}:{:02} +0000", static_cast<unsigned>(ymd.day()),
                       months[static_cast<unsigned>(ymd.month()) - 1], static_cast<int>(ymd.year()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace

// Apache's way: \" and \\, and \xhh for what cannot be printed, non-ASCII included. Long texts are cut.
std::string printable(std::string_view text) {
    constexpr std::size_t longest = 2048;
    std::string safe;
    for (const char c : text.substr(0, longest)) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            safe += '\\', safe += c;
        else if (octet < 0x20 || octet >= 0x7f)
            safe += fmt::format("\\x{:02x}", octet);
        else
            safe += c;
    }
    if (text.size() > longest) safe += "...";
    return safe.empty() ? "-" : safe;
}

std::string access_line(const AccessRecord& record, LogFormat format) {
    std::string line = fmt::format("{} - - [{}] \"{}\" {} {}", printable(record.client),
                                   date_in_log(record.received), printable(record.request_line),
                                   record.status, record.octets == 0 ? "-" : std::to_string(record.octets));
    if (format == LogFormat::combined)
        line += fmt::format(" \"{}\" \"{}\"", printable(record.referer), printable(record.agent));
    return line + '\n';
}

}  // namespace sluice::http
