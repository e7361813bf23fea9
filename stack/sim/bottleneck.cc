#include "sim/bottleneck.h"

#include <cmath>

namespace sluice::sim {
namespace {

constexpr std::uint32_t frame_most = 1514;

}  // namespace

bool Bottleneck::push(Frame frame, const Fate& fate, const QueueOptions& options, Instant now) {
    // A frame is never too large for an empty queue.
    if (!queue_.empty() && bytes_ + frame.bytes.size() > options.bytes) return false;
    bytes_ += frame.bytes.size();
    queue_.push_back({std::move(frame), fate, now});
    return true;
}

// RFC 8289 5.3: one frame, and whether the sojourn time has been above target for an interval.
Bottleneck::Taken Bottleneck::take(const QueueOptions& options, Instant now) {
    Taken taken;
    if (queue_.empty()) {
        first_above_ = {};
        return taken;
    }
    taken.waiting = std::move(queue_.front());
    queue_.pop_front();
    bytes_ -= taken.waiting->frame.bytes.size();
    if (now - taken.waiting->since < options.target || bytes_ <= frame_most) {
        first_above_ = {};
    } else if (first_above_ == Instant{}) {
        first_above_ = now + options.interval;
    } else {
        taken.may_drop = now >= first_above_;
    }
    return taken;
}

// RFC 8289 5.4: the next drop comes sooner with the square root of the number of drops.
Instant Bottleneck::control_law(Instant from, Duration interval) const {
    const double wait = static_cast<double>(interval.count()) / std::sqrt(static_cast<double>(count_));
    return from + Duration(static_cast<std::int64_t>(wait));
}

std::optional<Bottleneck::Waiting> Bottleneck::pop(const QueueOptions& options, Instant now,
                                                   std::uint64_t& dropped) {
    Taken taken = take(options, now);
    if (!options.codel || !taken.waiting) {
        dropping_ = dropping_ && taken.waiting.has_value();
        return std::move(taken.waiting);
    }
    // RFC 8289 5.5: the states of dropping and not dropping.
    if (dropping_ && !taken.may_drop) {
        dropping_ = false;
    } else if (dropping_) {
        while (dropping_ && now >= drop_next_) {
            ++dropped;
            ++count_;
            taken = take(options, now);
            if (!taken.may_drop)
                dropping_ = false;
            else
                drop_next_ = control_law(drop_next_, options.interval);
        }
    } else if (taken.may_drop) {
        ++dropped;
        taken = take(options, now);
        dropping_ = true;
        const std::uint32_t delta = count_ - last_count_;
        const bool is_recent = now - drop_next_ < 16 * options.interval;
        count_ = delta > 1 && is_recent ? delta : 1;
        drop_next_ = control_law(now, options.interval);
        last_count_ = count_;
    }
    return std::move(taken.waiting);
}

}  // namespace sluice::sim
