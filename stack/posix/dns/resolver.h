// A stub resolver (RFC 1034 5.3.1): the hosts file, a cache, then servers in turn with limits in time and number.
//
// Any thread may ask; a question blocks only who asks it.
#pragma once

#include <memory>
#include <mutex>

#include "posix/dns/cache.h"
#include "posix/dns/config.h"
#include "posix/dns/exchange.h"

namespace sluice::posix::dns {

class Resolver {
public:
    void set(Config config);
    Config config() const;

    // Every address of what a person typed. Failure::...: no server had an answer.
    std::expected<Finding, Failure> find(const std::shared_ptr<Driver>& driver, const std::string& typed);
    std::size_t cached() const;

private:
    struct Heard {
        Finding finding;
        std::uint32_t ttl = 0;
    };
    std::expected<Finding, Failure> find_one(const std::shared_ptr<Driver>& driver, const Config& config,
                                             const std::string& name);
    std::expected<Reply, Failure> ask(const std::shared_ptr<Driver>& driver, const Config& config,
                                      const std::string& name);

    mutable std::mutex mutex_;
    Config config_;
    Cache cache_;
};

// What a reply says about a name: follows CNAMEs within it (RFC 1034 3.6.2). `next`: where they lead without an address.
struct Reading {
    Finding finding;
    std::uint32_t ttl = 0;
    std::string next;
};
Reading read_finding(const Reply& reply, const std::string& name);

}  // namespace sluice::posix::dns
