// A cable between two nodes, the same both ways unless told otherwise: faults, then a queue and a transmitter (if it has a
// rate), then propagation.
//
//   take ─▶ fate: lost, doubled, held, changed ─▶ queue ─▶ rate ─▶ delay + jitter ─▶ Node::take at the other end
//
// Counts every frame: sent + doubled + forged = delivered + lost + dropped + in flight.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/agenda.h"
#include "sim/bottleneck.h"
#include "sim/fate.h"
#include "sim/node.h"

namespace sluice::sim {

struct LinkOptions {
    Duration delay = 1ms;               // each way
    std::uint64_t bits_per_second = 0;  // 0: as fast as frames come
    QueueOptions queue = {};
    Faults faults = {};
    std::uint32_t mtu = 1500;
    bool super_segments =
        false;  // carries frames of 64 KiB and completes checksums, as a TAP with offload does
};

struct LinkCounters {  // of one direction
    std::uint64_t sent = 0;
    std::uint64_t doubled = 0;
    std::uint64_t forged = 0;
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;
    std::uint64_t queue_full = 0;
    std::uint64_t codel_dropped = 0;
    std::uint64_t too_big = 0;
    std::uint64_t octets = 0;  // delivered

    std::uint64_t dropped() const { return queue_full + codel_dropped + too_big; }
};

// What a watcher of links is shown.
struct Sighting {
    enum class What : std::uint8_t { sent, forged, delivered };
    What what = What::sent;
    const Link* link = nullptr;
    Side from = Side::a;
    std::uint64_t number = 0;  // of the frame among those sent from this side; else 0
    Fate fate;                 // when sent
    const Frame* frame = nullptr;
    Instant at;
};
using LinkWatcher = std::function<void(const Sighting&)>;

class Link final : public Actor {
public:
    struct End {
        Node* node = nullptr;
        std::size_t port = 0;
    };
    Link(std::uint32_t number, Agenda& agenda, ChunkPool& pool, Random random, const LinkOptions& options);

    std::uint32_t number() const { return number_; }
    void join(Side side, End end) { direction(other(side)).to = end; }
    const Node& node(Side side) const { return *direction(other(side)).to.node; }
    const LinkOptions& options(Side from = Side::a) const { return direction(from).options; }
    // Changes one direction from now on. The MTU and super-segments stay.
    void change(Side from, const LinkOptions& options);
    void change(const LinkOptions& options);

    // A partition: everything sent is lost until it heals.
    void cut() { is_cut_ = true; }
    void heal() { is_cut_ = false; }
    bool is_cut() const { return is_cut_; }
    // Neither partition nor faults from now on: what a run ends with.
    void mend();

    void send(Side from, Frame frame, Instant now);
    void on_event(std::uint32_t what, Instant now) override;

    const LinkCounters& counters(Side from) const { return direction(from).counters; }
    std::uint64_t in_flight(Side from) const;
    void watch(LinkWatcher watcher) { watchers_.push_back(std::move(watcher)); }
    void follow(const Schedule& schedule);
    // Asks `decide` for the fate of each frame from now on.
    using Decide = std::function<Fate(Side from, const Frame& frame)>;
    void decide(Decide decide) { decide_ = std::move(decide); }
    // Told each fate that is not plain, before it happens.
    void on_turn(std::function<void(const Turn&)> action) { on_turn_ = std::move(action); }
    // What was drawn so far and is not plain.
    const Schedule& turns() const { return turns_; }

private:
    struct Direction {
        explicit Direction(Random random) : fates(random) {}
        LinkOptions options;
        FateSource fates;
        Forger forger;
        Bottleneck bottleneck;
        End to;
        LinkCounters counters;
        std::uint64_t on_the_way = 0;
        Instant not_before{};  // keeps the order under jitter
        bool is_transmitting = false;
        std::vector<std::pair<Frame, Fate>> swapped;  // waiting for the next frame to overtake
    };
    struct Travelling {
        Frame frame;
        Side from = Side::a;
        std::uint32_t next_free = 0;
    };

    Direction& direction(Side from) { return directions_[static_cast<std::size_t>(from)]; }
    const Direction& direction(Side from) const { return directions_[static_cast<std::size_t>(from)]; }
    void pass(Side from, Frame frame, const Fate& fate, Instant now);
    void enter(Side from, Frame frame, const Fate& fate, Instant now);
    void release_swapped(Side from, Instant now);
    void transmit(Side from, Instant now);
    void travel(Side from, Frame frame, const Fate& fate, Instant now);
    void arrive(std::uint32_t slot, Instant now);
    void show(Sighting::What what, Side from, const Fate& fate, const Frame& frame, Instant now) const;

    std::uint32_t number_;
    Agenda& agenda_;
    ChunkPool& pool_;
    std::array<Direction, 2> directions_;
    std::vector<Travelling> travelling_;
    std::uint32_t free_ = 0;  // 1 + first free slot of travelling_
    std::vector<LinkWatcher> watchers_;
    std::function<void(const Turn&)> on_turn_;
    Decide decide_;
    Schedule turns_;
    bool is_cut_ = false;
};

}  // namespace sluice::sim
