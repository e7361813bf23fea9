#include "apps/common/http/url.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

namespace urls = boost::urls;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

std::string decoded(std::string_view text) { return percent_decoded(text).value_or(std::string(text)); }

std::string text_of(urls::string_view text) { return {text.data(), text.size()}; }

// RFC 3986 5.2.4, for a path that begins with a slash. Boost.URL 1.81 leaves ".." that lead out of the root.
std::string without_dot_segments(std::string_view path) {
    std::string clean;
    while (!path.empty()) {
        const auto end = std::min(path.find('/', 1), path.size());
        const auto segment = path.substr(0, end);  // with the slash before it
        path.remove_prefix(end);
        const bool is_last = path.empty();
        if (segment == "/.." && !clean.empty())
            clean.resize(clean.rfind('/'));
        else if (segment != "/.." && segment != "/.")
            clean += segment;
        if (is_last && (segment == "/." || segment == "/..")) clean += '/';
    }
    return clean;
}

std::expected<Url, UrlError> from_view(const urls::url_view& view) {
    const auto malformed = std::unexpected(UrlError::malformed);
    Url url;
    url.scheme = lower(text_of(view.scheme()));
    if (url.scheme != "http") return std::unexpected(UrlError::unsupported_scheme);
    if (!view.has_authority() || view.encoded_host().empty()) return malformed;
    url.host = lower(text_of(view.encoded_host()));
    if (view.has_userinfo()) {
        url.user = decoded(text_of(view.encoded_user()));
        url.password = decoded(text_of(view.encoded_password()));
    }
    if (view.has_port() && !view.port().empty()) {
        const auto port = parse_port(text_of(view.port()));
        if (!port) return malformed;
        url.port = *port;
        url.has_port = true;
    }
    url.target = text_of(view.encoded_path());
    if (url.target.empty()) url.target = "/";
    // Boost.URL 1.81 reads "http://h:x" as host h and path "x"; a path after an authority begins with a slash (RFC 3986 3.3).
    if (url.target.front() != '/') return malformed;
    url.target = without_dot_segments(url.target);
    if (view.has_query()) url.target += '?' + text_of(view.encoded_query());
    if (view.has_fragment()) url.fragment = text_of(view.encoded_fragment());
    return url;
}

}  // namespace

std::string Url::authority() const { return port == 80 ? host : host + ':' + std::to_string(port); }

std::string Url::text() const { return scheme + "://" + authority() + target; }

std::expected<Url, UrlError> parse_url(std::string_view text) {
    // A space is no part of a URL; a person who types one means something else.
    const bool has_blank =
        std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
    if (text.empty() || has_blank) return std::unexpected(UrlError::malformed);
    std::string whole = text.contains("://") ? std::string(text) : "http://" + std::string(text);
    whole = percent_encoded_url(whole);
    const auto view = urls::parse_uri(whole);
    if (!view) return std::unexpected(UrlError::malformed);
    return from_view(*view);
}

std::expected<Url, UrlError> resolve_url(const Url& base, std::string_view location) {
    const std::string encoded = percent_encoded_url(location);
    const std::string base_text = base.text();
    const auto base_view = urls::parse_uri(base_text);
    const auto reference = urls::parse_uri_reference(encoded);
    if (!base_view || !reference) return std::unexpected(UrlError::malformed);
    urls::url resolved;
    if (!urls::resolve(*base_view, *reference, resolved)) return std::unexpected(UrlError::malformed);
    auto url = from_view(resolved);
    if (url && url->fragment.empty()) url->fragment = base.fragment;  // RFC 9110 10.2.2
    return url;
}

std::string file_name_of(const Url& url) {
    const auto path = std::string_view(url.target).substr(0, url.target.find('?'));
    const std::string name = decoded(path.substr(path.rfind('/') + 1));
    const bool is_name = name != "." && name != ".." && !name.contains('/') && !name.contains('\0');
    return is_name ? name : "";
}

}  // namespace sluice::http
