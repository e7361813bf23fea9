// Two Stacks joined by a wire in memory, in virtual time: for tests in which both ends are ours. The wire delays
// every frame and may lose, double, swap or change it, by a hook or by seed. Everything is a function of the settings.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "stack.h"
#include "support/frames.h"
#include "support/trace_checker.h"

namespace sluice::test {

struct Faults {
    double loss = 0;
    double duplicate = 0;
    double reorder = 0;  // held back by `late`
    double corrupt = 0;  // one bit turned over
    Duration late = 5ms;
};

struct PairOptions {
    Duration delay = 10ms;  // each way
    Faults faults = {};
    std::uint64_t seed = 1;
    std::function<void(StackConfig&)> config = {};
    LinkCapabilities link = {};
    // Decides about frame `index` (1, 2, 3 ... over both ways) instead of the faults: how many copies arrive.
    std::function<int(std::size_t index, bool from_first)> copies = {};
    std::function<void(Octets&)> change = {};  // to every frame
};

class Pair {
public:
    explicit Pair(PairOptions options = {});
    ~Pair();

    Stack& stack(std::size_t side) { return *sides_.at(side).stack; }  // 0: 192.0.2.1, 1: 192.0.2.2
    Instant now() const { return now_; }
    // Runs everything due until `time` has passed, or until `done` says so. True if it did.
    bool run(Duration time, const std::function<bool()>& done = {});
    // Carries out what calls have made due at this instant.
    void settle();

    std::size_t frames() const { return frames_; }
    // Every record of both sides, as octets, in order.
    const std::vector<TraceRecord>& records() const { return records_; }

private:
    struct Side {
        std::unique_ptr<Stack> stack;
        TraceChecker checker;
    };
    struct Arrival {
        std::size_t side;
        Octets frame;
    };

    void drain(std::size_t side);
    void carry(std::size_t from, Octets frame);
    void arrive(const Arrival& arrival);
    Instant next() const;

    PairOptions options_;
    Random random_;
    std::array<Side, 2> sides_;
    std::multimap<Instant, Arrival> wire_;
    Instant now_{};
    std::size_t frames_ = 0;
    std::vector<TraceRecord> records_;
};

// Writes `octets` on one socket and reads them on the other until all have come; checks each octet.
struct Transfer {
    TcpSocket& from;
    TcpSocket& to;
    std::uint64_t octets = 0;
    std::uint64_t written = 0;
    std::uint64_t read = 0;
    bool wrong = false;
    bool ended = false;

    // As much as goes now. True when the reader has seen the end of the stream.
    bool step();
};

}  // namespace sluice::test
