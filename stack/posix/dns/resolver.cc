#include "posix/dns/resolver.h"

#include <algorithm>
#include <fstream>
#include <limits>

#include "posix/name_files.h"

namespace sluice::posix::dns {
namespace {

constexpr int aliases_most = 8;  // RFC 1034 3.6.2 asks for a limit; names that go on further lead nowhere

Instant cache_now() { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }

std::string text_of_file(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// RFC 2308 5: without an SOA a "no" may not be kept.
std::uint32_t refusal_ttl(const Reply& reply) {
    for (const Record& record : reply.authority)
        if (record.type == type::soa) return record.minimum;
    return 0;
}

}  // namespace

Reading read_finding(const Reply& reply, const std::string& name) {
    Reading reading;
    std::string at = canonical(name);
    std::uint32_t ttl = std::numeric_limits<std::uint32_t>::max();
    for (int aliases = 0; aliases <= aliases_most; ++aliases) {
        const Record* alias = nullptr;
        for (const Record& record : reply.answer) {
            if (record.name != at) continue;
            if (record.type == type::cname) alias = &record;
            if (record.type != type::a) continue;
            reading.finding.addresses.push_back(record.address);
            ttl = std::min(ttl, record.ttl);
        }
        if (!reading.finding.addresses.empty() || !alias) break;
        ttl = std::min(ttl, alias->ttl);
        at = alias->target;
        reading.next = at;
    }
    reading.finding.canonical_name = at;
    reading.ttl = ttl;
    if (!reading.finding.addresses.empty()) {
        reading.next.clear();
        return reading;
    }
    const bool is_no_name = reply.code == code::no_such_name;
    reading.finding.kind = is_no_name ? Finding::Kind::no_such_name : Finding::Kind::no_addresses;
    reading.ttl = refusal_ttl(reply);
    if (is_no_name) reading.next.clear();  // RFC 2308 2.1: it is the last of the chain that is not there
    return reading;
}

void Resolver::set(Config config) {
    const std::lock_guard held(mutex_);
    config_ = std::move(config);
    cache_ = Cache();
}

Config Resolver::config() const {
    const std::lock_guard held(mutex_);
    return config_;
}

std::size_t Resolver::cached() const {
    const std::lock_guard held(mutex_);
    return cache_.size();
}

// RFC 1035 4.2.1, 7.2: servers in turn, and again; one that fails or will not is passed over.
std::expected<Reply, Failure> Resolver::ask(const std::shared_ptr<Driver>& driver, const Config& config,
                                            const std::string& name) {
    Failure last = Failure::unreachable;
    for (std::uint32_t round = 0; round < config.attempts; ++round) {
        for (const wire::Endpoint& server : config.servers) {
            auto heard = exchange(driver, server, {name, type::a}, {.timeout = config.timeout});
            if (!heard && heard.error() == Failure::bad_name) return std::unexpected(Failure::bad_name);
            if (!heard) {
                last = heard.error();
                continue;
            }
            const std::uint8_t answer = heard->reply.code;
            if (answer == code::no_error || answer == code::no_such_name) return std::move(heard->reply);
            last = Failure::refused;
        }
    }
    return std::unexpected(last);
}

std::expected<Finding, Failure> Resolver::find_one(const std::shared_ptr<Driver>& driver,
                                                   const Config& config, const std::string& name) {
    std::string at = canonical(name);
    for (int aliases = 0; aliases <= aliases_most; ++aliases) {
        {
            const std::lock_guard held(mutex_);
            if (const auto known = cache_.find(at, cache_now())) return *known;
        }
        const auto reply = ask(driver, config, at);
        if (!reply && reply.error() == Failure::bad_name) return Finding{Finding::Kind::no_such_name, {}, at};
        if (!reply) return std::unexpected(reply.error());
        Reading reading = read_finding(*reply, at);
        if (reading.next.empty()) {
            const std::lock_guard held(mutex_);
            cache_.keep(at, reading.finding, reading.ttl, cache_now());
            return reading.finding;
        }
        at = reading.next;  // RFC 1034 5.2.2: the server left the rest to us
    }
    return std::unexpected(Failure::refused);
}

std::expected<Finding, Failure> Resolver::find(const std::shared_ptr<Driver>& driver,
                                               const std::string& typed) {
    const Config config = this->config();
    if (const auto address = find_host(text_of_file(config.hosts), canonical(typed)))
        return Finding{Finding::Kind::found, {*address}, canonical(typed)};
    Finding none{Finding::Kind::no_such_name, {}, canonical(typed)};
    if (config.servers.empty()) return none;
    for (const std::string& name : names_for(config, typed)) {
        auto finding = find_one(driver, config, name);
        if (!finding || finding->kind == Finding::Kind::found) return finding;
        if (finding->kind == Finding::Kind::no_addresses) none.kind = finding->kind;
    }
    return none;
}

}  // namespace sluice::posix::dns
