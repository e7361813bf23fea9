// What is taken over: read and write, send and recv in all their forms, sendfile.
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cstring>

#include "apps/preload/route.h"
#include "posix/sockets.h"

using namespace sluice;
using preload::is_ours;
using preload::route;

// Of the C library, for programs compiled with _FORTIFY_SOURCE; its headers do not show them.
extern "C" {
ssize_t __read_chk(int fd, void* room, size_t length, size_t room_size);
ssize_t __recv_chk(int fd, void* room, size_t length, size_t room_size, int flags);
ssize_t __recvfrom_chk(int fd, void* room, size_t length, size_t room_size, int flags, sockaddr* from,
                       socklen_t* from_length);
}

namespace {

// unix(7): whether a message hands over one of our numbers, behind which the receiver would find nothing.
bool passes_ours(const msghdr& message) {
    for (const cmsghdr* part = CMSG_FIRSTHDR(&message); part;
         part = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(part))) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= part->cmsg_len; at += sizeof(int)) {
            int number = -1;
            std::memcpy(&number, reinterpret_cast<const char*>(part) + at, sizeof number);
            if (is_ours(number)) return true;
        }
    }
    return false;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

ssize_t read(int fd, void* room, size_t length) {
    return route(fd, posix::read, SLUICE_NEXT(read), fd, room, length);
}

ssize_t write(int fd, const void* data, size_t length) {
    return route(fd, posix::write, SLUICE_NEXT(write), fd, data, length);
}

ssize_t readv(int fd, const iovec* buffers, int count) {
    return route(fd, posix::readv, SLUICE_NEXT(readv), fd, buffers, count);
}

ssize_t writev(int fd, const iovec* buffers, int count) {
    return route(fd, posix::writev, SLUICE_NEXT(writev), fd, buffers, count);
}

ssize_t send(int fd, const void* data, size_t length, int flags) {
    return route(fd, posix::send, SLUICE_NEXT(send), fd, data, length, flags);
}

ssize_t sendto(int fd, const void* data, size_t length, int flags, const sockaddr* to, socklen_t to_length) {
    return route(fd, posix::sendto, SLUICE_NEXT(sendto), fd, data, length, flags, to, to_length);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    if (message && message->msg_control && passes_ours(*message)) {
        static preload::Complaint complaint;
        complaint.say("a socket of the stack cannot be passed to another process");
        errno = EOPNOTSUPP;
        return -1;
    }
    return route(fd, posix::sendmsg, SLUICE_NEXT(sendmsg), fd, message, flags);
}

ssize_t recv(int fd, void* room, size_t length, int flags) {
    return route(fd, posix::recv, SLUICE_NEXT(recv), fd, room, length, flags);
}

ssize_t recvfrom(int fd, void* room, size_t length, int flags, sockaddr* from, socklen_t* from_length) {
    return route(fd, posix::recvfrom, SLUICE_NEXT(recvfrom), fd, room, length, flags, from, from_length);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
    return route(fd, posix::recvmsg, SLUICE_NEXT(recvmsg), fd, message, flags);
}

int sendmmsg(int fd, mmsghdr* messages, unsigned int count, int flags) {
    return route(fd, posix::sendmmsg, SLUICE_NEXT(sendmmsg), fd, messages, count, flags);
}

int recvmmsg(int fd, mmsghdr* messages, unsigned int count, int flags, timespec* limit) {
    return route(fd, posix::recvmmsg, SLUICE_NEXT(recvmmsg), fd, messages, count, flags, limit);
}

// They end the program when `length` is more than the room; so that is left to the C library.
ssize_t __read_chk(int fd, void* room, size_t length, size_t room_size) {
    return length <= room_size ? ::read(fd, room, length)
                               : SLUICE_NEXT(__read_chk)(fd, room, length, room_size);
}

ssize_t __recv_chk(int fd, void* room, size_t length, size_t room_size, int flags) {
    return length <= room_size ? ::recv(fd, room, length, flags)
                               : SLUICE_NEXT(__recv_chk)(fd, room, length, room_size, flags);
}

ssize_t __recvfrom_chk(int fd, void* room, size_t length, size_t room_size, int flags, sockaddr* from,
                       socklen_t* from_length) {
    return length <= room_size
               ? ::recvfrom(fd, room, length, flags, from, from_length)
               : SLUICE_NEXT(__recvfrom_chk)(fd, room, length, room_size, flags, from, from_length);
}

ssize_t sendfile(int fd, int file, off_t* offset, size_t count) noexcept {
    return route(fd, posix::sendfile, SLUICE_NEXT(sendfile), fd, file, offset, count);
}

ssize_t sendfile64(int fd, int file, off64_t* offset, size_t count) noexcept {
    return ::sendfile(fd, file, offset, count);
}

}  // extern "C"
#pragma GCC visibility pop
