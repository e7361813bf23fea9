#include "posix/name_files.h"

#include <algorithm>
#include <charconv>

namespace sluice::posix {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Takes the next word off the front of `line`; empty at its end.
std::string_view next_word(std::string_view& line) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    const std::string_view word(line.begin(), std::ranges::find_if(line, is_blank));
    line.remove_prefix(word.size());
    return word;
}

// Takes the next line off the front of `text`, without its comment.
std::string_view next_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line.substr(0, line.find('#'));
}

bool is_same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::optional<wire::Address> find_host(std::string_view hosts, std::string_view name) {
    while (!hosts.empty()) {
        std::string_view line = next_line(hosts);
        const auto address = wire::parse_address(next_word(line));
        if (!address) continue;  // also IPv6 lines
        for (std::string_view word = next_word(line); !word.empty(); word = next_word(line))
            if (is_same_name(word, name)) return address;
    }
    return std::nullopt;
}

std::optional<std::uint16_t> find_service(std::string_view services, std::string_view name,
                                          std::string_view protocol) {
    while (!services.empty()) {
        std::string_view line = next_line(services);
        bool is_it = next_word(line) == name;
        const std::string_view place = next_word(line);  // 80/tcp
        const std::size_t slash = place.find('/');
        if (slash == std::string_view::npos || place.substr(slash + 1) != protocol) continue;
        for (std::string_view alias = next_word(line); !alias.empty(); alias = next_word(line))
            is_it = is_it || alias == name;
        if (is_it) return parse_port(place.substr(0, slash));
    }
    return std::nullopt;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return port;
}

}  // namespace sluice::posix
