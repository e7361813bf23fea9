#include "apps/get/show_url.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/common/http/text.h"
#include "apps/common/http/url.h"

namespace sluice::get {
namespace {

using http::equals_ignoring_case;

std::string decoded(std::string_view text) { return http::percent_decoded(text).value_or(std::string(text)); }

std::string query_lines(std::string_view query) {
    std::string lines;
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        lines += fmt::format("  {} = {}\n", decoded(pair.substr(0, equals)),
                             decoded(pair.substr(std::min(equals + 1, pair.size()))));
    }
    return lines;
}

// RFC 3986 3.1: ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) before a colon.
std::string_view scheme_of(std::string_view text) {
    const auto colon = text.find(':');
    const auto scheme = text.substr(0, colon == std::string_view::npos ? 0 : colon);
    const bool is_scheme =
        !scheme.empty() && !http::is_digit(scheme[0]) &&
        scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") ==
            std::string_view::npos;
    return is_scheme ? scheme : std::string_view();
}

// The value of an attribute inside a tag; empty when it has none.
std::string_view attribute(std::string_view tag, std::string_view name) {
    for (std::size_t at = 0; (at = tag.find('=', at)) != std::string_view::npos; ++at) {
        const auto before = http::trimmed(tag.substr(0, at));
        if (before.size() <= name.size() ||
            !equals_ignoring_case(before.substr(before.size() - name.size()), name))
            continue;
        const char last = before[before.size() - name.size() - 1];
        if (last != ' ' && last != '\t' && last != '\n' && last != '\r') continue;
        auto value = tag.substr(at + 1);
        value.remove_prefix(std::min(value.find_first_not_of(" \t\r\n"), value.size()));
        if (value.empty()) return {};
        const char quote = value[0];
        if (quote == '"' || quote == '\'') return value.substr(1, value.substr(1).find(quote));
        return value.substr(0, value.find_first_of(" \t\r\n>"));
    }
    return {};
}

}  // namespace

std::expected<std::string, std::string> url_parts(std::string_view text) {
    const auto scheme = scheme_of(text);
    const bool has_authority = text.contains("://");
    if (!scheme.empty() && !has_authority && !equals_ignoring_case(scheme, "localhost") &&
        !http::parse_port(text.substr(scheme.size() + 1, text.find_first_of("/?#") - scheme.size() - 1)))
        return std::unexpected(fmt::format("{}: URI, not a URL we can fetch", text));
    auto url = http::parse_url(text);
    if (!url && url.error() == http::UrlError::unsupported_scheme)
        return std::unexpected(fmt::format("{}: a URL, but the scheme {} is not supported", text, scheme));
    if (!url) return std::unexpected(fmt::format("{}: not a URL", text));
    const auto mark = std::min(url->target.find('?'), url->target.size());
    const auto query = std::string_view(url->target).substr(std::min(mark + 1, url->target.size()));
    const std::string user = url->user ? *url->user + (url->password.empty() ? "" : ":" + url->password) : "";
    std::string lines = fmt::format(
        "scheme:           {}\nuser information: {}\nhost:             {}\nport:             {}{}\n",
        url->scheme, user, url->host, url->port, url->has_port ? "" : " (default)");
    lines += fmt::format("path:             {}\nquery:            {}\n", url->target.substr(0, mark), query);
    lines += query_lines(query);
    return lines + fmt::format("fragment:         {}\n", url->fragment);
}

std::vector<std::string> links_of_page(std::string_view html) {
    constexpr std::size_t links_max = 200;
    std::vector<std::string> links;
    while (links.size() < links_max) {
        const auto begin = html.find('<');
        if (begin == std::string_view::npos) break;
        html.remove_prefix(begin + 1);
        const auto tag = html.substr(0, html.find('>'));
        const auto name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
        std::string_view link;
        if (equals_ignoring_case(name, "img") || equals_ignoring_case(name, "script"))
            link = attribute(tag, "src");
        else if (equals_ignoring_case(name, "link") &&
                 equals_ignoring_case(attribute(tag, "rel"), "stylesheet"))
            link = attribute(tag, "href");
        if (!link.empty() && std::ranges::find(links, link) == links.end()) links.emplace_back(link);
    }
    return links;
}

}  // namespace sluice::get
