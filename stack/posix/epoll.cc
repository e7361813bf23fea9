#include "posix/epoll.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>

#include "posix/call.h"
#include "posix/sockets.h"

namespace sluice::posix {
namespace {

constexpr std::uint32_t always_told = EPOLLERR | EPOLLHUP;

int milliseconds_until(TimePoint until) {
    if (until == TimePoint::max()) return -1;
    const auto left = until - std::chrono::steady_clock::now();
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<std::int64_t>(rounded, 0, INT_MAX));
}

}  // namespace

Epoll::Epoll(int kernel_set) : kernel_set_(kernel_set), woken_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = woken_.number();
    if (is_usable()) ::epoll_ctl(number(), EPOLL_CTL_ADD, woken_.number(), &event);
}

Epoll::~Epoll() {
    for (const auto& [fd, entry] : entries_) drop(entry);
}

void Epoll::queue(const std::shared_ptr<Entry>& entry) {
    const std::lock_guard held(queue_);
    if (entry->is_queued) return;
    entry->is_queued = true;
    ready_.push_back(entry);
    if (ready_.size() == 1) eventfd_write(woken_.number(), 1);
}

// --- control

Answer<void> Epoll::control(int operation, int fd, const epoll_event* event) {
    if (operation != EPOLL_CTL_DEL && !event) return fail(EFAULT);
    if (fd == number()) return fail(EINVAL);
    const std::lock_guard held(control_);
    const auto socket = Descriptors::all().find(fd);
    return socket ? control_ours(operation, fd, socket, event) : control_kernels(operation, fd, event);
}

Answer<void> Epoll::control_ours(int operation, int fd, const std::shared_ptr<Socket>& socket,
                                 const epoll_event* event) {
    auto found = entries_.find(fd);
    // epoll(7) Q6: a closed descriptor leaves the set by itself; its number may come back.
    if (found != entries_.end() && found->second->socket != socket) {
        drop(found->second);
        entries_.erase(found);
        found = entries_.end();
    }
    const bool is_known = found != entries_.end();
    switch (operation) {
        case EPOLL_CTL_ADD:
            if (is_known) return fail(EEXIST);
            add(fd, socket, *event);
            return {};
        case EPOLL_CTL_MOD:
            if (!is_known) return fail(ENOENT);
            found->second->wanted = *event;
            found->second->is_disabled = false;
            queue(found->second);
            return {};
        case EPOLL_CTL_DEL:
            if (!is_known) return fail(ENOENT);
            drop(found->second);
            entries_.erase(found);
            return {};
        default: return fail(EINVAL);
    }
}

void Epoll::add(int fd, const std::shared_ptr<Socket>& socket, const epoll_event& event) {
    auto entry = std::make_shared<Entry>(*this, socket);
    entry->wanted = event;
    {
        const std::lock_guard driver_held(socket->driver()->monitor());
        socket->add_observer(*entry);
    }
    entries_[fd] = entry;
    queue(entry);
}

void Epoll::drop(const std::shared_ptr<Entry>& entry) {
    entry->is_removed = true;
    const std::lock_guard driver_held(entry->socket->driver()->monitor());
    entry->socket->remove_observer(*entry);
}

Answer<void> Epoll::control_kernels(int operation, int fd, const epoll_event* event) {
    epoll_event asked{};
    if (event) asked = *event;
    asked.data.fd = fd;  // told back to us; what the program wants to hear we keep
    if (::epoll_ctl(number(), operation, fd, &asked) < 0) return fail(errno);
    if (operation == EPOLL_CTL_DEL)
        kernels_.erase(fd);
    else
        kernels_[fd] = event->data;
    return {};
}

// --- wait

// Looks at one that may be ready. False: it is not.
bool Epoll::collect_one(const std::shared_ptr<Entry>& entry, epoll_event& place) {
    if (entry->is_removed || entry->is_disabled) return false;
    std::uint32_t events = 0;
    bool is_closed = false;
    {
        const std::lock_guard driver_held(entry->socket->driver()->monitor());
        is_closed = entry->socket->is_closed();
        events = static_cast<std::uint32_t>(static_cast<unsigned short>(entry->socket->level()));
    }
    if (is_closed) {
        drop(entry);
        std::erase_if(entries_, [&](const auto& each) { return each.second == entry; });
        return false;
    }
    events &= entry->wanted.events | always_told;
    if (events == 0) return false;
    place.events = events;
    place.data = entry->wanted.data;
    entry->is_disabled = (entry->wanted.events & EPOLLONESHOT) != 0;
    return true;
}

