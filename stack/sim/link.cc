#include "sim/link.h"

#include <algorithm>
#include <utility>

#include "wire/ethernet.h"

namespace sluice::sim {
namespace {

// Numbers of events besides the slots of travelling frames.
constexpr std::uint32_t transmitter_free = 0xfffffff0U;  // + side
constexpr std::uint32_t swap_over = 0xfffffff2U;         // + side
// A frame that is to swap places with the next one waits this long for it.
constexpr Duration swap_wait = 50ms;
constexpr std::uint32_t super_segment_most = 65535;

}  // namespace

Link::Link(std::uint32_t number, Agenda& agenda, ChunkPool& pool, Random random, const LinkOptions& options)
    : number_(number),
      agenda_(agenda),
      pool_(pool),
      directions_{Direction(random.fork(0)), Direction(random.fork(1))} {
    for (Direction& direction : directions_) direction.options = options;
}

void Link::change(Side from, const LinkOptions& options) {
    LinkOptions& own = direction(from).options;
    const auto [mtu, super_segments] = std::pair(own.mtu, own.super_segments);
    own = options;
    own.mtu = mtu;
    own.super_segments = super_segments;
}

void Link::change(const LinkOptions& options) {
    change(Side::a, options);
    change(Side::b, options);
}

void Link::mend() {
    heal();
    decide_ = nullptr;
    for (Direction& direction : directions_) {
        direction.options.faults = {};
        if (!direction.fates.is_following()) continue;
        direction.fates.follow({});
    }
}

void Link::follow(const Schedule& schedule) {
    std::array<std::map<std::uint64_t, Fate>, 2> fates;
    for (const Turn& turn : schedule)
        if (turn.link == number_) fates[static_cast<std::size_t>(turn.from)][turn.frame] = turn.fate;
    for (std::size_t i = 0; i < 2; ++i) directions_[i].fates.follow(std::move(fates[i]));
}

void Link::show(Sighting::What what, Side from, const Fate& fate, const Frame& frame, Instant now) const {
    if (watchers_.empty()) return;
    const std::uint64_t number = what == Sighting::What::sent ? direction(from).fates.frames() : 0;
    for (const LinkWatcher& watcher : watchers_) watcher({what, this, from, number, fate, &frame, now});
}

void Link::send(Side from, Frame frame, Instant now) {
    Direction& way = direction(from);
    ++way.counters.sent;
    Fate fate = way.fates.next(way.options.faults, is_cut_);
    if (decide_) fate = decide_(from, frame);
    if (!fate.is_plain()) {
        turns_.push_back({number_, from, way.fates.frames(), fate});
        if (on_turn_) on_turn_(turns_.back());
    }
    show(Sighting::What::sent, from, fate, frame, now);
    std::optional<Frame> forged;
    if (decide_ || way.fates.may_forge(way.options.faults)) {
        way.forger.see(frame);
        if (fate.forgery != Forgery::none) forged = way.forger.forge(fate.forgery, frame, pool_);
    }
    pass(from, std::move(frame), fate, now);
    if (!forged) return;
    ++way.counters.forged;
    show(Sighting::What::forged, from, {}, *forged, now);
    enter(from, std::move(*forged), {}, now);
}

void Link::pass(Side from, Frame frame, const Fate& fate, Instant now) {
    Direction& way = direction(from);
    const bool is_super = frame.segment_bytes != 0 && way.options.super_segments;
    if (frame.bytes.size() >
        wire::ethernet_header_length + (is_super ? super_segment_most : way.options.mtu)) {
        ++way.counters.too_big;
        return;
    }
    if (fate.lost) {
        ++way.counters.lost;
        return release_swapped(from, now);
    }
    if (fate.bit > 0) flip_bit(frame, fate.bit - 1, pool_);
    if (fate.swapped) {
        agenda_.enter(now + swap_wait, *this, swap_over + static_cast<std::uint32_t>(from));
        way.swapped.emplace_back(std::move(frame), fate);
        return;
    }
    if (fate.doubled) {
        ++way.counters.doubled;
        enter(from, copy(frame, pool_), fate, now);
    }
    enter(from, std::move(frame), fate, now);
    release_swapped(from, now);
}

void Link::release_swapped(Side from, Instant now) {
    for (auto& [frame, fate] : std::exchange(direction(from).swapped, {}))
        enter(from, std::move(frame), fate, now);
}

void Link::enter(Side from, Frame frame, const Fate& fate, Instant now) {
    Direction& way = direction(from);
    if (way.options.bits_per_second == 0) return travel(from, std::move(frame), fate, now);
    if (!way.bottleneck.push(std::move(frame), fate, way.options.queue, now)) {
        ++way.counters.queue_full;
        return;
    }
    if (!way.is_transmitting) transmit(from, now);
}

// The next queued frame is put on the wire; the transmitter is busy until its last bit has left.
void Link::transmit(Side from, Instant now) {
    Direction& way = direction(from);
    auto next = way.bottleneck.pop(way.options.queue, now, way.counters.codel_dropped);
    way.is_transmitting = next.has_value();
    if (!next) return;
    const std::uint64_t bits = std::uint64_t{next->frame.bytes.size()} * 8;
    const std::uint64_t rate = std::max<std::uint64_t>(way.options.bits_per_second, 1);
    const Duration busy(static_cast<std::int64_t>(bits * 1'000'000'000 / rate));
    agenda_.enter(now + busy, *this, transmitter_free + static_cast<std::uint32_t>(from));
    travel(from, std::move(next->frame), next->fate, now + busy);
}

void Link::travel(Side from, Frame frame, const Fate& fate, Instant now) {
    Direction& way = direction(from);
    Instant at = now + way.options.delay + fate.jitter;
    at = std::max(at, way.not_before);
    way.not_before = at;
    at += fate.held;
    ++way.on_the_way;
    std::uint32_t slot = free_;
    if (slot == 0) {
        travelling_.emplace_back();
        slot = static_cast<std::uint32_t>(travelling_.size());
    } else {
        free_ = travelling_[slot - 1].next_free;
    }
    travelling_[slot - 1] = {std::move(frame), from, 0};
    agenda_.enter(at, *this, slot - 1);
}

void Link::arrive(std::uint32_t slot, Instant now) {
    const Side from = travelling_[slot].from;
    Frame frame = std::exchange(travelling_[slot].frame, {});
    travelling_[slot].next_free = free_;
    free_ = slot + 1;
    Direction& way = direction(from);
    --way.on_the_way;
    ++way.counters.delivered;
    way.counters.octets += frame.bytes.size();
    show(Sighting::What::delivered, from, {}, frame, now);
    way.to.node->take(way.to.port, std::move(frame), now);
}

void Link::on_event(std::uint32_t what, Instant now) {
    if (what >= swap_over) return release_swapped(static_cast<Side>(what - swap_over), now);
    if (what >= transmitter_free) return transmit(static_cast<Side>(what - transmitter_free), now);
    arrive(what, now);
}

std::uint64_t Link::in_flight(Side from) const {
    const Direction& way = direction(from);
    return way.on_the_way + way.bottleneck.size() + way.swapped.size();
}

}  // namespace sluice::sim
