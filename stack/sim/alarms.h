// The timers of a World, for coroutines on its hosts (socket/timing.h).
#pragma once

#include <algorithm>
#include <utility>

#include "sim/world.h"
#include "socket/alarms.h"

namespace sluice::sim {

class WorldAlarms final : public Alarms {
public:
    explicit WorldAlarms(World& world) : world_(world) {}

    Instant now() const override { return world_.now(); }
    Id set(Instant at, std::function<void()> action) override {
        return world_.after(std::max(at - world_.now(), Duration::zero()), std::move(action));
    }
    void clear(Id id) override { world_.cancel(static_cast<std::uint32_t>(id)); }

private:
    World& world_;
};

}  // namespace sluice::sim
