#include "apps/common/hosts_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "apps/common/failure.h"

namespace sluice::common {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Takes the next word off the front of `line`; empty at its end.
std::string_view next_word(std::string_view& line) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    const auto end = std::ranges::find_if(line, is_blank);
    const std::string_view word(line.begin(), end);
    line.remove_prefix(word.size());
    return word;
}

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::optional<wire::Address> find_in_hosts(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        const std::size_t newline = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, newline);
        text.remove_prefix(std::min(newline + 1, text.size()));
        line = line.substr(0, line.find('#'));
        const auto address = wire::parse_address(next_word(line));
        if (!address) continue;
        for (std::string_view word = next_word(line); !word.empty(); word = next_word(line))
            if (same_name(word, name)) return address;
    }
    return std::nullopt;
}

wire::Address address_of_host(const std::string& name) {
    if (const auto address = wire::parse_address(name)) return *address;
    std::ifstream file("/etc/hosts");
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (const auto address = find_in_hosts(text, name)) return *address;
    throw Failure(
        exit_usage,
        fmt::format("{}: neither an IPv4 address nor a name in /etc/hosts (there is no resolver yet)", name));
}

}  // namespace sluice::common
