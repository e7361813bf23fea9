// Many messages in one call: sendmmsg and recvmmsg, which are the single calls one after the other.
#include <algorithm>
#include <chrono>
#include <span>

#include "posix/call.h"
#include "posix/sockets.h"

namespace sluice::posix {
namespace {

constexpr unsigned messages_most = 1024;  // UIO_MAXIOV: the kernel caps the number so, without a word

std::size_t octets_of(const msghdr& message) {
    std::size_t octets = 0;
    for (std::size_t i = 0; i < message.msg_iovlen; ++i) octets += message.msg_iov[i].iov_len;
    return octets;
}

// Whether the call may begin at all.
Answer<void> judge(int fd, const mmsghdr* messages, unsigned count) {
    if (const auto found = socket_at(fd); !found) return fail(found.error());
    if (count > 0 && !messages) return fail(EFAULT);
    return {};
}

bool is_valid(const timespec& limit) {
    return limit.tv_sec >= 0 && limit.tv_nsec >= 0 && limit.tv_nsec < 1'000'000'000;
}

}  // namespace

int sendmmsg(int fd, mmsghdr* messages, unsigned int count, int flags) {
    if (const Answer<void> good = judge(fd, messages, count); !good) return told(good);
    int done = 0;
    for (mmsghdr& one : std::span(messages, std::min(count, messages_most))) {
        const ssize_t sent = posix::sendmsg(fd, &one.msg_hdr, flags);
        if (sent < 0) return done > 0 ? done : -1;
        one.msg_len = static_cast<unsigned>(sent);
        ++done;
        // What follows must not overtake the rest of this one.
        if (one.msg_len < octets_of(one.msg_hdr)) break;
    }
    return done;
}

// recvmmsg(2): the limit is looked at between two messages, so a call may wait longer for one.
int recvmmsg(int fd, mmsghdr* messages, unsigned int count, int flags, timespec* limit) {
    using namespace std::chrono;
    if (const Answer<void> good = judge(fd, messages, count); !good) return told(good);
    if (limit && !is_valid(*limit)) return told(Answer<int>(fail(EINVAL)));
    const auto until = limit ? steady_clock::now() + seconds(limit->tv_sec) + nanoseconds(limit->tv_nsec)
                             : steady_clock::time_point::max();
    int done = 0;
    for (mmsghdr& one : std::span(messages, std::min(count, messages_most))) {
        const ssize_t got = posix::recvmsg(fd, &one.msg_hdr, flags & ~MSG_WAITFORONE);
        if (got < 0) return done > 0 ? done : -1;
        one.msg_len = static_cast<unsigned>(got);
        ++done;
        if ((flags & MSG_WAITFORONE) != 0) flags |= MSG_DONTWAIT;
        if (steady_clock::now() >= until) break;
    }
    return done;
}

}  // namespace sluice::posix
