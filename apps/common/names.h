// Names for programs: options that say where they are looked up, and the lookup, by getaddrinfo() of the POSIX-shaped face.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "apps/common/program.h"
#include "posix/dns/config.h"

namespace sluice::common {

struct NameOptions {
    std::string resolv_conf = "/etc/resolv.conf";
    std::string hosts = "/etc/hosts";
};
void add_name_options(CLI::App& app, NameOptions& options);

// What the files say; read before privileges are given up. Throws Failure: a file that was asked for is not there.
posix::dns::Config read_names(const NameOptions& options);

// The IPv4 address of `name` as the current posix::Host finds it; nothing: there is none.
std::optional<wire::Address> look_up(const std::string& name);
// The same for programs of the in-loop face: the loop is lent to a posix::Host meanwhile. Throws Failure (usage).
wire::Address address_of(Program& program, const posix::dns::Config& names, const std::string& name);

}  // namespace sluice::common
