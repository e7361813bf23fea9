// send and recv in all their forms, read and write.
#include <climits>

#include "posix/addresses.h"
#include "posix/call.h"
#include "posix/sockets.h"

namespace sluice::posix {
namespace {

using Found = Answer<std::shared_ptr<Socket>>;

Answer<std::size_t> send_to(const Found& found, const MessageOut& message, int flags) {
    return in_turn(found, [&](Turn& turn, Socket& socket) { return socket.send(turn, message, flags); });
}

Answer<std::size_t> receive_from(const Found& found, MessageIn& message, int flags) {
    return in_turn(found, [&](Turn& turn, Socket& socket) { return socket.receive(turn, message, flags); });
}

Answer<std::size_t> receive_from(const Found& found, Buffers room) {
    MessageIn message{.room = room};
    return receive_from(found, message, 0);
}

// Where it came from; a stream tells no sender, and the length becomes 0, as on Linux.
Answer<void> store_sender(const MessageIn& message, sockaddr* from, socklen_t* length) {
    if (message.from) return store(*message.from, from, length);
    if (from && length) *length = 0;
    return {};
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
    return posix::sendto(fd, data, length, flags, nullptr, 0);
}

ssize_t sendto(int fd, const void* data, size_t length, int flags, const sockaddr* to, socklen_t to_length) {
    const iovec buffer{const_cast<void*>(data), length};  // only read from
    return told(send_to(socket_at(fd), {.data = {&buffer, 1}, .to = to, .to_length = to_length}, flags));
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    const auto found = socket_at(fd);
    const Answer<Buffers> data = buffers_of(message);
    if (!found || !data) return told(Answer<std::size_t>(fail(found ? data.error() : found.error())));
    MessageOut out{.data = *data, .to = static_cast<const sockaddr*>(message->msg_name)};
    out.to_length = message->msg_namelen;
    if (message->msg_control)
        out.control = {static_cast<const std::uint8_t*>(message->msg_control), message->msg_controllen};
    return told(send_to(found, out, flags));
}

ssize_t recv(int fd, void* room, size_t length, int flags) {
    return posix::recvfrom(fd, room, length, flags, nullptr, nullptr);
}

ssize_t recvfrom(int fd, void* room, size_t length, int flags, sockaddr* from, socklen_t* from_length) {
    const iovec buffer{room, length};
    MessageIn message{.room = {&buffer, 1}};
    const auto found = socket_at(fd);
    if (found)
        if (const Answer<void> good = check_room(from, from_length); !good)
            return told(Answer<std::size_t>(fail(good.error())));
    const Answer<std::size_t> result = receive_from(found, message, flags);
    if (result) (void)store_sender(message, from, from_length);
    return told(result);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
    const auto found = socket_at(fd);
    const Answer<Buffers> room = buffers_of(message);
    if (!found || !room) return told(Answer<std::size_t>(fail(found ? room.error() : found.error())));
    MessageIn in{.room = *room};
    if (message->msg_control)
        in.control = {static_cast<std::uint8_t*>(message->msg_control), message->msg_controllen};
    const Answer<std::size_t> result = receive_from(found, in, flags);
    if (result) {
        if (!message->msg_name) message->msg_namelen = 0;
        (void)store_sender(in, static_cast<sockaddr*>(message->msg_name), &message->msg_namelen);
        message->msg_controllen = in.control_length;
        message->msg_flags = in.flags;
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
    return told(receive_from(found, room.value_or(Buffers())));
}

ssize_t write(int fd, const void* data, size_t length) {
    const iovec buffer{const_cast<void*>(data), length};
    return posix::writev(fd, &buffer, 1);
}

ssize_t writev(int fd, const iovec* buffers, int count) {
    const auto found = file_at(fd);
    const Answer<Buffers> data = buffers_of(buffers, count);
    if (found && !data) return told(Answer<std::size_t>(fail(data.error())));
    return told(send_to(found, {.data = data.value_or(Buffers())}, 0));
}

}  // namespace sluice::posix
