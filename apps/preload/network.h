// The process's network: attached when the program first asks for an Internet socket or for an address, taken down when it
// ends. Told by the environment what scripts/on-sluice was told on its command line.
#pragma once

#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "posix/attach.h"

namespace sluice::preload {

// What cannot work, once each, as one line on standard error.
class Complaint {
public:
    void say(std::string_view text);

private:
    std::atomic_flag said_;
};

class Network {
public:
    // Attaches unless that was tried before; false: there is no network, and a line said why.
    bool is_up();
    // A child after fork() or vfork() has the numbers, not the network.
    bool is_mine() const {
        const pid_t owner = owner_;
        return owner == 0 || owner == getpid();
    }
    void refuse_child();
    // The process ends: closes what is open and waits until what was written is delivered, at most for a while.
    void end();

private:
    std::string attach();

    std::once_flag tried_;
    std::unique_ptr<posix::Attachment> attachment_;
    std::atomic<pid_t> owner_{0};
    Complaint no_network_;
    Complaint child_;
};

Network& network();

}  // namespace sluice::preload
