// A queue in a power-of-two ring: push and pop at both ends and index in O(1), insert in the middle in
// O(distance to the end). Holds no memory until something is pushed; 24 bytes when empty.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "base/check.h"

namespace sluice {

template <typename T>
class Ring {
public:
    Ring() = default;
    Ring(Ring&& other) noexcept
        : items_(std::exchange(other.items_, nullptr)),
          head_(std::exchange(other.head_, 0)),
          size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)) {}
    Ring& operator=(Ring&& other) noexcept {
        Ring taken(std::move(other));
        std::swap(items_, taken.items_);
        std::swap(head_, taken.head_);
        std::swap(size_, taken.size_);
        std::swap(capacity_, taken.capacity_);
        return *this;
    }
    ~Ring() { reset(); }

    std::uint32_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    T& operator[](std::uint32_t i) { return *at(i); }
    const T& operator[](std::uint32_t i) const { return *at(i); }
    T& front() { return *at(0); }
    const T& front() const { return *at(0); }
    T& back() { return *at(size_ - 1); }
    const T& back() const { return *at(size_ - 1); }

    void push_back(T item) {
        grow_if_full();
        new (raw(size_)) T(std::move(item));
        ++size_;
    }
    void push_front(T item) {
        grow_if_full();
        head_ = (head_ + capacity_ - 1) & (capacity_ - 1);
        new (raw(0)) T(std::move(item));
        ++size_;
    }
    T pop_front() {
        T taken = std::move(front());
        front().~T();
        head_ = (head_ + 1) & (capacity_ - 1);
        --size_;
        return taken;
    }
    T pop_back() {
        T taken = std::move(back());
        back().~T();
        --size_;
        return taken;
    }
    // Puts `item` before index i; moves the shorter side.
    void insert(std::uint32_t i, T item) {
        SLUICE_CHECK(i <= size_);
        if (i < size_ / 2) {
            push_front(std::move(item));
            for (std::uint32_t k = 0; k < i; ++k) std::swap((*this)[k], (*this)[k + 1]);
        } else {
            push_back(std::move(item));
            for (std::uint32_t k = size_ - 1; k > i; --k) std::swap((*this)[k], (*this)[k - 1]);
        }
    }
    void erase(std::uint32_t i) {
        SLUICE_CHECK(i < size_);
        if (i < size_ / 2) {
            for (std::uint32_t k = i; k > 0; --k) std::swap((*this)[k], (*this)[k - 1]);
            pop_front();
        } else {
            for (std::uint32_t k = i; k + 1 < size_; ++k) std::swap((*this)[k], (*this)[k + 1]);
            pop_back();
        }
    }
    void clear() {
        while (!empty()) pop_front();
    }
    // clear(), and gives the memory back.
    void reset() {
        clear();
        if (items_) std::allocator<T>().deallocate(items_, capacity_);
        items_ = nullptr;
        capacity_ = 0;
        head_ = 0;
    }

private:
    T* raw(std::uint32_t i) const { return items_ + ((head_ + i) & (capacity_ - 1)); }
    T* at(std::uint32_t i) const {
        SLUICE_CHECK(i < size_);
        return std::launder(raw(i));
    }
    void grow_if_full() {
        if (size_ < capacity_) return;
        const std::uint32_t larger = capacity_ == 0 ? 4 : capacity_ * 2;
        T* moved = std::allocator<T>().allocate(larger);
        for (std::uint32_t i = 0; i < size_; ++i) {
            new (moved + i) T(std::move((*this)[i]));
            at(i)->~T();
        }
        if (items_) std::allocator<T>().deallocate(items_, capacity_);
        items_ = moved;
        capacity_ = larger;
        head_ = 0;
    }

    T* items_ = nullptr;
    std::uint32_t head_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 0;
};

}  // namespace sluice
