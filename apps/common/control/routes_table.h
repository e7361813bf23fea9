// The routes a program tells, in the layout of route(8).
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace sluice::common {

std::string routes_table(const nlohmann::json& answer);

}  // namespace sluice::common
