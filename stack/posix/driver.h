// What the sockets of one Host share: the lock, the loop that drives the Stack, the thread that serves it, the ports
// bound, and which sockets there are. Outlives its Host as long as a socket refers to it; is_up() tells.
//
//   application thread                     service thread
//   Turn: lock, tell the Stack the time    Loop::step: sleep without the lock until a frame or a deadline,
//     call on the Stack                      lock, absorb frames, tell watchers, emit
//     drain: frames leave at once
//   unlock; wake the other if its deadline moved forward
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include "host/loop.h"
#include "posix/bound_ports.h"
#include "posix/monitor.h"

namespace sluice::posix {

class Socket;
namespace dns {
class Resolver;
}

class Driver {
public:
    explicit Driver(host::Loop& loop);
    ~Driver();
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;

    void start();  // the service thread; without, the owner drives the Stack in turns
    // Ends the thread and takes the Stack away from every socket.
    void end();
    // A thread of the application waits for the lock.
    Monitor& monitor() { return monitor_; }
    // Has a lock of its own.
    dns::Resolver& names() { return *names_; }

    // --- with the lock held
    bool is_up() const { return loop_ != nullptr && !is_over_; }
    Stack& stack() const;
    BoundPorts& ports() { return ports_; }
    void add(Socket& socket);
    void remove(Socket& socket);
    // Notified after each round of the loop.
    Event& progress() { return progress_; }
    // Why the service ended by itself: the device failed, or somebody stopped the loop.
    const std::string& failure() const { return failure_; }
    void begin_turn();
    void end_turn();

private:
    void serve();
    int sleep(std::span<pollfd> descriptors, Duration longest);
    void tell_all();

    Monitor monitor_;
    host::Loop* loop_;
    std::thread thread_;
    Instant sleeps_until_{};  // what the service thread sleeps to; the past while it is awake
    bool is_ending_ = false;
    bool is_over_ = false;  // the service thread is gone
    std::string failure_;
    Event progress_;
    BoundPorts ports_;
    std::unordered_set<Socket*> sockets_;
    std::unique_ptr<dns::Resolver> names_;
};

// One thread's turn with the Stack: holds the lock; what the call made the Stack owe leaves at its end.
class Turn {
public:
    explicit Turn(Driver& driver) : driver_(driver) {
        driver_.monitor().lock();
        driver_.begin_turn();
    }
    ~Turn() {
        driver_.end_turn();
        driver_.monitor().unlock();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    Driver& driver() { return driver_; }
    bool is_up() const { return driver_.is_up(); }
    Stack& stack() const { return driver_.stack(); }
    // Gives the turn up until `event` is notified: 0. Or EAGAIN: the time is over; EINTR: a signal; ENETDOWN.
    int wait(Event& event, TimePoint until);

private:
    Driver& driver_;
};

}  // namespace sluice::posix
