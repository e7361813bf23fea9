// What wakes a thread inside poll(): a descriptor the kernel can wait for together with ordinary ones.
#pragma once

#include <atomic>

#include "host/descriptor.h"
#include "posix/socket.h"

namespace sluice::posix {

class Poller final : public Observer {
public:
    Poller();

    bool is_usable() const { return static_cast<bool>(woken_); }  // no: the process has no descriptor left
    int descriptor() const { return woken_.number(); }
    void on_tell() override;
    // Before the sockets are looked at again.
    void reset();

private:
    host::Descriptor woken_;
    std::atomic<bool> is_woken_{false};  // saves the system calls when nothing is new
};

}  // namespace sluice::posix
