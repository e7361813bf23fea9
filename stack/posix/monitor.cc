#include "posix/monitor.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>

namespace sluice::posix {
namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

long futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value, const timespec* until) {
    return syscall(SYS_futex, &word, operation | FUTEX_PRIVATE_FLAG, value, until, nullptr,
                   FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

TimePoint limit_from_now(Duration limit) {
    const TimePoint now = std::chrono::steady_clock::now();
    return limit >= TimePoint::max() - now ? TimePoint::max() : now + limit;
}

Event::Woke Event::wait(Monitor& monitor, std::uint32_t ticket, TimePoint until) {
    ++waiting_;
    monitor.unlock();

    // FUTEX_WAIT_BITSET takes an absolute time of CLOCK_MONOTONIC; a count that moved on makes it return.
    const auto since_boot = until.time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
    const timespec at{seconds.count(), std::chrono::nanoseconds(since_boot - seconds).count()};
    const long result = futex(count_, FUTEX_WAIT_BITSET, ticket, until == TimePoint::max() ? nullptr : &at);
    const int error = result < 0 ? errno : 0;

    monitor.lock();
    --waiting_;
    if (error == ETIMEDOUT) return Woke::time_over;
    return error == EINTR ? Woke::interrupted : Woke::notified;
}

void Event::notify_all() {
    count_.fetch_add(1, std::memory_order_relaxed);
    if (waiting_ > 0) futex(count_, FUTEX_WAKE_BITSET, INT_MAX, nullptr);
}

}  // namespace sluice::posix
