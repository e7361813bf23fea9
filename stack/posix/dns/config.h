// Where names are looked up (resolv.conf(5), hosts(5)).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "wire/address.h"

namespace sluice::posix::dns {

struct Config {
    std::vector<wire::Endpoint> servers;  // asked in this order; none: only the hosts file is looked at
    std::vector<std::string> search;      // appended to short names
    std::uint32_t dots = 1;               // names with so many dots are tried as they are first
    Duration timeout = 5s;                // for one server, before the next is asked (RFC 1035 4.2.1)
    std::uint32_t attempts = 2;           // rounds over all servers
    std::string hosts = "/etc/hosts";     // path of the hosts file

    static constexpr std::size_t servers_most = 8;
    static constexpr std::size_t search_most = 6;
};

// The text of resolv.conf: nameserver, search, domain, options ndots, timeout and attempts. What it does not know it skips.
Config parse_resolv_conf(std::string_view text);
// The same of a file; nothing if it cannot be read.
std::optional<Config> read_resolv_conf(const std::string& path);
// The names to try for what was typed, in order (resolv.conf(5) search).
std::vector<std::string> names_for(const Config& config, std::string_view typed);

}  // namespace sluice::posix::dns
