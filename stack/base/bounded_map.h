// A map that holds at most so many entries: the oldest goes when one too many comes. For what a host remembers of others.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "base/ring.h"

namespace sluice {

template <typename Key, typename Value>
class BoundedMap {
public:
    explicit BoundedMap(std::uint32_t entries_most) : entries_most_(entries_most) {}

    // The entry of `key`, made if there is none; nullptr: none may be kept at all.
    Value* at(const Key& key) {
        if (entries_most_ == 0) return nullptr;
        const auto [entry, is_new] = entries_.try_emplace(key);
        if (is_new) order_.push_back(key);
        if (order_.size() > entries_most_) entries_.erase(order_.pop_front());
        return &entry->second;
    }
    const Value* find(const Key& key) const {
        const auto entry = entries_.find(key);
        return entry == entries_.end() ? nullptr : &entry->second;
    }
    std::size_t size() const { return entries_.size(); }

private:
    std::map<Key, Value> entries_;
    Ring<Key> order_;  // oldest first
    std::uint32_t entries_most_;
};

}  // namespace sluice
