// The one lock of a Host, and events to wait for while it is given up.
//
// Debug builds check that whoever touches what the lock protects holds it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "base/time.h"

namespace sluice::posix {

// The system's CLOCK_MONOTONIC; max() is "for ever".
using TimePoint = std::chrono::steady_clock::time_point;
// How long a call may block, worked out when it begins.
TimePoint limit_from_now(Duration limit);

class Monitor {
public:
    void lock() {
        if (!mutex_.try_lock()) {
            wanting_.fetch_add(1);
            mutex_.lock();
            wanting_.fetch_sub(1);
            wanting_.notify_one();
        }
        owner_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    }
    // For a thread that takes the lock again and again: lets one of those who wait for it go first. A mutex is not fair,
    // and a busy network would keep the application out.
    void lock_after_another() {
        if (const int wanting = wanting_.load()) wanting_.wait(wanting);
        lock();
    }
    void unlock() {
        check_held();
        owner_.store({}, std::memory_order_relaxed);
        mutex_.unlock();
    }
    void check_held() const {
#ifndef NDEBUG
        SLUICE_CHECK(owner_.load(std::memory_order_relaxed) == std::this_thread::get_id());
#endif
    }

private:
    std::mutex mutex_;
    std::atomic<int> wanting_{0};
    std::atomic<std::thread::id> owner_;
};

// A condition variable whose wait a signal ends, as it ends the system's blocking calls: a handler without SA_RESTART,
// or any handler during a wait with a time limit (signal(7)). std::condition_variable sleeps on.
class Event {
public:
    enum class Woke : std::uint8_t { notified, time_over, interrupted };

    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    // The monitor is held in all three. A wait sees every notification since its ticket() was taken. It gives the monitor
    // up meanwhile, and may also return without a reason: ask again.
    std::uint32_t ticket() const { return count_.load(std::memory_order_relaxed); }
    Woke wait(Monitor& monitor, std::uint32_t ticket, TimePoint until);
    void notify_all();

private:
    std::atomic<std::uint32_t> count_{0};
    std::uint32_t waiting_ = 0;  // under the monitor: nobody waits, no system call
};

}  // namespace sluice::posix
