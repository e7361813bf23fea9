// The tables of sluice-ip, from the rows a program tells, in the layouts of ip(8).
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace sluice::ip {

std::string links_table(const nlohmann::json& links, bool with_statistics);
std::string addresses_table(const nlohmann::json& links, const nlohmann::json& addresses);
std::string neighbors_table(const nlohmann::json& neighbors);
std::string route_line(const nlohmann::json& route);

}  // namespace sluice::ip
