// Who wakes coroutines at an instant: what drives the Stack has timers anyway (host/alarms.h, sim/alarms.h).
#pragma once

#include <cstdint>
#include <functional>

#include "base/time.h"

namespace sluice {

class Alarms {
public:
    using Id = std::uint64_t;

    virtual Instant now() const = 0;
    // Calls `action` once, at `at` or as soon as possible; never inside set().
    virtual Id set(Instant at, std::function<void()> action) = 0;
    // One that has rung is ignored.
    virtual void clear(Id id) = 0;

protected:
    ~Alarms() = default;
};

}  // namespace sluice