std::size_t Epoll::collect(std::span<epoll_event> room) {
    const std::lock_guard held(control_);
    std::deque<std::shared_ptr<Entry>> batch;
    {
        const std::lock_guard queue_held(queue_);
        batch.swap(ready_);
        for (const auto& entry : batch) entry->is_queued = false;
        eventfd_t count = 0;
        if (!batch.empty()) eventfd_read(woken_.number(), &count);
    }
    std::size_t told = 0;
    std::deque<std::shared_ptr<Entry>> again;
    for (; !batch.empty() && told < room.size(); batch.pop_front()) {
        const auto& entry = batch.front();
        if (!collect_one(entry, room[told])) continue;
        ++told;
        // By level: it may still be ready next time.
        if (!entry->is_disabled && (entry->wanted.events & EPOLLET) == 0) again.push_back(entry);
    }
    for (const auto& entry : batch) queue(entry);  // those without room go first
    for (const auto& entry : again) queue(entry);
    return told;
}

Answer<std::size_t> Epoll::ask_kernel(std::span<epoll_event> room, TimePoint until, const sigset_t* mask) {
    {
        const std::lock_guard held(control_);
        // Ours alone cost no system call when one of them is ready.
        if (room.empty() || (until == TimePoint() && kernels_.empty())) return std::size_t{0};
    }
    const int got =
        ::epoll_pwait(number(), room.data(), static_cast<int>(room.size()), milliseconds_until(until), mask);
    if (got < 0) return fail(errno);
    const std::lock_guard held(control_);
    std::size_t kept = 0;
    for (const epoll_event& event : room.first(static_cast<std::size_t>(got))) {
        const auto known = kernels_.find(event.data.fd);
        if (known == kernels_.end()) continue;  // our own waker
        const std::uint32_t events = event.events;
        room[kept].events = events;
        room[kept].data = known->second;
        ++kept;
    }
    return kept;
}

Answer<int> Epoll::wait(std::span<epoll_event> room, TimePoint until, const sigset_t* mask) {
    for (;;) {
        const std::size_t ours = collect(room);
        const TimePoint limit = ours > 0 ? TimePoint() : until;
        const Answer<std::size_t> theirs = ask_kernel(room.subspan(ours), limit, mask);
        if (!theirs && ours == 0) return fail(theirs.error());
        const std::size_t ready = ours + theirs.value_or(0);
        if (ready > 0) return static_cast<int>(ready);
        if (until <= std::chrono::steady_clock::now()) {
            const std::size_t late = collect(room);  // what came with the end of the time
            return static_cast<int>(late);
        }
    }
}

// --- the sets of the process

Epolls& Epolls::all() {
    // Never destroyed: threads may make calls while the process ends.
    static Epolls* const sets = new Epolls;
    return *sets;
}

Answer<int> Epolls::make(int flags) {
    const int number = ::epoll_create1(flags);
    if (number < 0) return fail(errno);
    auto set = std::make_shared<Epoll>(number);
    if (!set->is_usable()) return fail(EMFILE);
    const std::lock_guard held(mutex_);
    sets_[number] = std::move(set);
    return number;
}

std::shared_ptr<Epoll> Epolls::find(int number) {
    const std::lock_guard held(mutex_);
    const auto found = sets_.find(number);
    return found == sets_.end() ? nullptr : found->second;
}

bool Epolls::remove(int number) {
    std::shared_ptr<Epoll> last;  // goes without the lock
    const std::lock_guard held(mutex_);
    const auto found = sets_.find(number);
    if (found == sets_.end()) return false;
    last = std::move(found->second);
    sets_.erase(found);
    return true;
}

int epoll_create(int size) {
    if (size <= 0) return told(Answer<int>(fail(EINVAL)));
    return posix::epoll_create1(0);
}

int epoll_create1(int flags) { return told(Epolls::all().make(flags)); }

int epoll_ctl(int set, int operation, int fd, epoll_event* event) {
    const auto found = Epolls::all().find(set);
    return told(found ? found->control(operation, fd, event) : Answer<void>(fail(EBADF)));
}

int epoll_wait(int set, epoll_event* events, int most, int timeout_ms) {
    return posix::epoll_pwait(set, events, most, timeout_ms, nullptr);
}

int epoll_pwait(int set, epoll_event* events, int most, int timeout_ms, const sigset_t* mask) {
    const auto found = Epolls::all().find(set);
    if (!found) return told(Answer<int>(fail(EBADF)));
    if (most <= 0) return told(Answer<int>(fail(EINVAL)));
    if (!events) return told(Answer<int>(fail(EFAULT)));
    const TimePoint until =
        timeout_ms < 0 ? TimePoint::max() : limit_from_now(std::chrono::milliseconds(timeout_ms));
    return told(found->wait({events, static_cast<std::size_t>(most)}, until, mask));
}

}  // namespace sluice::posix
