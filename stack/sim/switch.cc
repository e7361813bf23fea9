#include "sim/switch.h"

#include "wire/ethernet.h"

namespace sluice::sim {

void Switch::take(std::size_t port, Frame frame, Instant now) {
    const auto ethernet = wire::parse_ethernet(frame.bytes.view());
    if (!ethernet) {
        ++dropped_;
        return;
    }
    // IEEE 802.1D 7.8: individual source addresses are learnt.
    if (!ethernet->source.is_group() &&
        (stations_.contains(ethernet->source) || stations_.size() < stations_max))
        stations_[ethernet->source] = port;
    const auto known = stations_.find(ethernet->destination);
    if (known != stations_.end() && !ethernet->destination.is_group()) {
        if (known->second == port) {
            ++dropped_;
            return;
        }
        const Cable& cable = cables_[known->second];
        return cable.link->send(cable.side, std::move(frame), now);
    }
    for (std::size_t i = 0; i < cables_.size(); ++i)
        if (i != port) cables_[i].link->send(cables_[i].side, copy(frame, pool_), now);
}

}  // namespace sluice::sim
