// What is to happen when, in virtual time: the one queue of a World. Entries of the same instant happen in the order in
// which they were entered, so a run is a function of its inputs.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace sluice::sim {

// Whoever has entries in the agenda. `what` is the actor's own number for it.
class Actor {
public:
    virtual void on_event(std::uint32_t what, Instant now) = 0;

protected:
    ~Actor() = default;
};

class Agenda {
public:
    void enter(Instant at, Actor& actor, std::uint32_t what);
    Instant next() const { return entries_.empty() ? never : entries_.front().at; }
    bool empty() const { return entries_.empty(); }
    // Time moves to the earliest entry, which happens.
    void step();
    Instant now() const { return now_; }
    void set_now(Instant now) { now_ = now; }
    std::uint64_t events() const { return events_; }

private:
    struct Entry {
        Instant at;
        std::uint64_t order = 0;
        Actor* actor = nullptr;
        std::uint32_t what = 0;
    };
    static bool is_later(const Entry& a, const Entry& b) {
        return a.at != b.at ? a.at > b.at : a.order > b.order;
    }

    std::vector<Entry> entries_;  // a heap, earliest first
    Instant now_{};
    std::uint64_t entered_ = 0;
    std::uint64_t events_ = 0;
};

}  // namespace sluice::sim
