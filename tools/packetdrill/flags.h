// The text of --so_flags: "local=192.0.2.1,remote=192.0.2.2,profile=linux,set:delayed_ack=40ms".
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "apps/common/options.h"

namespace sluice::packetdrill {

struct Flags {
    wire::Address local = wire::Address::v4(192, 0, 2, 1);
    wire::Address remote = wire::Address::v4(192, 0, 2, 2);
    std::uint32_t mtu = 1500;
    bool is_strict = false;  // packets nobody looked at, and wrong checksums, end the tool with an error
    common::NetworkOptions network;  // settings and seed
};

// What linux and bsd mean are settings of their own, in flags.cc; later flags go first.
std::expected<Flags, std::string> parse_flags(const char* text);

}  // namespace sluice::packetdrill
