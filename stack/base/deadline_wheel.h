// Who wants to be woken when: a hierarchical timing wheel with exact deadlines (Varghese, Lauck 1987).
//
// An entry is a node inside its owner. Arming, moving and disarming are O(1); time passing is amortised O(1) per
// entry. Slots are 2^20 ns (about 1 ms) wide at the lowest level and 64 times wider at each level above; an entry
// sits at the level of the highest digit in which its slot differs from the present one, so whatever is due
// first is always in the lowest occupied level. Entries due in one slot come out by their exact deadline and, at
// the same instant, in the order in which they were armed: a slot is sorted once, when somebody first asks for its
// earliest entry, and kept so; deadlines mostly arrive in order, at its end.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace sluice {

class DeadlineWheel;

// Base of what can be woken.
class DeadlineNode {
public:
    DeadlineNode() = default;
    DeadlineNode(const DeadlineNode&) = delete;
    DeadlineNode& operator=(const DeadlineNode&) = delete;
    bool is_armed() const { return next_ != nullptr; }
    Instant due() const { return due_; }

private:
    friend class DeadlineWheel;
    DeadlineNode* next_ = nullptr;
    DeadlineNode* previous_ = nullptr;
    Instant due_ = never;
    std::uint32_t slot_ = 0;
    std::uint32_t order_ = 0;
};

class DeadlineWheel {
public:
    explicit DeadlineWheel(Instant start);
    DeadlineWheel(const DeadlineWheel&) = delete;
    DeadlineWheel& operator=(const DeadlineWheel&) = delete;

    // Arms or moves. `never` disarms.
    void arm(DeadlineNode& node, Instant due);
    void disarm(DeadlineNode& node);
    // A lower bound of the earliest deadline, exact when it lies in the present block of 64 slots; otherwise never earlier than
    // the next block. Wake then and call take_due.
    Instant next() const;
    // Moves to `now` and hands out one node that is due, disarmed; nullptr when none is left.
    DeadlineNode* take_due(Instant now);
    // The node due first, still armed; nullptr when nothing is armed.
    DeadlineNode* earliest() const;
    std::uint32_t armed() const { return armed_; }

private:
    static constexpr unsigned digit_bits = 6;
    static constexpr unsigned slots = 1U << digit_bits;
    static constexpr unsigned levels = 8;  // 2^20 ns << 48: beyond any Instant
    static constexpr unsigned tick_bits = 20;

    static std::uint64_t tick_of(Instant at);
    static bool comes_first(const DeadlineNode& a, const DeadlineNode& b);
    void place(DeadlineNode& node);
    void unlink(DeadlineNode& node);
    void advance(std::uint64_t tick);
    void cascade(unsigned level, unsigned slot);
    DeadlineNode* earliest_in(unsigned slot) const;
    void sort(unsigned slot) const;

    std::uint64_t tick_;                            // the present slot at the lowest level
    std::array<std::uint64_t, levels> occupied_{};  // a bit per slot that has entries
    // Sorting a slot changes no answer, so it is done where it is first needed.
    mutable std::array<std::uint64_t, levels> sorted_{};  // a bit per slot whose entries are in order
    mutable std::vector<DeadlineNode> heads_;             // circular lists, level by level
    mutable std::vector<DeadlineNode*> scratch_;
    std::uint32_t armed_ = 0;
    std::uint32_t order_ = 0;
};

}  // namespace sluice
