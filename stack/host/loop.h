// Drives one Stack with its devices: the outside world in one loop, on one thread.
//
//   wait until a device or descriptor is ready, a timer or the Stack's next deadline
//   for each device: read a burst; before each frame is absorbed, what is owed for those before it is emitted
//   Stack::on_time, timers, descriptors, Stack::dispatch; emit until nothing is owed
//
// Told: devices with their link numbers, descriptors and timers of the application. Owns none of them.
#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host/clock.h"
#include "host/descriptor.h"
#include "host/device.h"
#include "stack.h"

namespace sluice::host {

// Sees every frame in the order the Stack numbers them: the capture.
class FrameWatcher {
public:
    virtual void on_frame_in(LinkId link, const FrameIn& frame, Instant now) = 0;
    virtual void on_frame_out(const FrameOut& frame, Instant now) = 0;

protected:
    ~FrameWatcher() = default;
};

class Loop {
public:
    static constexpr int burst = 64;  // frames read from a device before others get their turn

    Loop(Stack& stack, const Clock& clock);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    Stack& stack() { return stack_; }
    const Clock& clock() const { return clock_; }

    // Attaches the device's capabilities to the Stack as a new link. The device must outlive the loop.
    LinkId add_device(Device& device, wire::MacAddress mac);
    void add_frame_watcher(FrameWatcher& watcher) { watchers_.push_back(&watcher); }
    // Called before the loop sleeps: the time to write out what was buffered.
    void set_before_sleep(std::function<void()> action) { before_sleep_ = std::move(action); }
    // Sleeps in place of ppoll: waits at most so long (Duration::max(): for ever) and answers like ppoll. An owner of a
    // lock around the loop gives it up meanwhile; drain() may then run on another thread, nothing else.
    using Sleep = std::function<int(std::span<pollfd>, Duration)>;
    void set_sleep(Sleep sleep) { sleep_ = std::move(sleep); }
    static int sleep(std::span<pollfd> descriptors, Duration longest);  // the ordinary one
    // How long to ask again and again before sleeping: frames that follow each other quickly are spared the wake-up. Where
    // waits outlast it the loop sleeps at once, until one is short again. Zero: never. Not together with set_sleep().
    void set_spin(Duration longest) { spin_ = longest; }
    // Called after each frame that was absorbed; must be quick.
    void set_after_frame(std::function<void()> action) { after_frame_ = std::move(action); }

    // Calls `action` with the events of ppoll whenever any of `events` holds on `descriptor`. Replaces an earlier one.
    void add_descriptor(int descriptor, short events, std::function<void(short)> action);
    void remove_descriptor(int descriptor);
    using TimerId = std::uint64_t;
    TimerId add_timer(Instant at, std::function<void()> action);
    void remove_timer(TimerId id);  // one that has fired is ignored

    // One round; sleeps at most `longest`. Frames that application calls caused since the last round leave first.
    void step(Duration longest);
    // Rounds until stop() or until every device failed. Answers why it ended: empty after stop().
    std::string run();
    void stop() { stopped_ = true; }
    bool is_stopped() const { return stopped_; }
    // Makes a sleeping step() return; the one call that any thread (and a signal handler) may make.
    void wake();
    // Gives the devices what the Stack owes, and calls watchers until they are quiet.
    void drain();
    // drain() could not finish: a device is full, or watchers are not quiet. The next step() goes on.
    bool is_behind() const { return is_busy_ || is_frame_kept_; }
    // Why no device can carry anything any more; nullptr while one can.
    const std::string* failure() const;

private:
    struct Port {
        Device* device = nullptr;
        LinkId link = 0;
        bool is_ready = false;  // ppoll said so
    };
    struct Waiting {
        short events = 0;
        std::function<void(short)> action;
    };

    void read_burst(Port& port);
    bool emit();
    Device::Wrote write_frame();
    Device* device_of(LinkId link);
    void run_timers(Instant now);
    void run_descriptors();
    Duration time_to_sleep(Duration longest) const;
    void wait(Duration longest);
    int wait_for_events(Duration most);
    int spin(Instant until);

    Stack& stack_;
    const Clock& clock_;
    std::vector<FrameWatcher*> watchers_;
    std::function<void()> before_sleep_;
    Sleep sleep_;
    Duration spin_{};
    bool are_waits_short_ = false;  // the last one was no longer than a spin
    std::function<void()> after_frame_;
    std::vector<Port> ports_;
    std::map<int, std::shared_ptr<Waiting>>
        waiting_;  // shared: one that removes itself lives until it returns
    std::map<std::pair<Instant, TimerId>, std::function<void()>> timers_;
    std::map<TimerId, Instant> timer_instants_;
    TimerId next_timer_ = 1;
    FrameOut frame_;  // being emitted; kept while its device is full
    bool is_frame_kept_ = false;
    bool is_busy_ = false;  // drain() was cut short: come back without sleeping
    bool stopped_ = false;
    Descriptor wake_;
    std::vector<pollfd> polled_;  // wake, devices, then descriptors; kept to save the allocation
    std::vector<std::pair<std::shared_ptr<Waiting>, pollfd>> ready_;
};

}  // namespace sluice::host
