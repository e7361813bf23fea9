#include "posix/dns/config.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>

namespace sluice::posix::dns {
namespace {

constexpr std::uint16_t domain_port = 53;

// "name:7" with a number from `least` to `most`; other options leave it alone.
void read_number(std::string_view option, std::string_view name, std::uint32_t least, std::uint32_t most,
                 std::uint32_t& number) {
    if (!option.starts_with(name)) return;
    option.remove_prefix(name.size());
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(option.data(), option.data() + option.size(), value);
    if (error == std::errc() && end == option.data() + option.size()) number = std::clamp(value, least, most);
}

void read_options(std::istream& words, Config& config) {
    auto seconds = static_cast<std::uint32_t>(config.timeout / 1s);
    for (std::string word; words >> word;) {
        read_number(word, "ndots:", 0, 15, config.dots);
        read_number(word, "timeout:", 1, 30, seconds);
        read_number(word, "attempts:", 1, 5, config.attempts);
    }
    config.timeout = std::chrono::seconds(seconds);
}

}  // namespace

Config parse_resolv_conf(std::string_view text) {
    Config config;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && (line[0] == '#' || line[0] == ';')) continue;
        std::istringstream words(line);
        std::string keyword;
        words >> keyword;
        if (keyword == "nameserver") {
            std::string server;
            words >> server;
            const auto address = wire::parse_address(server);
            if (address && config.servers.size() < Config::servers_most)
                config.servers.push_back({*address, domain_port});
        } else if (keyword == "search" || keyword == "domain") {
            config.search.clear();
            for (std::string word; config.search.size() < Config::search_most && words >> word;)
                config.search.push_back(word);
        } else if (keyword == "options") {
            read_options(words, config);
        }
    }
    return config;
}

std::optional<Config> read_resolv_conf(const std::string& path) {
    std::ifstream file(path);
    if (!file) return std::nullopt;
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return parse_resolv_conf(text);
}

std::vector<std::string> names_for(const Config& config, std::string_view typed) {
    const std::string name(typed);
    if (typed.ends_with('.')) return {name};
    std::vector<std::string> names;
    for (const std::string& domain : config.search) names.push_back(name + "." + domain);
    const auto dots = static_cast<std::uint32_t>(std::ranges::count(typed, '.'));
    names.insert(dots >= config.dots ? names.begin() : names.end(), name);
    return names;
}

}  // namespace sluice::posix::dns
