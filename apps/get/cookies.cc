#include "apps/get/cookies.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/common/http/text.h"

namespace sluice::get {
namespace {

using http::equals_ignoring_case;
using http::trimmed;

std::string_view path_of(const http::Url& url) {
    return std::string_view(url.target).substr(0, url.target.find('?'));
}

// RFC 6265 5.1.4: up to the last slash.
std::string default_path(const http::Url& url) {
    const auto path = path_of(url);
    const auto slash = path.rfind('/');
    return slash == 0 || slash == std::string_view::npos ? "/" : std::string(path.substr(0, slash));
}

bool path_matches(std::string_view path, std::string_view cookie_path) {
    if (!path.starts_with(cookie_path)) return false;
    return path.size() == cookie_path.size() || cookie_path.ends_with('/') || path[cookie_path.size()] == '/';
}

// RFC 6265 5.1.3: the same, or a name below it; an address has no names below it.
bool domain_matches(std::string_view host, std::string_view domain) {
    if (host == domain) return true;
    const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return !is_address && host.size() > domain.size() && host.ends_with(domain) &&
           host[host.size() - domain.size() - 1] == '.';
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

// RFC 6265 5.2.1 to 5.2.6. Max-Age goes before Expires.
void apply_attribute(Cookie& cookie, std::string_view name, std::string_view value, http::Date now,
                     bool& has_age) {
    const std::int64_t seconds_now = now.time_since_epoch().count();
    if (equals_ignoring_case(name, "Max-Age")) {
        const bool is_negative = value.starts_with('-');
        const auto age = http::parse_decimal(is_negative ? value.substr(1) : value);
        if (!age) return;
        has_age = true;
        constexpr std::uint64_t longest = 400ULL * 24 * 3600;
        cookie.expires =
            is_negative || *age == 0 ? 1 : seconds_now + static_cast<std::int64_t>(std::min(*age, longest));
    } else if (equals_ignoring_case(name, "Expires") && !has_age) {
        if (const auto date = http::parse_date(value, now))
            cookie.expires = std::max<std::int64_t>(date->time_since_epoch().count(), 1);
    } else if (equals_ignoring_case(name, "Path") && value.starts_with('/')) {
        cookie.path = value;
    } else if (equals_ignoring_case(name, "Domain") && !value.empty()) {
        cookie.domain = lower(value.starts_with('.') ? value.substr(1) : value);
        cookie.is_host_only = false;
    } else if (equals_ignoring_case(name, "Secure")) {
        cookie.is_secure = true;
    } else if (equals_ignoring_case(name, "HttpOnly")) {
        cookie.is_http_only = true;
    }
}

bool is_clean(std::string_view text) {
    return std::ranges::none_of(text,
                                [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

void Cookies::take(std::string_view field, const http::Url& url, http::Date now) {
    const auto pair = field.substr(0, field.find(';'));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || !is_clean(field)) return;
    Cookie cookie;
    cookie.name = trimmed(pair.substr(0, equals));
    cookie.value = trimmed(pair.substr(equals + 1));
    cookie.domain = url.host;
    cookie.path = default_path(url);
    bool has_age = false;
    for (auto rest = field.substr(std::min(pair.size() + 1, field.size())); !rest.empty();) {
        const auto part = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        const auto at = std::min(part.find('='), part.size());
        apply_attribute(cookie, trimmed(part.substr(0, at)),
                        trimmed(part.substr(std::min(at + 1, part.size()))), now, has_age);
    }
    // RFC 6265 5.3 steps 5 and 6: nobody sets cookies for others, nor for a whole top-level domain.
    const bool is_foreign = !domain_matches(url.host, cookie.domain);
    const bool is_too_wide =
        !cookie.is_host_only && !cookie.domain.contains('.') && cookie.domain != url.host;
    if (cookie.name.empty() || is_foreign || is_too_wide) return;
    store(std::move(cookie), now);
}

void Cookies::store(Cookie cookie, http::Date now) {
    const auto is_same = [&](const Cookie& other) {
        return other.name == cookie.name && other.domain == cookie.domain && other.path == cookie.path;
    };
    const bool is_over = cookie.expires != 0 && cookie.expires <= now.time_since_epoch().count();
    if (const auto old = std::ranges::find_if(list_, is_same); old != list_.end()) {
        if (is_over)
            list_.erase(old);
        else
            *old = std::move(cookie);
        return;
    }
    if (is_over) return;
    if (list_.size() >= kept_max) list_.erase(list_.begin());
    list_.push_back(std::move(cookie));
}

std::string Cookies::text_for(const http::Url& url, http::Date now) const {
    std::vector<const Cookie*> fitting;
    for (const Cookie& cookie : list_) {
        const bool is_host =
            cookie.is_host_only ? url.host == cookie.domain : domain_matches(url.host, cookie.domain);
        const bool is_fresh = cookie.expires == 0 || cookie.expires > now.time_since_epoch().count();
        // Nothing here is secure: there is no TLS.
        if (is_host && is_fresh && !cookie.is_secure && path_matches(path_of(url), cookie.path))
            fitting.push_back(&cookie);
    }
    // RFC 6265 5.4: longer paths first.
    std::ranges::stable_sort(fitting, std::ranges::greater(),
                             [](const Cookie* cookie) { return cookie->path.size(); });
    std::string text;
    for (const Cookie* cookie : fitting)
        text += (text.empty() ? "" : "; ") + cookie->name + '=' + cookie->value;
    return text;
}

void Cookies::add_file_text(std::string_view text) {
    constexpr std::string_view http_only = "#HttpOnly_";
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        Cookie cookie;
        cookie.is_http_only = line.starts_with(http_only);
        if (cookie.is_http_only) line.remove_prefix(http_only.size());
        if (line.empty() || line.starts_with('#') || list_.size() >= kept_max) continue;
        std::vector<std::string> parts;
        for (std::size_t begin = 0; parts.size() < 7 && begin <= line.size();) {
            const auto end = parts.size() == 6 ? line.size() : std::min(line.find('\t', begin), line.size());
            parts.emplace_back(line.substr(begin, end - begin));
            begin = end + 1;
        }
        if (parts.size() < 7 || parts[5].empty()) continue;
        cookie.domain = parts[0].starts_with('.') ? parts[0].substr(1) : parts[0];
        cookie.is_host_only = parts[1] != "TRUE";
        cookie.path = parts[2];
        cookie.is_secure = parts[3] == "TRUE";
        cookie.expires = static_cast<std::int64_t>(http::parse_decimal(parts[4]).value_or(0));
        cookie.name = parts[5];
        cookie.value = parts[6];
        list_.push_back(std::move(cookie));
    }
}

std::string Cookies::file_text() const {
    const auto word = [](bool is) { return is ? "TRUE" : "FALSE"; };
    std::string text = "# Netscape HTTP Cookie File\n\n";
    for (const Cookie& cookie : list_)
        text += fmt::format("{}{}{}\t{}\t{}\t{}\t{}\t{}\t{}\n", cookie.is_http_only ? "#HttpOnly_" : "",
                            cookie.is_host_only ? "" : ".", cookie.domain, word(!cookie.is_host_only),
                            cookie.path, word(cookie.is_secure), cookie.expires, cookie.name, cookie.value);
    return text;
}

}  // namespace sluice::get
