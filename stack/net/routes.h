// The routing table (RFC 1122 3.3.1): where a packet goes next. Longest prefix first, then the lowest metric.
//
// Told: routes from the configuration, and the networks our addresses are on. Answers: the route for a destination.
#pragma once

#include <vector>

#include "net/views.h"

namespace sluice::net {

class Routes {
public:
    // Replaces a route with the same destination and metric.
    void add(Route route);
    // Every configured route to this destination; routes that come with an address stay. False if there was none.
    bool remove(const wire::Prefix& destination);
    // The networks of our addresses, instead of the ones told before.
    void set_on_link(const std::vector<Route>& networks);
    std::vector<Route> list() const;
    // Changes whenever find() may answer differently.
    std::uint32_t version() const { return version_; }

    // The route for `to`, or nullptr. `is_dead(link, gateway)` tells which gateways do not answer.
    template <typename IsDead>
    const Route* find(const wire::Address& to, IsDead is_dead) const {
        const Route* first = nullptr;
        for (const Entry& entry : entries_) {
            const Route& route = entry.route;
            if (first && route.destination != first->destination) break;
            if (!route.destination.contains(to)) continue;
            if (route.gateway.is_unspecified() || !is_dead(route.link, route.gateway)) return &route;
            // RFC 1122 3.3.1.4 and .5: past a dead gateway to the next route for the same destination, if any.
            if (!first) first = &route;
        }
        return first;
    }

private:
    struct Entry {
        Route route;
        bool comes_with_address = false;
    };
    void insert(const Entry& entry);

    std::vector<Entry> entries_;  // in the order of search
    std::uint32_t version_ = 1;
};

}  // namespace sluice::net
