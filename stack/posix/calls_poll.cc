// poll, ppoll, select and pselect on our descriptors and the kernel's together.
//
// The sockets tell the thread's Poller, an eventfd; the kernel waits for that and for what is its own.
#include <algorithm>
#include <span>
#include <vector>

#include "posix/call.h"
#include "posix/poller.h"
#include "posix/sockets.h"

namespace sluice::posix {
namespace {

constexpr short always_told = POLLERR | POLLHUP | POLLNVAL;

// What select(2) on Linux makes of poll's events.
constexpr short select_readable = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR;
constexpr short select_writable = POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR;
constexpr short select_exceptional = POLLPRI;

struct Ours {
    pollfd* entry;
    std::shared_ptr<Socket> socket;
};

// One call of ppoll. Splits the descriptors into ours and the kernel's; while it waits the sockets know the poller.
class Polling {
public:
    explicit Polling(std::span<pollfd> descriptors) : descriptors_(descriptors) {
        kernels_.push_back({-1, POLLIN, 0});  // the poller's place
        for (pollfd& entry : descriptors_) {
            entry.revents = 0;
            auto socket = Descriptors::all().find(entry.fd);
            // The kernel skips a negative number, so places stay the same.
            kernels_.push_back({socket ? -1 : entry.fd, entry.events, 0});
            if (socket)
                ours_.push_back({&entry, std::move(socket)});
            else
                has_kernels_ = true;
        }
    }
    ~Polling() { unregister(); }
    Polling(const Polling&) = delete;
    Polling& operator=(const Polling&) = delete;

    // How many are ready at once.
    int look_once() {
        const int ready = look();
        if (!has_kernels_ || ready == 0) return ready;
        return ready + ask_kernel(TimePoint(), nullptr).value_or(0);
    }
    // How many are ready by then.
    Answer<int> wait(Poller& poller, TimePoint until, const sigset_t* mask) {
        register_at(poller);
        for (;;) {
            const int ready_here = look();
            const Answer<int> ready_there = ask_kernel(ready_here > 0 ? TimePoint() : until, mask);
            if (!ready_there && ready_here == 0) return ready_there;
            const int ready = ready_here + ready_there.value_or(0);
            if (ready > 0) return ready;
            if (until <= std::chrono::steady_clock::now()) return 0;
            poller.reset();
        }
    }

private:
    void register_at(Poller& poller) {
        poller.reset();
        poller_ = &poller;
        kernels_.front().fd = poller.descriptor();
        for (const Ours& our : ours_) {
            const std::lock_guard held(our.socket->driver()->monitor());
            our.socket->add_observer(poller);
        }
    }
    void unregister() {
        if (!poller_) return;
        for (const Ours& our : ours_) {
            const std::lock_guard held(our.socket->driver()->monitor());
            our.socket->remove_observer(*poller_);
        }
    }

    int look() {
        int ready = 0;
        for (const Ours& our : ours_) {
            const std::lock_guard held(our.socket->driver()->monitor());
            const int wanted = our.entry->events | always_told;
            our.entry->revents = static_cast<short>(our.socket->level() & wanted);
            ready += our.entry->revents != 0 ? 1 : 0;
        }
        return ready;
    }

