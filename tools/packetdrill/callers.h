// Who may run when. The tool has two threads: the main one moves the clock and the packets; the other one makes the calls that
// may block. A script has the same outcome every time because the main thread goes on only when the other one can do nothing
// any more: it sleeps inside a call, or has read the clock since its call came to an end.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "base/time.h"

namespace sluice::packetdrill {

class Callers {
public:
    // The thread that makes it is the main one.
    Callers() : main_(std::this_thread::get_id()) {}

    bool is_main() const { return std::this_thread::get_id() == main_; }

    // A call of the other thread.
    class Call {
    public:
        explicit Call(Callers& callers);
        ~Call();
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;
        // Until something has happened that may let it go on. `until`: the call wants to hear of this instant.
        void sleep(Instant until);

    private:
        Callers& callers_;
        bool has_slept_ = false;
    };
    // The other thread has read the clock.
    void note_clock_read();

    // --- the main thread
    // Waits until the other one can do nothing.
    void wait_for_others();
    // Lets those who sleep look again, and waits for them.
    void wake_others();
    // The earliest instant somebody sleeps for.
    Instant next_limit();

private:
    const std::thread::id main_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t round_ = 0;  // of looking again
    int running_ = 0;          // calls that do not sleep
    int sleeping_ = 0;
    int unread_ = 0;  // calls that slept and are over; the clock was not read since
    Instant limit_ = never;
};

}  // namespace sluice::packetdrill
