#include "base/deadline_wheel.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace sluice {
namespace {

constexpr std::uint64_t bit_of(unsigned slot) { return std::uint64_t{1} << slot % 64U; }

}  // namespace

DeadlineWheel::DeadlineWheel(Instant start) : tick_(tick_of(start)), heads_(levels * slots) {
    for (DeadlineNode& head : heads_) head.next_ = head.previous_ = &head;
}

std::uint64_t DeadlineWheel::tick_of(Instant at) {
    const std::int64_t ns = at.time_since_epoch().count();
    return ns <= 0 ? 0 : static_cast<std::uint64_t>(ns) >> tick_bits;
}

void DeadlineWheel::arm(DeadlineNode& node, Instant due) {
    if (node.is_armed()) {
        if (node.due_ == due) return;
        unlink(node);
    }
    if (due == never) return;
    node.due_ = due;
    node.order_ = order_++;
    ++armed_;
    place(node);
}

void DeadlineWheel::disarm(DeadlineNode& node) {
    if (node.is_armed()) unlink(node);
}

void DeadlineWheel::place(DeadlineNode& node) {
    std::uint64_t tick = tick_of(node.due_);
    if (tick < tick_) tick = tick_;  // overdue: in the present slot
    const std::uint64_t differs = tick ^ tick_;
    const unsigned level =
        differs == 0 ? 0 : (63U - static_cast<unsigned>(std::countl_zero(differs))) / digit_bits;
    SLUICE_CHECK(level < levels);
    const unsigned slot = static_cast<unsigned>(tick >> (level * digit_bits)) % slots;
    DeadlineNode& head = heads_[level * slots + slot];
    DeadlineNode* before = head.previous_;
    if ((sorted_[level] & bit_of(slot)) != 0)
        while (before != &head && comes_first(node, *before)) before = before->previous_;
    node.slot_ = level * slots + slot;
    node.previous_ = before;
    node.next_ = before->next_;
    before->next_->previous_ = &node;
    before->next_ = &node;
    occupied_[level] |= bit_of(slot);
}

void DeadlineWheel::unlink(DeadlineNode& node) {
    node.previous_->next_ = node.next_;
    node.next_->previous_ = node.previous_;
    const DeadlineNode& head = heads_[node.slot_];
    if (head.next_ == &head) {
        occupied_[node.slot_ / slots] &= ~bit_of(node.slot_);
        sorted_[node.slot_ / slots] &= ~bit_of(node.slot_);
    }
    node.next_ = node.previous_ = nullptr;
    --armed_;
}

bool DeadlineWheel::comes_first(const DeadlineNode& a, const DeadlineNode& b) {
    if (a.due_ != b.due_) return a.due_ < b.due_;
    return static_cast<std::int32_t>(a.order_ - b.order_) < 0;
}

DeadlineNode* DeadlineWheel::earliest_in(unsigned slot) const {
    if ((sorted_[slot / slots] & bit_of(slot)) == 0) sort(slot);
    return heads_[slot].next_;
}

void DeadlineWheel::sort(unsigned slot) const {
    sorted_[slot / slots] |= bit_of(slot);
    DeadlineNode& head = heads_[slot];
    scratch_.clear();
    bool in_order = true;
    for (DeadlineNode* node = head.next_; node != &head; node = node->next_) {
        if (!scratch_.empty() && comes_first(*node, *scratch_.back())) in_order = false;
        scratch_.push_back(node);
    }
    if (in_order) return;
    std::ranges::sort(scratch_, [](const auto* a, const auto* b) { return comes_first(*a, *b); });
    DeadlineNode* last = &head;
    for (DeadlineNode* node : scratch_) {
        last->next_ = node;
        node->previous_ = last;
        last = node;
    }
    last->next_ = &head;
    head.previous_ = last;
}

Instant DeadlineWheel::next() const {
    for (unsigned level = 0; level < levels; ++level) {
        if (occupied_[level] == 0) continue;
        // Every occupied slot of a level lies at or after the present one, so the lowest bit is the earliest.
        const unsigned slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
        if (level == 0) return earliest_in(slot)->due_;
        const std::uint64_t above = tick_ >> ((level + 1) * digit_bits) << ((level + 1) * digit_bits);
        const std::uint64_t tick = above | std::uint64_t{slot} << (level * digit_bits);
        return Instant(Duration(static_cast<std::int64_t>(tick << tick_bits)));
    }
    return never;
}

DeadlineNode* DeadlineWheel::earliest() const {
    for (unsigned level = 0; level < levels; ++level)
        if (occupied_[level] != 0)
            return earliest_in(level * slots + static_cast<unsigned>(std::countr_zero(occupied_[level])));
    return nullptr;
}

void DeadlineWheel::cascade(unsigned level, unsigned slot) {
    DeadlineNode& head = heads_[level * slots + slot];
    while (head.next_ != &head) {
        DeadlineNode& node = *head.next_;
        unlink(node);
        ++armed_;
        place(node);
    }
}

// Moves the present to `tick`, which must not jump over an occupied slot of the lowest level.
void DeadlineWheel::advance(std::uint64_t tick) {
    const std::uint64_t differs = tick ^ tick_;
    tick_ = tick;
    if (differs == 0) return;
    const unsigned highest = (63U - static_cast<unsigned>(std::countl_zero(differs))) / digit_bits;
    for (unsigned level = highest; level > 0; --level)
        cascade(level, static_cast<unsigned>(tick_ >> (level * digit_bits)) % slots);
}

DeadlineNode* DeadlineWheel::take_due(Instant now) {
    const std::uint64_t target = tick_of(now);
    for (;;) {
        if (occupied_[0] != 0) {
            DeadlineNode* node = earliest_in(static_cast<unsigned>(std::countr_zero(occupied_[0])));
            if (node->due_ <= now) {
                const std::uint64_t tick = tick_of(node->due_);
                unlink(*node);
                if (tick > tick_) advance(tick);
                return node;
            }
        }
        const Instant wake = next();
        if (wake > now) {
            if (target > tick_) advance(target);
            return nullptr;
        }
        advance(tick_of(wake));
    }
}

}  // namespace sluice
