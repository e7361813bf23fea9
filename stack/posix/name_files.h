// Names without a resolver: hosts(5) and services(5), given as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "wire/address.h"

namespace sluice::posix {

// The first IPv4 address of `name`; names compare without case.
std::optional<wire::Address> find_host(std::string_view hosts, std::string_view name);
// The port of a service or of its alias, for a protocol such as "tcp".
std::optional<std::uint16_t> find_service(std::string_view services, std::string_view name,
                                          std::string_view protocol);
// A decimal port number, nothing around it.
std::optional<std::uint16_t> parse_port(std::string_view text);

}  // namespace sluice::posix
