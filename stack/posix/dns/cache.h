// What servers said about names, for as long as they said it holds (RFC 1035 7.4, RFC 2308). Time is given.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "wire/address.h"

namespace sluice::posix::dns {

// What is known of a name: its addresses, or that there are none.
struct Finding {
    enum class Kind { found, no_such_name, no_addresses };
    Kind kind = Kind::found;
    std::vector<wire::Address> addresses;
    std::string canonical_name;
};

class Cache {
public:
    static constexpr std::size_t entries_most = 1024;
    static constexpr Duration longest = 24h;         // for a "yes"
    static constexpr Duration longest_refusal = 3h;  // for a "no" (RFC 2308 5)

    std::optional<Finding> find(const std::string& name, Instant now);
    // A time to live of zero is not kept.
    void keep(const std::string& name, const Finding& finding, std::uint32_t ttl, Instant now);
    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        Finding finding;
        Instant until;
    };
    void make_room(Instant now);

    std::map<std::string, Entry> entries_;
};

}  // namespace sluice::posix::dns
