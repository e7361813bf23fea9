#include "apps/common/names.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <memory>

#include "posix/host.h"
#include "posix/sockets.h"

namespace sluice::common {

void add_name_options(CLI::App& app, NameOptions& options) {
    app.add_option("--resolv-conf", options.resolv_conf,
                   "where name servers and search list stand (default /etc/resolv.conf)")
        ->type_name("FILE");
    app.add_option("--hosts", options.hosts, "the hosts file (default /etc/hosts)")->type_name("FILE");
}

posix::dns::Config read_names(const NameOptions& options) {
    auto config = posix::dns::read_resolv_conf(options.resolv_conf);
    // A machine without the usual file has no name servers; one that was asked for must be there.
    if (!config && options.resolv_conf != NameOptions().resolv_conf)
        throw Failure(exit_environment, options.resolv_conf + ": cannot be read");
    posix::dns::Config names = config.value_or(posix::dns::Config());
    names.hosts = options.hosts;
    return names;
}

std::optional<wire::Address> look_up(const std::string& name) {
    addrinfo wanted{};
    wanted.ai_family = AF_INET;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (posix::getaddrinfo(name.c_str(), nullptr, &wanted, &list) != 0) return {};
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, posix::freeaddrinfo);
    const auto* address = reinterpret_cast<const sockaddr_in*>(list->ai_addr);
    return wire::Address::v4(ntohl(address->sin_addr.s_addr));
}

wire::Address address_of(Program& program, const posix::dns::Config& names, const std::string& name) {
    if (const auto address = wire::parse_address(name)) return *address;
    std::optional<wire::Address> found;
    {
        posix::Host host(program.loop());
        posix::use(&host);
        host.set_names(names);
        found = look_up(name);
    }
    if (!found) throw Failure(exit_usage, fmt::format("{}: name not known", name));
    return *found;
}

}  // namespace sluice::common
