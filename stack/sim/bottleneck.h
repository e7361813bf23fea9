// A transmitter with a rate and a queue before it: drop-tail, or CoDel (RFC 8289). Owns the queued frames. Told: frames
// and time. Answers: which frame leaves, and when the next one may.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"
#include "sim/fate.h"
#include "sim/frame.h"

namespace sluice::sim {

struct QueueOptions {
    std::uint32_t bytes = 256 * 1024;  // more is dropped at the tail
    bool codel = false;
    Duration target = 5ms;      // RFC 8289 4.3: the standing delay that is accepted
    Duration interval = 100ms;  // RFC 8289 4.2: a round-trip time or so
};

class Bottleneck {
public:
    struct Waiting {
        Frame frame;
        Fate fate;
        Instant since;
    };

    // False: the queue is full.
    bool push(Frame frame, const Fate& fate, const QueueOptions& options, Instant now);
    // The next frame to transmit. CoDel may drop some before it; they are added to `dropped`.
    std::optional<Waiting> pop(const QueueOptions& options, Instant now, std::uint64_t& dropped);
    bool empty() const { return queue_.empty(); }
    std::size_t size() const { return queue_.size(); }
    std::uint32_t bytes() const { return bytes_; }

private:
    struct Taken {
        std::optional<Waiting> waiting;
        bool may_drop = false;
    };
    Taken take(const QueueOptions& options, Instant now);
    Instant control_law(Instant from, Duration interval) const;

    std::deque<Waiting> queue_;
    std::uint32_t bytes_ = 0;
    // RFC 8289 5.2
    Instant first_above_{};
    Instant drop_next_{};
    std::uint32_t count_ = 0;
    std::uint32_t last_count_ = 0;
    bool dropping_ = false;
};

}  // namespace sluice::sim
