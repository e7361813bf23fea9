#include "apps/common/control/changes.h"

#include <fmt/format.h>

#include <map>

#include "apps/common/options.h"

namespace sluice::common {
namespace {

using Json = nlohmann::json;

constexpr std::size_t addresses_most = 256;
constexpr std::size_t routes_most = 4096;

// Why a request cannot be carried out; thrown here only, and told to who asked.
struct Refusal {
    std::string text;
};

std::string text_at(const Json& request, const char* key) {
    const auto found = request.find(key);
    if (found == request.end() || !found->is_string()) throw Refusal{fmt::format("a {} is missing", key)};
    return found->get<std::string>();
}

wire::Address address_at(const Json& request, const char* key) {
    const std::string text = text_at(request, key);
    const auto address = wire::parse_address(text);
    if (!address) throw Refusal{fmt::format("'{}' is not an IPv4 address", text)};
    return *address;
}

std::uint32_t number_at(const Json& request, const char* key, std::uint32_t otherwise) {
    const auto found = request.find(key);
    if (found == request.end()) return otherwise;
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() > ~std::uint32_t{0})
        throw Refusal{fmt::format("{} is not a number from 0 to {}", key, ~std::uint32_t{0})};
    return found->get<std::uint32_t>();
}

std::optional<LinkId> link_named(const Subject& subject, const Json& request) {
    if (!request.contains("link")) return std::nullopt;
    const std::string name = text_at(request, "link");
    for (std::size_t i = 0; i < subject.devices.size(); ++i)
        if (subject.devices[i]->name() == name) return static_cast<LinkId>(i);
    throw Refusal{fmt::format("there is no link {}", name)};
}

LinkId link_of(const Subject& subject, const Json& request) {
    if (subject.devices.empty()) throw Refusal{"there is no link"};
    return link_named(subject, request).value_or(0);
}

void add_address(const Subject& subject, const Json& request) {
    const std::string text = text_at(request, "address");
    const auto prefix = host_prefix(text);
    if (!prefix)
        throw Refusal{
            fmt::format("'{}' is not a host's address with prefix length, such as 192.0.2.2/24", text)};
    if (subject.stack.ip().addresses().size() >= addresses_most)
        throw Refusal{fmt::format("there are {} addresses already", addresses_most)};
    subject.stack.add_address(link_of(subject, request), *prefix);
}

void set_address(const Subject& subject, const Json& request) {
    const LinkId link = link_of(subject, request);
    const auto before = subject.stack.ip().addresses();
    add_address(subject, request);
    const wire::Address kept = host_prefix(text_at(request, "address"))->address;
    for (const net::AddressView& view : before)
        if (view.link == link && view.prefix.address != kept)
            subject.stack.remove_address(view.prefix.address);
}

void remove_address(const Subject& subject, const Json& request) {
    const wire::Address address = address_at(request, "address");
    for (const net::AddressView& view : subject.stack.ip().addresses())
        if (view.prefix.address == address) return subject.stack.remove_address(address);
    throw Refusal{fmt::format("{} is no address of this stack", wire::to_text(address))};
}

wire::Prefix destination_at(const Json& request) {
    const std::string text = text_at(request, "destination");
    const auto prefix = text == "default" ? wire::Prefix{wire::Address(), 0} : wire::parse_prefix(text);
    if (!prefix) throw Refusal{fmt::format("'{}' is not a network such as 198.51.100.0/24", text)};
    return *prefix;
}

// The gateway is a neighbour: on a network of an address of ours (RFC 1122 3.3.1.1).
LinkId link_of_gateway(const Subject& subject, const wire::Address& gateway) {
    for (const net::AddressView& view : subject.stack.ip().addresses())
        if (view.prefix.contains(gateway) && view.prefix.address != gateway &&
            !view.prefix.is_broadcast(gateway))
            return view.link;
    throw Refusal{fmt::format("the gateway {} is on no link", wire::to_text(gateway))};
}

void add_route(const Subject& subject, const Json& request) {
    net::Route route;
    route.destination = destination_at(request);
    route.link = link_of(subject, request);
    route.metric = number_at(request, "metric", 0);
    if (request.contains("gateway")) {
        route.gateway = address_at(request, "gateway");
        route.link = link_of_gateway(subject, route.gateway);
    }
    if (subject.stack.ip().routes().size() >= routes_most)
        throw Refusal{fmt::format("there are {} routes already", routes_most)};
    subject.stack.add_route(route);
}

void remove_route(const Subject& subject, const Json& request) {
    if (!subject.stack.remove_route(destination_at(request)))
        throw Refusal{"there is no such route, or it comes with an address"};
}

void remove_neighbor(const Subject& subject, const Json& request) {
    const wire::Address address = address_at(request, "address");
    if (!subject.stack.remove_neighbor(address))
        throw Refusal{fmt::format("{} is no neighbour", wire::to_text(address))};
}

void set_mtu(const Subject& subject, const Json& request) {
    const LinkId link = link_of(subject, request);
    const std::uint32_t most = subject.devices[link]->capabilities().mtu;
    const std::uint32_t mtu = number_at(request, "mtu", 0);
    if (mtu < 68 || mtu > most) throw Refusal{fmt::format("mtu: {} is not from 68 to {}", mtu, most)};
    subject.stack.set_mtu(link, mtu);
}

using Change = void (*)(const Subject&, const Json&);
const std::map<std::string, Change>& changes() {
    static const std::map<std::string, Change> all{
        {"add-address", add_address}, {"set-address", set_address},   {"remove-address", remove_address},
        {"add-route", add_route},     {"remove-route", remove_route}, {"remove-neighbor", remove_neighbor},
        {"set-mtu", set_mtu}};
    return all;
}

}  // namespace

std::optional<std::string> change(const Subject& subject, const Json& request) {
    try {
        const std::string what = text_at(request, "do");
        const auto found = changes().find(what);
        if (found == changes().end()) return fmt::format("'{}' is nothing that can be done", what);
        found->second(subject, request);
        return std::nullopt;
    } catch (const Refusal& refusal) {
        return refusal.text;
    }
}

}  // namespace sluice::common
