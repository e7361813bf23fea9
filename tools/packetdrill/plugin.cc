// The functions of the table (table.h): from the tool's arguments to calls of the POSIX-shaped face, in virtual time.
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdlib>
#include <memory>
#include <vector>

#include "tools/packetdrill/script.h"
#include "tools/packetdrill/table.h"

namespace sluice::packetdrill {
namespace {

Script& script_of(void* userdata) { return *static_cast<Script*>(userdata); }

int refuse(int error) {
    errno = error;
    return -1;
}

void end_script(void* userdata) {
    const std::unique_ptr<Script> script(static_cast<Script*>(userdata));
    if (script->end()) return;
    std::fflush(nullptr);
    std::_Exit(1);
}

// --- connections

int open_socket(void* userdata, int domain, int type, int protocol) {
    Script& script = script_of(userdata);
    const int fd = script.call(false, [&] { return posix::socket(domain, type, protocol); });
    return script.adopt(fd, (type & SOCK_NONBLOCK) != 0);
}

int bind_socket(void* userdata, int fd, const sockaddr* address, socklen_t length) {
    return script_of(userdata).call(false, [&] { return posix::bind(fd, address, length); });
}

int listen_on(void* userdata, int fd, int backlog) {
    return script_of(userdata).call(false, [&] { return posix::listen(fd, backlog); });
}

int accept_from(void* userdata, int fd, sockaddr* address, socklen_t* length) {
    Script& script = script_of(userdata);
    const int made = script.call(script.blocks(fd), [&] { return posix::accept(fd, address, length); });
    return script.adopt(made, false);
}

// connect(2) on a socket that may block: what the SYN came to.
int connect_result(int fd) {
    pollfd asked{fd, POLLOUT, 0};
    if (posix::poll(&asked, 1, 0) == 0) return refuse(EAGAIN);
    int error = 0;
    socklen_t length = sizeof error;
    posix::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    return error == 0 ? 0 : refuse(error);
}

int connect_to(void* userdata, int fd, const sockaddr* address, socklen_t length) {
    Script& script = script_of(userdata);
    const bool blocks = script.blocks(fd);
    bool has_begun = false;
    return script.call(blocks, [&] {
        if (has_begun) return connect_result(fd);
        has_begun = true;
        const int result = posix::connect(fd, address, length);
        return blocks && result < 0 && errno == EINPROGRESS ? connect_result(fd) : result;
    });
}

int shut_down(void* userdata, int fd, int how) {
    return script_of(userdata).call(false, [&] { return posix::shutdown(fd, how); });
}

int close_it(void* userdata, int fd) { return script_of(userdata).close(fd); }

// --- data

ssize_t receive_message(void* userdata, int fd, msghdr* message, int flags) {
    Script& script = script_of(userdata);
    const msghdr asked = *message;
    return script.call(script.blocks(fd, flags), [&] {
        *message = asked;
        return posix::recvmsg(fd, message, flags);
    });
}

ssize_t receive_from(void* userdata, int fd, void* room, size_t length, int flags, sockaddr* from,
                     socklen_t* from_length) {
    Script& script = script_of(userdata);
    return script.call(script.blocks(fd, flags),
                       [&] { return posix::recvfrom(fd, room, length, flags, from, from_length); });
}

ssize_t receive(void* userdata, int fd, void* room, size_t length, int flags) {
    return receive_from(userdata, fd, room, length, flags, nullptr, nullptr);
}

ssize_t read_from(void* userdata, int fd, void* room, size_t length) {
    if (!script_of(userdata).is_ours(fd)) return ::read(fd, room, length);
    return receive_from(userdata, fd, room, length, 0, nullptr, nullptr);
}

ssize_t read_into(void* userdata, int fd, const iovec* buffers, int count) {
    Script& script = script_of(userdata);
    if (!script.is_ours(fd)) return ::readv(fd, buffers, count);
    return script.call(script.blocks(fd), [&] { return posix::readv(fd, buffers, count); });
}

// A call that may block goes on until everything is taken, and answers how much was.
ssize_t send_message(void* userdata, int fd, const msghdr* message, int flags) {
    Script& script = script_of(userdata);
    const bool blocks = script.blocks(fd, flags);
    msghdr rest = *message;
    std::vector<iovec> buffers(message->msg_iov, message->msg_iov + message->msg_iovlen);
    rest.msg_iov = buffers.data();
    ssize_t sent = 0;
    const ssize_t result = script.call(blocks, [&]() -> ssize_t {
        for (;;) {
            const ssize_t taken = posix::sendmsg(fd, &rest, flags);
            if (taken < 0) return taken;
            sent += taken;
            auto left = static_cast<std::size_t>(taken);
            std::size_t still = 0;
            for (iovec& buffer : buffers) {
                const std::size_t step = std::min(left, buffer.iov_len);
                buffer = {static_cast<char*>(buffer.iov_base) + step, buffer.iov_len - step};
                left -= step;
                still += buffer.iov_len;
            }
            if (still == 0 || !blocks || taken == 0) return sent;
        }
    });
    return result < 0 && sent > 0 ? sent : result;
}

ssize_t send_to(void* userdata, int fd, const void* data, size_t length, int flags, const sockaddr* to,
                socklen_t to_length) {
    iovec buffer{const_cast<void*>(data), length};
    msghdr message{};
    message.msg_name = const_cast<sockaddr*>(to);
    message.msg_namelen = to ? to_length : 0;
    message.msg_iov = &buffer;
    message.msg_iovlen = 1;
    return send_message(userdata, fd, &message, flags);
}

ssize_t send(void* userdata, int fd, const void* data, size_t length, int flags) {
    return send_to(userdata, fd, data, length, flags, nullptr, 0);
}

ssize_t write_to(void* userdata, int fd, const void* data, size_t length) {
    if (!script_of(userdata).is_ours(fd)) return ::write(fd, data, length);
    return send(userdata, fd, data, length, 0);
}

ssize_t write_from(void* userdata, int fd, const iovec* buffers, int count) {
    if (!script_of(userdata).is_ours(fd)) return ::writev(fd, buffers, count);
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(buffers);
    message.msg_iovlen = static_cast<std::size_t>(count);
    return send_message(userdata, fd, &message, 0);
}

// --- flags and options

int control(void* userdata, int fd, int command, ...) {
    Script& script = script_of(userdata);
    va_list rest;
    va_start(rest, command);
    const int argument = va_arg(rest, int);
    va_end(rest);
    if (!script.is_ours(fd)) return ::fcntl(fd, command, argument);
    if (command == F_GETFL) return script.flags(fd);
    if (command == F_SETFL) return script.set_flags(fd, argument);
    return posix::fcntl(fd, command, argument);
}

int control_device(void* userdata, int fd, unsigned long request, ...) {
    Script& script = script_of(userdata);
    va_list rest;
    va_start(rest, request);
    int* const argument = va_arg(rest, int*);
    va_end(rest);
    if (!script.is_ours(fd)) return ::ioctl(fd, request, argument);
    if (request == FIONBIO) return script.set_nonblocking(fd, *argument != 0), 0;
    return script.call(false, [&] { return posix::ioctl(fd, request, argument); });
}

int get_option(void* userdata, int fd, int level, int name, void* value, socklen_t* length) {
    return script_of(userdata).call(false, [&] { return posix::getsockopt(fd, level, name, value, length); });
}

int set_option(void* userdata, int fd, int level, int name, const void* value, socklen_t length) {
    return script_of(userdata).call(false, [&] { return posix::setsockopt(fd, level, name, value, length); });
}

// --- waiting

// As poll() and epoll_wait() count: 0 becomes EAGAIN while there is time, and 0 again afterwards.
template <typename Ask>
int wait_for(Script& script, int timeout_ms, Ask ask) {
    const Duration most = timeout_ms < 0 ? Duration::max() : std::chrono::milliseconds(timeout_ms);
    if (timeout_ms == 0) return script.call(false, ask);
    bool is_quiet = false;
    const int ready = script.call(
        true,
        [&] {
            const int found = ask();
            is_quiet = found == 0;
            return is_quiet ? refuse(EAGAIN) : found;
        },
        most);
    return is_quiet && !script.is_main() ? 0 : ready;
}

int poll_all(void* userdata, pollfd* descriptors, nfds_t count, int timeout_ms) {
    return wait_for(script_of(userdata), timeout_ms, [&] { return posix::poll(descriptors, count, 0); });
}

int make_epoll(void*, int size) { return posix::epoll_create(size); }

int change_epoll(void* userdata, int set, int operation, int fd, epoll_event* event) {
    return script_of(userdata).call(false, [&] { return posix::epoll_ctl(set, operation, fd, event); });
}

int wait_epoll(void* userdata, int set, epoll_event* events, int most, int timeout_ms) {
    return wait_for(script_of(userdata), timeout_ms, [&] { return posix::epoll_wait(set, events, most, 0); });
}

int make_pipe(void*, int* ends) { return ::pipe(ends); }

int splice_octets(void*, int, loff_t*, int, loff_t*, size_t, unsigned) { return refuse(EOPNOTSUPP); }

// --- packets and time

int send_packet(void* userdata, const void* packet, size_t octets) {
    return script_of(userdata).send({static_cast<const std::uint8_t*>(packet), octets});
}

int receive_packet(void* userdata, void* room, size_t* octets, long long* time_us) {
    return script_of(userdata).receive(room, *octets, *time_us);
}

int sleep_for(void* userdata, useconds_t time_us) {
    script_of(userdata).pass(std::chrono::microseconds(time_us));
    return 0;
}

int tell_time(void* userdata, timeval* time, struct timezone*) {
    *time = script_of(userdata).read_clock();
    return 0;
}

}  // namespace

extern "C" int packetdrill_interface_init(const char* flags, Table* table) {
    const auto parsed = parse_flags(flags);
    if (!parsed) {
        fmt::print(stderr, "packetdrill: --so_flags: {}\n", parsed.error());
        return -1;
    }
    *table = {.userdata = new Script(*parsed),
              .free = end_script,
              .socket = open_socket,
              .bind = bind_socket,
              .listen = listen_on,
              .accept = accept_from,
              .connect = connect_to,
              .read = read_from,
              .readv = read_into,
              .recv = receive,
              .recvfrom = receive_from,
              .recvmsg = receive_message,
              .write = write_to,
              .writev = write_from,
              .send = send,
              .sendto = send_to,
              .sendmsg = send_message,
              .fcntl = control,
              .ioctl = control_device,
              .close = close_it,
              .shutdown = shut_down,
              .getsockopt = get_option,
              .setsockopt = set_option,
              .poll = poll_all,
              .netdev_send = send_packet,
              .netdev_receive = receive_packet,
              .usleep = sleep_for,
              .gettimeofday = tell_time,
              .epoll_create = make_epoll,
              .epoll_ctl = change_epoll,
              .epoll_wait = wait_epoll,
              .pipe = make_pipe,
              .splice = splice_octets};
    return 0;
}

}  // namespace sluice::packetdrill
