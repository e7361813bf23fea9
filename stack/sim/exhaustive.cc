#include "sim/exhaustive.h"

#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "wire/ethernet.h"

namespace sluice::sim {
namespace {

constexpr std::uint8_t ways = 5;

Fate fate_of(std::uint8_t way, Duration delay) {
    switch (way) {
        case 1: return {.lost = true};
        case 2: return {.doubled = true};
        case 3: return {.held = delay};
        case 4: return {.swapped = true};
        default: return {};
    }
}

// The choices of one run: those given, and "delivered" for what follows.
class Choices {
public:
    explicit Choices(const ExhaustiveOptions& options) : options_(options) {}

    void rewind() { at_ = 0; }
    Fate next() {
        if (at_ == options_.frames) return {};
        if (at_ == made_.size()) made_.push_back(0);
        return fate_of(made_[at_++], options_.delay);
    }
    // The next leaf of the tree, depth first. False: there is none.
    bool advance() {
        made_.resize(at_);  // what was not reached this time is no choice
        while (!made_.empty()) {
            if (++made_.back() < ways) return true;
            made_.pop_back();
        }
        return false;
    }

private:
    const ExhaustiveOptions& options_;
    std::vector<std::uint8_t> made_;
    std::size_t at_ = 0;
};

// What both ends look like after each change, as a set of hashes.
class States {
public:
    void begin() { hosts_.clear(); }
    void add(const Node& node, const TraceRecord& record) {
        if (record.connection == 0 || record.kind == Kind::call) return;
        std::uint64_t hash = static_cast<std::uint64_t>(record.after);
        for (const std::uint64_t part :
             {static_cast<std::uint64_t>(record.snd_una), static_cast<std::uint64_t>(record.rcv_nxt),
              std::uint64_t{record.snd_nxt}, std::uint64_t{record.snd_max}})
            hash = (hash ^ part) * 0x9e3779b97f4a7c15U + 1;
        hosts_[node.name()] = hash;
        std::uint64_t both = 0;
        for (const auto& [host, of_host] : hosts_) both = both * 31 + of_host;
        seen_.insert(both);
    }
    std::uint64_t size() const { return seen_.size(); }

private:
    std::map<std::string, std::uint64_t> hosts_;
    std::unordered_set<std::uint64_t> seen_;
};

bool is_ip(const Frame& frame) {
    const auto ethernet = wire::parse_ethernet(frame.bytes.view());
    return ethernet && ethernet->type == wire::ether_type::ipv4;
}

}  // namespace

ExhaustiveResult explore(const Scenario& scenario, const ExhaustiveOptions& options) {
    ExhaustiveResult result;
    Choices choices(options);
    States states;
    do {
        choices.rewind();
        states.begin();
        World world(WorldOptions{.seed = 1});
        world.watch_records([&](const Node& node, const TraceRecord& record) { states.add(node, record); });
        world.on_connect([&](Link& link) {
            link.decide([&](Side, const Frame& frame) { return is_ip(frame) ? choices.next() : Fate{}; });
        });
        scenario.build(world);
        result.failure = world.finish();
        result.schedule = world.schedule();
        ++result.schedules;
    } while (result.failure.empty() && choices.advance() && result.schedules < options.schedules_max);
    result.is_complete = result.failure.empty() && result.schedules < options.schedules_max;
    result.states = states.size();
    return result;
}

}  // namespace sluice::sim
