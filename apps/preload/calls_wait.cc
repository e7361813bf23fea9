// What is taken over: poll, select and epoll. Sets of the kernel's descriptors and ours together are what the POSIX-shaped
// calls are made for; every epoll set goes through them, for it may get a socket later.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include <algorithm>
#include <span>

#include "apps/preload/route.h"
#include "posix/epoll.h"
#include "posix/sockets.h"

using namespace sluice;
using preload::Inside;
using preload::is_ours;
using preload::network;

// Of the C library, for programs compiled with _FORTIFY_SOURCE; its headers do not show them.
extern "C" {
int __poll_chk(pollfd* entries, nfds_t count, int timeout, std::size_t room);
int __ppoll_chk(pollfd* entries, nfds_t count, const timespec* timeout, const sigset_t* mask,
                std::size_t room);
}

namespace {

// The first of our descriptors, by which the call is judged; -1: all are the kernel's.
int ours_of(const pollfd* entries, nfds_t count) {
    if (!entries) return -1;
    for (const pollfd& entry : std::span(entries, count))
        if (is_ours(entry.fd)) return entry.fd;
    return -1;
}

int ours_of(int count, std::initializer_list<const fd_set*> sets) {
    for (int fd = 0; fd < std::min(count, FD_SETSIZE); ++fd)
        for (const fd_set* set : sets)
            if (set && FD_ISSET(fd, set) && is_ours(fd)) return fd;
    return -1;
}

template <typename Ours, typename Next, typename... Arguments>
int route_set(int set, Ours ours, Next next, Arguments... arguments) {
    if (Inside::is_on() || !network().is_mine() || !posix::Epolls::all().find(set)) return next(arguments...);
    const Inside inside;
    return ours(arguments...);
}

bool is_kernels_alone() { return Inside::is_on() || !network().is_mine(); }

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

int poll(pollfd* entries, nfds_t count, int timeout) {
    return preload::route(ours_of(entries, count), posix::poll, SLUICE_NEXT(poll), entries, count, timeout);
}

int ppoll(pollfd* entries, nfds_t count, const timespec* timeout, const sigset_t* mask) {
    return preload::route(ours_of(entries, count), posix::ppoll, SLUICE_NEXT(ppoll), entries, count, timeout,
                          mask);
}

int select(int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) {
    return preload::route(ours_of(count, {readable, writable, exceptional}), posix::select,
                          SLUICE_NEXT(select), count, readable, writable, exceptional, timeout);
}

int pselect(int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const timespec* timeout,
            const sigset_t* mask) {
    return preload::route(ours_of(count, {readable, writable, exceptional}), posix::pselect,
                          SLUICE_NEXT(pselect), count, readable, writable, exceptional, timeout, mask);
}

// They end the program when the entries are more than the room; so that is left to the C library.
int __poll_chk(pollfd* entries, nfds_t count, int timeout, std::size_t room) {
    return room / sizeof *entries >= count ? ::poll(entries, count, timeout)
                                           : SLUICE_NEXT(__poll_chk)(entries, count, timeout, room);
}

int __ppoll_chk(pollfd* entries, nfds_t count, const timespec* timeout, const sigset_t* mask,
                std::size_t room) {
    return room / sizeof *entries >= count ? ::ppoll(entries, count, timeout, mask)
                                           : SLUICE_NEXT(__ppoll_chk)(entries, count, timeout, mask, room);
}

int epoll_create(int size) noexcept {
    if (is_kernels_alone()) return SLUICE_NEXT(epoll_create)(size);
    const Inside inside;
    return posix::epoll_create(size);
}

int epoll_create1(int flags) noexcept {
    if (is_kernels_alone()) return SLUICE_NEXT(epoll_create1)(flags);
    const Inside inside;
    return posix::epoll_create1(flags);
}

int epoll_ctl(int set, int operation, int fd, epoll_event* event) noexcept {
    return route_set(set, posix::epoll_ctl, SLUICE_NEXT(epoll_ctl), set, operation, fd, event);
}

int epoll_wait(int set, epoll_event* events, int most, int timeout) {
    return route_set(set, posix::epoll_wait, SLUICE_NEXT(epoll_wait), set, events, most, timeout);
}

int epoll_pwait(int set, epoll_event* events, int most, int timeout, const sigset_t* mask) {
    return route_set(set, posix::epoll_pwait, SLUICE_NEXT(epoll_pwait), set, events, most, timeout, mask);
}

}  // extern "C"
#pragma GCC visibility pop
