#include "posix/dns/iterate.h"

#include <algorithm>

namespace sluice::posix::dns {
namespace {

constexpr int steps_most = 16;
constexpr std::uint16_t domain_port = 53;

bool is_below(const std::string& name, const std::string& zone) {
    return zone.empty() || name == zone ||
           (name.ends_with(zone) && name[name.size() - zone.size() - 1] == '.');
}

// The servers a referral names, with the addresses that came along. `zone` becomes theirs.
std::vector<Start> servers_of(const Reply& reply, const std::string& name, std::string& zone) {
    std::vector<Start> servers;
    for (const Record& record : reply.authority) {
        // Downwards only: a referral to the same zone or to one beside leads in circles.
        const bool is_deeper = is_below(name, record.name) && record.name.size() > zone.size();
        if (record.type != type::ns || !is_deeper) continue;
        for (const Record& address : reply.additional)
            if (address.type == type::a && address.name == record.target)
                servers.push_back({record.target, address.address});
    }
    for (const Record& record : reply.authority)
        if (!servers.empty() && record.type == type::ns && is_below(name, record.name)) zone = record.name;
    return servers;
}

}  // namespace

void iterate(const std::shared_ptr<Driver>& driver, std::vector<Start> servers, const Question& question,
             Duration timeout, const std::function<void(const Step&)>& tell) {
    const std::string name = canonical(question.name);
    std::string zone;
    for (int steps = 0; steps < steps_most && !servers.empty();) {
        std::vector<Start> next;
        bool is_over = false;
        for (const Start& server : servers) {
            Step step{zone,
                      server.name,
                      {server.address, domain_port},
                      exchange(driver, {server.address, domain_port}, question,
                               {.timeout = timeout, .wants_recursion = false})};
            tell(step);
            ++steps;
            if (!step.answer) continue;  // the next server of the zone
            const Reply& reply = step.answer->reply;
            is_over = reply.is_authoritative || !reply.answer.empty() || reply.code != code::no_error;
            if (!is_over) next = servers_of(reply, name, zone);
            break;
        }
        if (is_over) return;
        servers = std::move(next);
    }
}

}  // namespace sluice::posix::dns
