// What may be changed in a running program over its control socket: addresses, routes, neighbours, the MTU of a link.
//
//   {"do": "add-address" | "set-address", "address": A/P, "link": NAME}     set: instead of the link's others
//   {"do": "remove-address", "address": A}
//   {"do": "add-route" | "remove-route", "destination": A/P, "gateway": A, "link": NAME, "metric": N}
//   {"do": "remove-neighbor", "address": A}
//   {"do": "set-mtu", "mtu": N, "link": NAME}
//
// "link" may be left out: the first one, or for a route the one its gateway is on.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

#include "apps/common/control/subject.h"

namespace sluice::common {

// Nothing if it is done, else why it is not.
std::optional<std::string> change(const Subject& subject, const nlohmann::json& request);

}  // namespace sluice::common
