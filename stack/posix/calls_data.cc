// send and recv in all their forms, read and write.
#include <climits>

#include "posix/call.h"
#include "posix/sockets.h"

namespace sluice::posix {
namespace {

Answer<std::size_t> send_to(const Answer<std::shared_ptr<Socket>>& found, Buffers data, int flags) {
    return in_turn(found, [&](Turn& turn, Socket& socket) { return socket.send(turn, data, flags); });
}

Answer<std::size_t> receive_from(const Answer<std::shared_ptr<Socket>>& found, Buffers room, int flags,
                                 int& flags_out) {
    return in_turn(found,
                   [&](Turn& turn, Socket& socket) { return socket.receive(turn, room, flags, flags_out); });
}

// The number of buffers, as readv(2) wants it.
Answer<Buffers> buffers_of(const iovec* buffers, int count) {
    if (count < 0 || count > IOV_MAX) return fail(EINVAL);
    if (count > 0 && !buffers) return fail(EFAULT);
    return Buffers(buffers, static_cast<std::size_t>(count));
}

// The same as sendmsg(2) wants it.
Answer<Buffers> buffers_of(const msghdr* message) {
    if (!message) return fail(EFAULT);
    if (message->msg_iovlen > IOV_MAX) return fail(EMSGSIZE);
    if (message->msg_iovlen > 0 && !message->msg_iov) return fail(EFAULT);
    return Buffers(message->msg_iov, message->msg_iovlen);
}

}  // namespace

ssize_t send(int fd, const void* data, size_t length, int flags) {
    const iovec buffer{const_cast<void*>(data), length};  // only read from
    return told(send_to(socket_at(fd), {&buffer, 1}, flags));
}

// Choice: the destination is ignored on a stream, as on Linux; POSIX allows EISCONN as well.
ssize_t sendto(int fd, const void* data, size_t length, int flags, const sockaddr*, socklen_t) {
    return posix::send(fd, data, length, flags);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    const auto found = socket_at(fd);
    const Answer<Buffers> data = buffers_of(message);
    if (found && !data) return told(Answer<std::size_t>(fail(data.error())));
    return told(send_to(found, data.value_or(Buffers()), flags));
}

ssize_t recv(int fd, void* room, size_t length, int flags) {
    const iovec buffer{room, length};
    int flags_out = 0;
    return told(receive_from(socket_at(fd), {&buffer, 1}, flags, flags_out));
}

// A stream tells no sender: the length becomes 0, as on Linux.
ssize_t recvfrom(int fd, void* room, size_t length, int flags, sockaddr* from, socklen_t* from_length) {
    const ssize_t result = posix::recv(fd, room, length, flags);
    if (result >= 0 && from && from_length) *from_length = 0;
    return result;
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
    const auto found = socket_at(fd);
    const Answer<Buffers> room = buffers_of(message);
    if (found && !room) return told(Answer<std::size_t>(fail(room.error())));
    int flags_out = 0;
    const Answer<std::size_t> result = receive_from(found, room.value_or(Buffers()), flags, flags_out);
    if (result) {
        message->msg_namelen = 0;
        message->msg_controllen = 0;
        message->msg_flags = flags_out;
    }
    return told(result);
}

ssize_t read(int fd, void* room, size_t length) {
    const iovec buffer{room, length};
    return posix::readv(fd, &buffer, 1);
}

ssize_t readv(int fd, const iovec* buffers, int count) {
    const auto found = file_at(fd);
    const Answer<Buffers> room = buffers_of(buffers, count);
    if (found && !room) return told(Answer<std::size_t>(fail(room.error())));
    int flags_out = 0;
    return told(receive_from(found, room.value_or(Buffers()), 0, flags_out));
}

ssize_t write(int fd, const void* data, size_t length) {
    const iovec buffer{const_cast<void*>(data), length};
    return posix::writev(fd, &buffer, 1);
}

ssize_t writev(int fd, const iovec* buffers, int count) {
    const auto found = file_at(fd);
    const Answer<Buffers> data = buffers_of(buffers, count);
    if (found && !data) return told(Answer<std::size_t>(fail(data.error())));
    return told(send_to(found, data.value_or(Buffers()), 0));
}

}  // namespace sluice::posix
