#include "sim/agenda.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::sim {

void Agenda::enter(Instant at, Actor& actor, std::uint32_t what) {
    entries_.push_back({std::max(at, now_), ++entered_, &actor, what});
    std::push_heap(entries_.begin(), entries_.end(), is_later);
}

void Agenda::step() {
    SLUICE_CHECK(!entries_.empty());
    std::pop_heap(entries_.begin(), entries_.end(), is_later);
    const Entry entry = entries_.back();
    entries_.pop_back();
    now_ = std::max(now_, entry.at);
    ++events_;
    entry.actor->on_event(entry.what, now_);
}

}  // namespace sluice::sim
