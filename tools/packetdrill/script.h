// One script run by the tool: the network, who waits for what, and the sockets' flags.
//
// Every socket of the stack is non-blocking underneath; a call that may block sleeps here instead (callers.h), in virtual time.
#pragma once

#include <map>

#include "posix/sockets.h"
#include "tools/packetdrill/callers.h"
#include "tools/packetdrill/network.h"

namespace sluice::packetdrill {

class Script {
public:
    explicit Script(const Flags& flags) : network_(flags), is_strict_(flags.is_strict) { network_.use(); }
    // Tells on standard error what nobody looked at. False: there was something, and that is an error.
    bool end();

    // --- packets and time
    int send(ByteView packet);
    int receive(void* room, std::size_t& octets, long long& time_us);
    void pass(Duration time);
    timeval read_clock();

    // --- descriptors
    // Notes a new socket; answers its number again.
    int adopt(int fd, bool is_nonblocking);
    bool is_ours(int fd) const;
    int close(int fd);
    int flags(int fd) const;           // as F_GETFL tells
    int set_flags(int fd, int flags);  // as F_SETFL does
    void set_nonblocking(int fd, bool is_nonblocking);
    bool blocks(int fd, int flags = 0) const;

    // --- calls
    // Repeats `attempt` until it answers something else than EAGAIN: at once on the main thread and where `blocks` is false,
    // else after each thing that happens, until `most` has passed. `attempt` answers as a system call does.
    template <typename Attempt>
    auto call(bool blocks, Attempt attempt, Duration most = Duration::max());

    bool is_main() const { return callers_.is_main(); }

private:
    void advance_to(Instant at);
    Instant next_due();
    void happened() { callers_.wake_others(); }
    void examine(const Packet& packet);

    Network network_;
    Callers callers_;
    bool is_strict_;
    mutable std::mutex mutex_;
    std::map<int, bool> nonblocking_;  // as the script sees it
    std::uint32_t wrong_sums_ = 0;
};

template <typename Attempt>
auto Script::call(bool blocks, Attempt attempt, Duration most) {
    if (callers_.is_main()) callers_.wait_for_others();
    decltype(attempt()) result{};
    int error = 0;
    {
        Callers::Call call(callers_);
        const Instant until = later(network_.now(), most);
        for (;;) {
            result = attempt();
            error = errno;
            network_.settle();
            if (result >= 0 || error != EAGAIN || !blocks || callers_.is_main()) break;
            if (network_.now() >= until) break;
            call.sleep(until);
        }
    }
    if (callers_.is_main()) happened();
    errno = error;
    return result;
}

}  // namespace sluice::packetdrill
