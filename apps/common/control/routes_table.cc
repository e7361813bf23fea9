#include "apps/common/control/routes_table.h"

#include <fmt/format.h>

namespace sluice::common {

// U up, G by a gateway, H one host. Nobody counts references and uses, as in the kernel of today.
std::string routes_table(const nlohmann::json& answer) {
    std::string text = "Sluice IP routing table\n";
    text += "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n";
    for (const nlohmann::json& row : answer.at("rows")) {
        std::string flags = "U";
        if (row.at("gateway") != "0.0.0.0") flags += 'G';
        if (row.at("length") == 32) flags += 'H';
        text += fmt::format("{:<15} {:<15} {:<15} {:<5} {:<6} {:<2} {:>7} {}\n",
                            row.at("destination").get<std::string>(), row.at("gateway").get<std::string>(),
                            row.at("mask").get<std::string>(), flags, row.at("metric").get<std::uint32_t>(),
                            0, 0, row.at("link").get<std::string>());
    }
    return text;
}

}  // namespace sluice::common
