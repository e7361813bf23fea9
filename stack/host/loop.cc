#include "host/loop.h"

#include <sys/eventfd.h>

#include <algorithm>

#include "base/check.h"

namespace sluice::host {
namespace {

// Rounds of "tell watchers, emit" before the devices get their turn again.
constexpr int drain_rounds = 16;
// While a device is full, deadlines already due are not a reason to spin.
constexpr Duration retry_full = 1ms;

}  // namespace

Loop::Loop(Stack& stack, const Clock& clock)
    : stack_(stack), clock_(clock), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    SLUICE_CHECK(wake_);
}

Loop::~Loop() = default;

LinkId Loop::add_device(Device& device, wire::MacAddress mac) {
    const LinkId link = stack_.attach(mac, device.capabilities());
    ports_.push_back({&device, link, false});
    return link;
}

void Loop::add_descriptor(int descriptor, short events, std::function<void(short)> action) {
    waiting_[descriptor] = std::make_shared<Waiting>(Waiting{events, std::move(action)});
}

void Loop::remove_descriptor(int descriptor) { waiting_.erase(descriptor); }

Loop::TimerId Loop::add_timer(Instant at, std::function<void()> action) {
    const TimerId id = next_timer_++;
    timers_.emplace(std::pair(at, id), std::move(action));
    timer_instants_.emplace(id, at);
    return id;
}

void Loop::remove_timer(TimerId id) {
    const auto found = timer_instants_.find(id);
    if (found == timer_instants_.end()) return;
    timers_.erase({found->second, id});
    timer_instants_.erase(found);
}

void Loop::wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_.number(), &one, sizeof one);
}

std::string Loop::run() {
    while (!stopped_) {
        step(Duration::max());
        if (const std::string* reason = failure()) return *reason;
    }
    return {};
}

const std::string* Loop::failure() const {
    if (ports_.empty()) return nullptr;
    for (const Port& port : ports_)
        if (port.device->failure().empty()) return nullptr;
    return &ports_.front().device->failure();
}

void Loop::step(Duration longest) {
    drain();
    wait(longest);
    for (Port& port : ports_)
        if (std::exchange(port.is_ready, false)) read_burst(port);
    const Instant now = clock_.now();
    stack_.on_time(now);
    run_timers(now);
    run_descriptors();
    drain();
}

void Loop::read_burst(Port& port) {
    for (int i = 0; i < burst; ++i) {
        std::optional<FrameIn> frame = port.device->read(stack_.pool());
        if (!frame) return;
        // What the frame before asked for leaves first. After the last one the application has its turn: its answer carries
        // the ACK.
        emit();
        const Instant now = clock_.now();
        for (FrameWatcher* watcher : watchers_) watcher->on_frame_in(port.link, *frame, now);
        stack_.receive(port.link, std::move(*frame), now);
        if (after_frame_) after_frame_();
    }
}

void Loop::drain() {
    is_busy_ = false;
    for (int round = 0; round < drain_rounds; ++round) {
        const bool told = stack_.dispatch();
        if (!emit() && !told)
            return;  // What we send to ourselves arrives inside emit: only two "no" are the end.
    }
    is_busy_ = !is_frame_kept_;
}

// True if anything left. A frame whose device is full is kept, and nothing behind it leaves: one frame is the bound.
bool Loop::emit() {
    bool any = false;
    for (;;) {
        if (!is_frame_kept_) {
            if (!stack_.next_frame(frame_)) return any;
            for (FrameWatcher* watcher : watchers_) watcher->on_frame_out(frame_, stack_.now());
        }
        is_frame_kept_ = write_frame() == Device::Wrote::full;
        if (is_frame_kept_) return any;
        frame_.clear();
        any = true;
    }
}

Device::Wrote Loop::write_frame() {
    Device* device = device_of(frame_.link);
    SLUICE_CHECK(device);
    return device->failure().empty() ? device->write(frame_) : Device::Wrote::taken;
}

Device* Loop::device_of(LinkId link) {
    for (const Port& port : ports_)
        if (port.link == link) return port.device;
    return nullptr;
}

void Loop::run_timers(Instant now) {
    // Timers made by actions fire in the next round, even when they are due already.
    const TimerId first_new = next_timer_;
    auto next = timers_.begin();
    while (next != timers_.end() && next->first.first <= now) {
        const TimerId id = next->first.second;
        if (id >= first_new) {
            ++next;
            continue;
        }
        const std::function<void()> action = std::move(next->second);
        timers_.erase(next);
        timer_instants_.erase(id);
        action();
        next = timers_.begin();
    }
}

void Loop::run_descriptors() {
    for (const auto& [waiting, result] : ready_) {
        const auto still = waiting_.find(result.fd);
        if (still != waiting_.end() && still->second == waiting) waiting->action(result.revents);
    }
    ready_.clear();
}

Duration Loop::time_to_sleep(Duration longest) const {
    if (is_busy_ || stopped_) return Duration::zero();
    const Instant now = clock_.now();
    const auto until = [now](Instant at) {
        return at == never ? Duration::max() : std::max(at - now, Duration::zero());
    };
    Duration sleep = until(stack_.next_deadline());
    if (is_frame_kept_) sleep = std::max(sleep, retry_full);
    if (!timers_.empty()) sleep = std::min(sleep, until(timers_.begin()->first.first));
    return std::min(sleep, longest);
}

int Loop::sleep(std::span<pollfd> descriptors, Duration longest) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest);
    const timespec wanted{seconds.count(), (longest - seconds).count()};
    return ppoll(descriptors.data(), descriptors.size(), longest == Duration::max() ? nullptr : &wanted,
                 nullptr);
}

// Answers like ppoll.
int Loop::wait_for_events(Duration most) {
    const bool may_spin = spin_ > Duration::zero() && most > Duration::zero();
    const Instant begin = may_spin ? clock_.now() : Instant{};
    int ready = may_spin && are_waits_short_ ? spin(later(begin, std::min(spin_, most))) : 0;
    if (ready == 0) {
        if (most > Duration::zero() && before_sleep_) before_sleep_();
        const bool has_end = may_spin && most != Duration::max();
        const Duration left = has_end ? std::max(begin + most - clock_.now(), Duration::zero()) : most;
        ready = sleep_ ? sleep_(polled_, left) : sleep(polled_, left);
    }
    if (may_spin) are_waits_short_ = ready > 0 && clock_.now() - begin <= spin_;
    return ready;
}

int Loop::spin(Instant until) {
    int ready = 0;
    do ready = sleep(polled_, Duration::zero());
    while (ready == 0 && clock_.now() < until);
    return ready;
}

void Loop::wait(Duration longest) {
    polled_.clear();
    polled_.push_back({wake_.number(), POLLIN, 0});
    for (const Port& port : ports_) {
        const bool is_full = is_frame_kept_ && frame_.link == port.link;
        const int descriptor = port.device->failure().empty() ? port.device->descriptor() : -1;
        polled_.push_back({descriptor, static_cast<short>(is_full ? POLLIN | POLLOUT : POLLIN), 0});
    }
    for (const auto& [descriptor, waiting] : waiting_) polled_.push_back({descriptor, waiting->events, 0});

    if (wait_for_events(time_to_sleep(longest)) <= 0) return;

    if (polled_.front().revents != 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto read = ::read(wake_.number(), &count, sizeof count);
    }
    auto result = polled_.begin() + 1;
    for (Port& port : ports_) port.is_ready = (result++)->revents != 0;
    for (const auto& [descriptor, waiting] : waiting_) {
        if (result->revents != 0) ready_.emplace_back(waiting, *result);
        ++result;
    }
}

}  // namespace sluice::host
