#include "apps/common/http/text.h"

#include <algorithm>
#include <charconv>

namespace sluice::http {
namespace {

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

void append_escape(std::string& to, char c) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto octet = static_cast<unsigned char>(c);
    to += '%';
    to += digits[octet >> 4U];
    to += digits[octet & 15U];
}

}  // namespace

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_token_character(char c) {
    return is_alpha(c) || is_digit(c) || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").contains(c));
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
    if (text.empty() || !std::ranges::all_of(text, is_digit)) return {};
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto number = parse_decimal(text);
    if (!number || *number < 1 || *number > 65535) return {};
    return static_cast<std::uint16_t>(*number);
}

std::optional<int> hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char small = lower(c);
    if (small >= 'a' && small <= 'f') return small - 'a' + 10;
    return {};
}

std::vector<std::string_view> list_elements(std::string_view text) {
    std::vector<std::string_view> elements;
    std::size_t begin = 0;
    bool quoted = false;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && quoted && text[i] == '\\') {
            ++i;  // A quoted pair: the next character is itself.
            continue;
        }
        if (i < text.size() && text[i] == '"') quoted = !quoted;
        if (i < text.size() && (quoted || text[i] != ',')) continue;
        const std::size_t end = std::min(i, text.size());
        if (const auto element = trimmed(text.substr(begin, end - begin)); !element.empty())
            elements.push_back(element);
        begin = i + 1;
    }
    if (begin < text.size())  // The text ended inside a quoted pair.
        if (const auto element = trimmed(text.substr(begin)); !element.empty()) elements.push_back(element);
    return elements;
}

bool list_contains(std::string_view list, std::string_view token) {
    return std::ranges::any_of(
        list_elements(list), [&](std::string_view element) { return equals_ignoring_case(element, token); });
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (text.size() - i < 3) return {};
        const auto high = hex_value(text[i + 1]);
        const auto low = hex_value(text[i + 2]);
        if (!high || !low) return {};
        decoded += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return decoded;
}

std::string percent_encoded_segment(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        if (is_alpha(c) || is_digit(c) || (c != '\0' && std::string_view("-._~!$()*+,;=@").contains(c)))
            encoded += c;
        else
            append_escape(encoded, c);
    }
    return encoded;
}

std::string percent_encoded_url(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const bool plain = c > ' ' && c < '\x7f' && !std::string_view("\"<>\\^`{|}").contains(c);
        if (plain)
            encoded += c;
        else
            append_escape(encoded, c);
    }
    return encoded;
}

std::string html_escaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&': escaped += "&amp;"; break;
            case '<': escaped += "&lt;"; break;
            case '>': escaped += "&gt;"; break;
            case '"': escaped += "&quot;"; break;
            case '\'': escaped += "&#39;"; break;
            default: escaped += c;
        }
    }
    return escaped;
}

}  // namespace sluice::http
