// A Stack behind the POSIX-shaped calls: the service thread that drives it, and which Host new sockets belong to.
//
//   host::Loop loop(stack, clock);   loop.add_device(...)   stack.add_address(...)
//   posix::Host host(loop);          // from here on the loop runs on a thread of its own
//   posix::use(&host);
//   int s = posix::socket(AF_INET, SOCK_STREAM, 0);
//
// Thread rule: while a Host exists, its Loop and Stack belong to it; touch the Stack only inside with_stack().
#pragma once

#include <memory>
#include <string>

#include "posix/dns/config.h"
#include "posix/driver.h"

namespace sluice::posix {

class Host {
public:
    // Who drives the loop: a thread of the Host; or the caller, who lets time pass and frames arrive in with_stack() (then
    // calls that block wait for ever unless another thread of the caller does so).
    enum class Drive : std::uint8_t { thread, caller };
    // The loop, its stack and its devices must outlive the Host.
    explicit Host(host::Loop& loop, Drive drive = Drive::thread);
    // Closes the sockets that are left, as the end of a process does, and ends the thread. Later calls on their descriptors
    // answer ENETDOWN; the descriptors remain to be closed. No call may be running.
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    // What `action` answers for the Stack, with the lock held. Frames that it owes leave afterwards.
    template <typename Action>
    decltype(auto) with_stack(Action action) {
        Turn turn(*driver_);
        return action(turn.stack());
    }
    // Waits until no connection has anything left to deliver (TIME-WAIT needs nobody), at most so long; whether it came to that.
    bool finish(Duration at_most);
    // Where getaddrinfo() looks names up; at first in /etc/hosts only. Forgets what was cached.
    void set_names(dns::Config config);
    // Why the service ended by itself (the device failed, the loop was stopped); empty while it runs. Every call answers
    // ENETDOWN then.
    std::string failure() const;

    const std::shared_ptr<Driver>& driver() const { return driver_; }

private:
    std::shared_ptr<Driver> driver_;
};

// The Host of new sockets: of the whole process, or of the calling thread, which goes first (as a thread may live in a
// network namespace of its own). nullptr: none; socket() answers ENETDOWN when there is neither.
void use(Host* host);
void use_in_this_thread(Host* host);
// For a piece of work on behalf of one driver: the thread's sockets are its own meanwhile.
class InDriver {
public:
    explicit InDriver(std::shared_ptr<Driver> driver);
    ~InDriver();
    InDriver(const InDriver&) = delete;
    InDriver& operator=(const InDriver&) = delete;

private:
    std::shared_ptr<Driver> before_;
};

// What socket() and getaddrinfo() take; nullptr: none.
std::shared_ptr<Driver> current_driver();

}  // namespace sluice::posix
