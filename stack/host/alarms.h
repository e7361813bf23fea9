// The timers of a Loop, for coroutines on its thread (socket/timing.h).
#pragma once

#include <utility>

#include "host/loop.h"
#include "socket/alarms.h"

namespace sluice::host {

class LoopAlarms final : public Alarms {
public:
    explicit LoopAlarms(Loop& loop) : loop_(loop) {}

    Instant now() const override { return loop_.clock().now(); }
    Id set(Instant at, std::function<void()> action) override {
        return loop_.add_timer(at, std::move(action));
    }
    void clear(Id id) override { loop_.remove_timer(id); }

private:
    Loop& loop_;
};

}  // namespace sluice::host
