#include "net/routes.h"

#include <algorithm>

namespace sluice::net {
namespace {

wire::Prefix network_of(const wire::Prefix& prefix) {
    return {wire::Address::v4(prefix.address.to_v4() & prefix.mask()), prefix.length};
}

bool is_searched_before(const Route& a, const Route& b) {
    if (a.destination.length != b.destination.length) return a.destination.length > b.destination.length;
    // Routes to the same destination stay together, so that find sees all of them in a row.
    if (a.destination.address != b.destination.address) return a.destination.address < b.destination.address;
    return a.metric < b.metric;
}

}  // namespace

void Routes::insert(const Entry& entry) {
    const auto place =
        std::upper_bound(entries_.begin(), entries_.end(), entry,
                         [](const Entry& a, const Entry& b) { return is_searched_before(a.route, b.route); });
    entries_.insert(place, entry);
}

void Routes::add(Route route) {
    ++version_;
    route.destination = network_of(route.destination);
    std::erase_if(entries_, [&](const Entry& entry) {
        return !entry.comes_with_address && entry.route.destination == route.destination &&
               entry.route.metric == route.metric;
    });
    insert({route, false});
}

bool Routes::remove(const wire::Prefix& destination) {
    ++version_;
    const wire::Prefix network = network_of(destination);
    return std::erase_if(entries_, [&](const Entry& entry) {
               return !entry.comes_with_address && entry.route.destination == network;
           }) > 0;
}

void Routes::set_on_link(const std::vector<Route>& networks) {
    ++version_;
    std::erase_if(entries_, [](const Entry& entry) { return entry.comes_with_address; });
    for (Route route : networks) {
        route.destination = network_of(route.destination);
        insert({route, true});
    }
}

std::vector<Route> Routes::list() const {
    std::vector<Route> all;
    for (const Entry& entry : entries_) all.push_back(entry.route);
    return all;
}

}  // namespace sluice::net
