// Names without a resolver: dotted addresses and what /etc/hosts says (hosts(5)).
#pragma once

#include <optional>
#include <string_view>

#include "wire/address.h"

namespace sluice::common {

// The IPv4 address of `name` in the text of a hosts file; names compare without case.
std::optional<wire::Address> find_in_hosts(std::string_view text, std::string_view name);
// An address for what a person typed. Throws Failure (usage) for a name nobody knows.
wire::Address address_of_host(const std::string& name);

}  // namespace sluice::common
