// What sluice-nc does: one connection, or one after the other, joined to standard input and output.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/common/program.h"

namespace sluice::nc {

struct Options {
    std::string host;
    wire::Address address;
    std::uint16_t first_port = 0;
    std::uint16_t last_port = 0;
    std::uint64_t local_port = 0;  // 0: one is chosen
    bool listens = false;
    bool keeps = false;
    bool is_udp = false;
    bool only_scans = false;
    bool is_verbose = false;
    bool no_input = false;
    std::string urgent;
    Duration patience = Duration::max();
};

// HOST PORT[-PORT], or with -l PORT; throws Failure.
void read_words(const std::vector<std::string>& words, Options& options);
// The exit code: 1 if no connection came about.
int run(common::Program& program, const Options& options);

}  // namespace sluice::nc
