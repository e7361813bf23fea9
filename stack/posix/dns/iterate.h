// Following a name from the root downwards, as a server does that knows nothing yet (RFC 1034 5.3.3), to show the way.
#pragma once

#include <functional>

#include "posix/dns/exchange.h"

namespace sluice::posix::dns {

// One server asked: who, by which name, for which zone, and what it said.
struct Step {
    std::string zone;  // of the servers asked; empty: the root
    std::string server_name;
    wire::Endpoint server;
    std::expected<Exchanged, Failure> answer;
};

struct Start {
    std::string name;  // of a root server
    wire::Address address;
};

// Asks a root server, then those it refers to, until one answers with authority or none is left; at most 16 times.
// `tell` hears of each step. The last step's answer is the result.
void iterate(const std::shared_ptr<Driver>& driver, std::vector<Start> roots, const Question& question,
             Duration timeout, const std::function<void(const Step&)>& tell);

}  // namespace sluice::posix::dns
