#include "apps/common/http/listing.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

// "2020-12-29 05:51"
std::string short_date(Date when) {
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const date::year_month_day ymd(day);
    const date::hh_mm_ss time(when - day);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", static_cast<int>(ymd.year()),
                       static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                       time.hours().count(), time.minutes().count());
}

// Names may hold anything but NUL and "/": they are encoded for the link and escaped for the page. "./" keeps a name such
// as "a:b" from being read as a scheme (RFC 3986 4.2).
void add_row(std::string& page, const DirectoryEntry& entry) {
    const std::string_view slash = entry.is_directory ? "/" : "";
    fmt::format_to(std::back_inserter(page),
                   "<tr><td><a href=\"./{0}{2}\">{1}{2}</a></td><td>{3}</td><td class=\"n\">{4}</td></tr>\n",
                   html_escaped(percent_encoded_segment(entry.name)), html_escaped(entry.name), slash,
                   short_date(entry.modified), entry.is_directory ? "-" : std::to_string(entry.size));
}

}  // namespace

std::string listing_page(const std::string& path, std::vector<DirectoryEntry> entries, bool is_cut) {
    std::ranges::sort(entries, {}, [](const DirectoryEntry& entry) {
        return std::tuple<bool, const std::string&>(!entry.is_directory, entry.name);
    });
    std::string page = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Index of {0}</title>\n"
        "<style>td {{ padding-right: 2em; font-family: monospace }} .n {{ text-align: right "
        "}}</style></head>\n"
        "<body>\n<h1>Index of {0}</h1>\n<table>\n",
        html_escaped(path));
    if (path != "/") page += "<tr><td><a href=\"../\">../</a></td><td></td><td class=\"n\">-</td></tr>\n";
    for (const DirectoryEntry& entry : entries) add_row(page, entry);
    page += "</table>\n";
    if (is_cut) page += "<p>There are more; only so many are shown.</p>\n";
    page += "</body>\n</html>\n";
    return page;
}

}  // namespace sluice::http
