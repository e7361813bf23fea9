// Small text rules that requests, responses and pages share: tokens, lists, percent-encoding, HTML. RFC 9110 5.6, RFC 3986 2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

bool is_token_character(char c);       // RFC 9110 5.6.2
bool is_token(std::string_view text);  // one or more of them
bool is_digit(char c);
bool equals_ignoring_case(std::string_view a, std::string_view b);
std::string_view trimmed(std::string_view text);  // without the optional whitespace (SP, HTAB) at both ends

// A decimal number of digits only, no sign and no space; nothing when it does not fit.
std::optional<std::uint64_t> parse_decimal(std::string_view text);
std::optional<std::uint16_t> parse_port(std::string_view text);  // 1 to 65535
std::optional<int> hex_value(char c);

// The elements of a comma-separated list, trimmed; commas in quoted strings do not separate, empty elements are
// left out (RFC 9110 5.6.1.2).
std::vector<std::string_view> list_elements(std::string_view text);
bool list_contains(std::string_view list, std::string_view token);  // ignoring case

// Percent-decoding (RFC 3986 2.1); nothing when an escape is cut short or is not hexadecimal.
std::optional<std::string> percent_decoded(std::string_view text);
// One path segment as it may stand in a URL: everything but unreserved characters and a few harmless ones is encoded.
std::string percent_encoded_segment(std::string_view text);
// What a URL may not hold as it is (non-ASCII octets, spaces, quotes, controls ...) encoded, the rest untouched; valid
// escapes stay as they are.
std::string percent_encoded_url(std::string_view text);

// Text for HTML content and attribute values.
std::string html_escaped(std::string_view text);

}  // namespace sluice::http
