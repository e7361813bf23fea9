// What sluice-dig does: asks, and shows what was said in dig's layout.
#pragma once

#include <string>

#include "posix/dns/config.h"
#include "posix/host.h"

namespace sluice::dig {

struct Options {
    std::string name;
    std::uint16_t type = 1;
    wire::Endpoint server;
    Duration timeout = std::chrono::seconds(5);
    std::uint32_t tries = 3;
    bool by_tcp = false;    // +tcp
    bool is_short = false;  // +short
    bool traces = false;    // +trace
    bool recursion = true;  // +norecurse
    bool stub = false;      // --stub: as a program would, by getaddrinfo()
    posix::dns::Config names;
};

// The exit code: 0, or 9 when no server answered, as dig has it.
int run(posix::Host& host, const Options& options);

// dig's words: [@server] name [type] [+switch...]; throws common::Failure.
void read_words(const std::vector<std::string>& words, Options& options);

}  // namespace sluice::dig
