#include "tools/packetdrill/callers.h"

#include <algorithm>
#include <utility>

namespace sluice::packetdrill {

Callers::Call::Call(Callers& callers) : callers_(callers) {
    if (callers_.is_main()) return;
    const std::lock_guard held(callers_.mutex_);
    ++callers_.running_;
}

Callers::Call::~Call() {
    if (callers_.is_main()) return;
    const std::lock_guard held(callers_.mutex_);
    --callers_.running_;
    callers_.unread_ += has_slept_ ? 1 : 0;
    callers_.changed_.notify_all();
}

void Callers::Call::sleep(Instant until) {
    std::unique_lock held(callers_.mutex_);
    has_slept_ = true;
    --callers_.running_;
    ++callers_.sleeping_;
    callers_.limit_ = std::min(callers_.limit_, until);
    callers_.changed_.notify_all();
    const std::uint64_t round = callers_.round_;
    callers_.changed_.wait(held, [&] { return callers_.round_ != round; });
}

void Callers::note_clock_read() {
    const std::lock_guard held(mutex_);
    unread_ = 0;
    changed_.notify_all();
}

void Callers::wait_for_others() {
    std::unique_lock held(mutex_);
    changed_.wait(held, [this] { return running_ == 0 && unread_ == 0; });
}

void Callers::wake_others() {
    {
        const std::lock_guard held(mutex_);
        running_ += std::exchange(sleeping_, 0);
        limit_ = never;
        ++round_;
        changed_.notify_all();
    }
    wait_for_others();
}

Instant Callers::next_limit() {
    const std::lock_guard held(mutex_);
    return limit_;
}

}  // namespace sluice::packetdrill
