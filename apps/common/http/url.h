// URLs as people type them and as Location names them (RFC 3986), read by Boost.URL.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

struct Url {
    std::string scheme;               // in lower case
    std::optional<std::string> user;  // decoded
    std::string password;
    std::string host;  // in lower case; an IPv6 address in brackets
    std::uint16_t port = 80;
    bool has_port = false;  // it was written
    std::string target;     // path and query, encoded, never empty
    std::string fragment;

    std::string text() const;       // without user and fragment
    std::string authority() const;  // as in Host: with the port if it is not the scheme's own
};

enum class UrlError : std::uint8_t { malformed, unsupported_scheme };

// What a person typed: "http://" may be left out, characters beyond ASCII become percent-encoded UTF-8.
std::expected<Url, UrlError> parse_url(std::string_view text);
// RFC 3986 5: a Location relative to the URL that was asked for. Keeps the fragment of `base` if it has none.
std::expected<Url, UrlError> resolve_url(const Url& base, std::string_view location);

// The last segment of the path as a file name, decoded; empty when there is none or it could not be a name.
std::string file_name_of(const Url& url);

}  // namespace sluice::http