    Answer<int> ask_kernel(TimePoint until, const sigset_t* mask) {
        const auto left = std::max(until - std::chrono::steady_clock::now(), TimePoint::duration::zero());
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
        const timespec wanted{seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
        const timespec* const limit = until == TimePoint::max() ? nullptr : &wanted;
        if (::ppoll(kernels_.data(), kernels_.size(), limit, mask) < 0) return fail(errno);
        int ready = 0;
        for (std::size_t i = 0; i < descriptors_.size(); ++i) {
            if (kernels_[i + 1].revents == 0) continue;
            descriptors_[i].revents = kernels_[i + 1].revents;
            ++ready;
        }
        return ready;
    }

    std::span<pollfd> descriptors_;
    Poller* poller_ = nullptr;
    bool has_kernels_ = false;
    std::vector<pollfd> kernels_;  // the poller, then one for each of descriptors_
    std::vector<Ours> ours_;
};

Answer<int> poll_until(std::span<pollfd> descriptors, TimePoint until, const sigset_t* mask) {
    Polling polling(descriptors);
    // Often something is ready; then nobody needs to be told, and our own cost no system call.
    if (const int ready = polling.look_once(); ready > 0) return ready;
    thread_local std::unique_ptr<Poller> poller;  // kept: an eventfd per thread, not per call
    if (!poller) poller = std::make_unique<Poller>();
    if (!poller->is_usable()) {
        poller.reset();
        return fail(ENOMEM);  // poll(2)
    }
    return polling.wait(*poller, until, mask);
}

// nullptr: for ever.
Answer<TimePoint> limit_of(const timespec* timeout) {
    if (!timeout) return TimePoint::max();
    if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1'000'000'000) return fail(EINVAL);
    if (timeout->tv_sec >= Duration::max() / 1s) return TimePoint::max();
    return limit_from_now(std::chrono::seconds(timeout->tv_sec) + std::chrono::nanoseconds(timeout->tv_nsec));
}

bool is_in(const fd_set* set, int fd) { return set && FD_ISSET(fd, set); }

// One pollfd for each number that is in any of the sets.
std::vector<pollfd> entries_of(int count, const fd_set* readable, const fd_set* writable,
                               const fd_set* exceptional) {
    std::vector<pollfd> entries;
    for (int fd = 0; fd < count; ++fd) {
        int events = 0;
        if (is_in(readable, fd)) events |= select_readable;
        if (is_in(writable, fd)) events |= select_writable;
        if (is_in(exceptional, fd)) events |= select_exceptional;
        if (events != 0) entries.push_back({fd, static_cast<short>(events), 0});
    }
    return entries;
}

// Keeps in `set` what is ready; how many.
int keep_ready(fd_set* set, const std::vector<pollfd>& entries, short kind) {
    if (!set) return 0;
    int kept = 0;
    for (const pollfd& entry : entries) {
        if (!FD_ISSET(entry.fd, set)) continue;
        if ((entry.revents & kind) != 0)
            ++kept;
        else
            FD_CLR(entry.fd, set);
    }
    return kept;
}

Answer<int> select_until(int count, fd_set* readable, fd_set* writable, fd_set* exceptional, TimePoint until,
                         const sigset_t* mask) {
    if (count < 0 || count > FD_SETSIZE) return fail(EINVAL);
    std::vector<pollfd> entries = entries_of(count, readable, writable, exceptional);
    const Answer<int> ready = poll_until(entries, until, mask);
    if (!ready) return ready;
    for (const pollfd& entry : entries)
        if ((entry.revents & POLLNVAL) != 0) return fail(EBADF);
    return keep_ready(readable, entries, select_readable) + keep_ready(writable, entries, select_writable) +
           keep_ready(exceptional, entries, select_exceptional);
}

}  // namespace

int poll(pollfd* descriptors, nfds_t count, int timeout_ms) {
    const TimePoint until =
        timeout_ms < 0 ? TimePoint::max() : limit_from_now(std::chrono::milliseconds(timeout_ms));
    if (count > 0 && !descriptors) return told(Answer<int>(fail(EFAULT)));
    return told(poll_until({descriptors, count}, until, nullptr));
}

int ppoll(pollfd* descriptors, nfds_t count, const timespec* timeout, const sigset_t* mask) {
    if (count > 0 && !descriptors) return told(Answer<int>(fail(EFAULT)));
    const Answer<TimePoint> until = limit_of(timeout);
    return told(until ? poll_until({descriptors, count}, *until, mask) : Answer<int>(fail(until.error())));
}

// select(2): Linux leaves in `timeout` the time that was not slept.
int select(int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) {
    timespec wanted{};
    if (timeout) {
        if (timeout->tv_sec < 0 || timeout->tv_usec < 0) return told(Answer<int>(fail(EINVAL)));
        wanted = {timeout->tv_sec + timeout->tv_usec / 1'000'000, timeout->tv_usec % 1'000'000 * 1000};
    }
    const TimePoint until = *limit_of(timeout ? &wanted : nullptr);
    const Answer<int> ready = select_until(count, readable, writable, exceptional, until, nullptr);
    if (timeout && until != TimePoint::max()) {
        const auto left = std::max(until - std::chrono::steady_clock::now(), TimePoint::duration::zero());
        const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(left).count();
        *timeout = {microseconds / 1'000'000, microseconds % 1'000'000};
    }
    return told(ready);
}

int pselect(int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const timespec* timeout,
            const sigset_t* mask) {
    const Answer<TimePoint> until = limit_of(timeout);
    if (!until) return told(Answer<int>(fail(until.error())));
    return told(select_until(count, readable, writable, exceptional, *until, mask));
}

}  // namespace sluice::posix
