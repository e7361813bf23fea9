#include "tools/ip/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>

#include "apps/common/control/routes_table.h"
#include "apps/common/failure.h"
#include "tools/ip/tables.h"

namespace sluice::ip {
namespace {

using Json = nlohmann::json;
using Words = std::span<const std::string>;
using Shows = Command::Shows;

[[noreturn]] void refuse(const std::string& text) { throw common::Failure(common::exit_usage, text); }

// iproute2 takes every beginning of a word; the first of these wins.
bool is_word(std::string_view typed, std::string_view word) {
    return !typed.empty() && word.starts_with(typed);
}

std::string take(Words& words, std::string_view what) {
    if (words.empty()) refuse(fmt::format("{} is missing", what));
    std::string word = words.front();
    words = words.subspan(1);
    return word;
}

std::uint32_t number_in(const std::string& text, std::string_view what) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        refuse(fmt::format("{}: '{}' is not a number", what, text));
    return value;
}

// What may follow: dev LINK, via A, metric N, mtu N. Others end the program.
void take_details(Words words, Json& request, std::span<const std::string_view> allowed) {
    while (!words.empty()) {
        const std::string name = take(words, "");
        if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
            refuse(fmt::format("'{}' is not understood here", name));
        const std::string value = take(words, fmt::format("what follows '{}'", name));
        if (name == "dev") request["link"] = value;
        if (name == "via") request["gateway"] = value;
        if (name == "metric" || name == "mtu") request[name] = number_in(value, name);
    }
}

Command link(const std::string& verb, Words words) {
    if (!is_word(verb, "set")) refuse(fmt::format("link: '{}' is not show or set", verb));
    Command command{Shows::nothing, {{"do", "set-mtu"}}};
    // As ip(8) takes it: "link set NAME mtu N" too.
    if (!words.empty() && words.front() != "dev" && words.front() != "mtu")
        command.request["link"] = take(words, "");
    constexpr std::array<std::string_view, 2> allowed{"dev", "mtu"};
    take_details(words, command.request, allowed);
    if (!command.request.contains("mtu")) refuse("link set: only mtu N can be set");
    return command;
}

Command address(const std::string& verb, Words words) {
    constexpr std::array<std::string_view, 1> allowed{"dev"};
    if (is_word(verb, "del")) {
        const std::string which = take(words, "the address");
        Command command{Shows::nothing,
                        {{"do", "remove-address"}, {"address", which.substr(0, which.find('/'))}}};
        take_details(words, command.request, allowed);
        return command;
    }
    const bool is_set = is_word(verb, "set");
    if (!is_set && !is_word(verb, "add"))
        refuse(fmt::format("addr: '{}' is not show, add, set or del", verb));
    Command command{
        Shows::nothing,
        {{"do", is_set ? "set-address" : "add-address"}, {"address", take(words, "the address")}}};
    take_details(words, command.request, allowed);
    return command;
}

Command neighbor(const std::string& verb, Words words) {
    if (!is_word(verb, "del")) refuse(fmt::format("neigh: '{}' is not show or del", verb));
    Command command{Shows::nothing, {{"do", "remove-neighbor"}, {"address", take(words, "the address")}}};
    constexpr std::array<std::string_view, 1> allowed{"dev"};
    take_details(words, command.request, allowed);
    return command;
}

Command route(const std::string& verb, Words words) {
    if (is_word(verb, "get")) return {Shows::route, {{"show", "route"}, {"to", take(words, "the address")}}};
    const bool is_add = is_word(verb, "add") || is_word(verb, "replace");
    if (!is_add && !is_word(verb, "del"))
        refuse(fmt::format("route: '{}' is not show, get, add or del", verb));
    Command command{
        Shows::nothing,
        {{"do", is_add ? "add-route" : "remove-route"}, {"destination", take(words, "the network")}}};
    constexpr std::array<std::string_view, 3> allowed{"via", "dev", "metric"};
    take_details(words, command.request, allowed);
    return command;
}

struct Object {
    std::string_view name;
    const char* view;
    Shows shows;
    Command (*command)(const std::string&, Words);
};
constexpr std::array objects{Object{"link", "links", Shows::links, link},
                             Object{"address", "addresses", Shows::addresses, address},
                             Object{"neighbour", "neighbors", Shows::neighbors, neighbor},
                             Object{"neighbor", "neighbors", Shows::neighbors, neighbor},
                             Object{"route", "routes", Shows::routes, route}};

}  // namespace

Command read_words(const std::vector<std::string>& words) {
    Words left(words);
    const std::string name = take(left, "link, addr, neigh or route");
    for (const Object& object : objects) {
        if (!is_word(name, object.name)) continue;
        if (left.empty() || is_word(left.front(), "show") || is_word(left.front(), "list"))
            return {object.shows, {{"show", object.view}}};
        const std::string verb = take(left, "");
        return object.command(verb, left);
    }
    refuse(fmt::format("'{}' is not link, addr, neigh or route", name));
}

std::string run(const Command& command, common::ControlClient& program, const Choice& choice) {
    const Json answer = program.ask(command.request);
    switch (command.shows) {
        case Shows::nothing: return "";
        case Shows::links: return links_table(answer, choice.statistics);
        case Shows::addresses: return addresses_table(program.ask({{"show", "links"}}), answer);
        case Shows::neighbors: return neighbors_table(answer);
        case Shows::routes: return common::routes_table(answer);
        case Shows::route: return route_line(answer);
    }
    return "";
}

}  // namespace sluice::ip
