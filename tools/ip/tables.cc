#include "tools/ip/tables.h"

#include <fmt/format.h>

#include "wire/address.h"

namespace sluice::ip {
namespace {

using Json = nlohmann::json;

std::string text_at(const Json& row, const char* key) { return row.at(key).get<std::string>(); }
std::uint64_t number_at(const Json& row, const char* key) { return row.at(key).get<std::uint64_t>(); }

// "1: sluice0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP" and the hardware address.
std::string link_lines(std::size_t number, const Json& row) {
    const bool is_up = row.at("is_up").get<bool>();
    return fmt::format(
        "{}: {}: <BROADCAST,MULTICAST,UP{}> mtu {} state {}\n    link/ether {} brd ff:ff:ff:ff:ff:ff\n",
        number, text_at(row, "link"), is_up ? ",LOWER_UP" : "", number_at(row, "mtu"), is_up ? "UP" : "DOWN",
        text_at(row, "mac"));
}

std::string statistics_lines(const Json& row) {
    constexpr auto line = "    {:>10} {:>7} {:>6} {:>7} {:>7} {:>7}\n";
    return fmt::format("    RX:  bytes packets errors dropped  missed   mcast\n") +
           fmt::format(line, number_at(row, "rx_bytes"), number_at(row, "rx_packets"),
                       number_at(row, "rx_errors"), number_at(row, "rx_dropped"), 0, 0) +
           fmt::format("    TX:  bytes packets errors dropped carrier collsns\n") +
           fmt::format(line, number_at(row, "tx_bytes"), number_at(row, "tx_packets"), 0,
                       number_at(row, "tx_dropped"), 0, 0);
}

// RFC 5227: an address is tentative while it is probed, and of no use when another host has it.
std::string address_line(const Json& row) {
    const std::string text = text_at(row, "address");
    const auto prefix = wire::parse_prefix(text).value_or(wire::Prefix{});
    std::string line = fmt::format("    inet {}", text);
    if (prefix.length < 31)
        line +=
            fmt::format(" brd {}", wire::to_text(wire::Address::v4(prefix.address.to_v4() | ~prefix.mask())));
    line += fmt::format(" scope global {}", text_at(row, "link"));
    if (row.at("state") == "probing") line += " tentative";
    if (row.at("state") == "taken") line += " dadfailed";
    return line + '\n';
}

}  // namespace

std::string links_table(const Json& links, bool with_statistics) {
    std::string text;
    std::size_t number = 0;
    for (const Json& row : links.at("rows")) {
        text += link_lines(++number, row);
        if (with_statistics) text += statistics_lines(row);
    }
    return text;
}

std::string addresses_table(const Json& links, const Json& addresses) {
    std::string text;
    std::size_t number = 0;
    for (const Json& link : links.at("rows")) {
        text += link_lines(++number, link);
        for (const Json& row : addresses.at("rows"))
            if (row.at("link") == link.at("link")) text += address_line(row);
    }
    return text;
}

std::string neighbors_table(const Json& neighbors) {
    std::string text;
    for (const Json& row : neighbors.at("rows")) {
        const std::string state = text_at(row, "state");
        const bool has_mac = state != "INCOMPLETE" && state != "FAILED";
        text += fmt::format("{} dev {} {}{}\n", text_at(row, "address"), text_at(row, "link"),
                            has_mac ? "lladdr " + text_at(row, "mac") + ' ' : "", state);
    }
    return text;
}

std::string route_line(const Json& route) {
    const Json& row = route.at("rows").at(0);
    const std::string to = text_at(row, "to"), source = text_at(row, "source");
    if (row.at("is_local")) return fmt::format("local {} dev lo src {}\n", to, source);
    if (row.contains("gateway"))
        return fmt::format("{} via {} dev {} src {}\n", to, text_at(row, "gateway"), text_at(row, "link"),
                           source);
    return fmt::format("{} dev {} src {}, on link\n", to, text_at(row, "link"), source);
}

}  // namespace sluice::ip
