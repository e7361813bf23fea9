// An open socket, whatever its kind: what stands behind a descriptor. The calls find it in the table of descriptors,
// take a Turn with its Stack and ask it.
//
// Everything but is_nonblocking is under the lock of the driver.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "posix/answer.h"
#include "posix/buffers.h"
#include "posix/driver.h"
#include "wire/address.h"

namespace sluice::posix {

// Who wants to know when a socket changes: a thread inside poll(), an epoll set. Called with the lock of the driver held.
class Observer {
public:
    virtual void on_tell() = 0;

protected:
    ~Observer() = default;
};

// Time limits of blocking calls: SO_RCVTIMEO, SO_SNDTIMEO.
struct Limits {
    Duration receive = Duration::max();
    Duration send = Duration::max();
};

// What one call of the send family is given.
struct MessageOut {
    Buffers data;
    const sockaddr* to = nullptr;
    socklen_t to_length = 0;
    ByteView control = {};  // ancillary data (cmsg(3))
};

// What one call of the receive family is given, and what it tells.
struct MessageIn {
    Buffers room;
    ByteSpan control = {};
    int flags = 0;                            // told: msg_flags
    std::optional<wire::Endpoint> from = {};  // told: where it came from; nothing on a stream
    std::size_t control_length = 0;           // told
};

class Socket {
public:
    explicit Socket(std::shared_ptr<Driver> driver) : driver_(std::move(driver)) {}
    virtual ~Socket() = default;  // after close() or lose_stack()
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    const std::shared_ptr<Driver>& driver() const { return driver_; }
    std::atomic<bool> is_nonblocking{false};  // O_NONBLOCK
    int numbers = 0;                          // descriptors that lead here; under the lock of their table

    // --- the calls
    virtual Answer<void> bind(Turn& turn, const wire::Endpoint& local) = 0;
    virtual Answer<void> listen(Turn& turn, int backlog);        // EOPNOTSUPP
    virtual Answer<std::shared_ptr<Socket>> accept(Turn& turn);  // EOPNOTSUPP
    virtual Answer<void> connect(Turn& turn, const wire::Endpoint& remote) = 0;
    virtual Answer<void> disconnect(Turn& turn) = 0;  // connect() to AF_UNSPEC
    virtual Answer<std::size_t> send(Turn& turn, const MessageOut& message, int flags) = 0;
    virtual Answer<std::size_t> receive(Turn& turn, MessageIn& message, int flags) = 0;
    virtual Answer<void> shutdown(Turn& turn, int how) = 0;
    virtual Answer<wire::Endpoint> local(Turn& turn) const = 0;
    virtual Answer<wire::Endpoint> remote(Turn& turn) const = 0;
    virtual Answer<void> set_option(Turn& turn, int level, int name, const void* value, socklen_t length) = 0;
    virtual Answer<void> get_option(Turn& turn, int level, int name, void* value, socklen_t& length) = 0;
    virtual Answer<int> control(Turn& turn, unsigned long request) = 0;  // the questions of ioctl()
    // events(), or everything when the Stack is gone: then no call blocks any more, all answer ENETDOWN.
    short level() const;
    virtual sa_family_t family() const { return AF_INET; }
    // The level, as poll() reports it.
    virtual short events() const = 0;
    // The last descriptor is gone. Calls that wait answer ECANCELED.
    virtual void close(Turn& turn) = 0;
    // The Stack goes away; every later call answers ENETDOWN.
    virtual void lose_stack() = 0;

    // --- waiting
    // Something changed: wakes the calls that wait, and tells the observers.
    void tell();
    void add_observer(Observer& observer) { observers_.push_back(&observer); }
    void remove_observer(Observer& observer) { std::erase(observers_, &observer); }
    bool is_closed() const { return is_closed_; }

protected:
    // Waits until tell() or `until`; 0 or an errno. EAGAIN at once for a non-blocking call.
    int wait(Turn& turn, bool is_blocking, TimePoint until);
    bool blocks(int flags) const { return !is_nonblocking && (flags & MSG_DONTWAIT) == 0; }
    void set_closed() { is_closed_ = true; }

private:
    const std::shared_ptr<Driver> driver_;
    Event changed_;
    std::vector<Observer*> observers_;
    bool is_closed_ = false;
};

}  // namespace sluice::posix
