#include "posix/driver.h"

#include <signal.h>

#include <cerrno>

#include "posix/dns/resolver.h"
#include "posix/socket.h"

namespace sluice::posix {

Driver::Driver(host::Loop& loop) : loop_(&loop), names_(std::make_unique<dns::Resolver>()) {
    loop.set_sleep(
        [this](std::span<pollfd> descriptors, Duration longest) { return sleep(descriptors, longest); });
}

Driver::~Driver() { SLUICE_CHECK(!thread_.joinable()); }

void Driver::start() {
    // Signals are for the application's threads.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { serve(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Driver::serve() {
    const std::lock_guard held(monitor_);
    while (!is_ending_ && !loop_->is_stopped() && loop_->failure() == nullptr) {
        loop_->step(Duration::max());
        progress_.notify_all();
    }
    if (!is_ending_) failure_ = loop_->failure() ? *loop_->failure() : "the loop was stopped";
    is_over_ = true;
    tell_all();
}

int Driver::sleep(std::span<pollfd> descriptors, Duration longest) {
    sleeps_until_ = later(loop_->clock().now(), longest);
    monitor_.unlock();
    const int ready = host::Loop::sleep(descriptors, longest);
    monitor_.lock_after_another();
    sleeps_until_ = Instant{};
    return ready;
}

void Driver::end() {
    {
        const std::lock_guard held(monitor_);
        is_ending_ = true;
        loop_->wake();
    }
    if (thread_.joinable()) thread_.join();
    const std::lock_guard held(monitor_);
    loop_->set_sleep({});
    is_over_ = true;
    for (Socket* socket : sockets_) socket->lose_stack();
    sockets_.clear();
    loop_->drain();
    loop_ = nullptr;
    progress_.notify_all();
}

void Driver::tell_all() {
    progress_.notify_all();
    for (Socket* socket : sockets_) socket->tell();
}

Stack& Driver::stack() const {
    monitor_.check_held();
    SLUICE_CHECK(loop_);
    return loop_->stack();
}

void Driver::add(Socket& socket) {
    monitor_.check_held();
    sockets_.insert(&socket);
}

void Driver::remove(Socket& socket) {
    monitor_.check_held();
    sockets_.erase(&socket);
}

// Application calls happen at the instant the Stack was told last, so it is told.
void Driver::begin_turn() {
    if (is_up()) loop_->stack().on_time(loop_->clock().now());
}

// Frames leave from the calling thread, at once; the service thread is woken only if it would oversleep.
void Driver::end_turn() {
    if (!is_up()) return;
    loop_->drain();
    if (loop_->is_behind() || loop_->stack().next_deadline() < sleeps_until_) loop_->wake();
}

int Turn::wait(Event& event, TimePoint until) {
    const std::uint32_t ticket =
        event.ticket();  // before: the drain in end_turn may already bring what is waited for
    driver_.end_turn();
    const Event::Woke woke = event.wait(driver_.monitor(), ticket, until);
    driver_.begin_turn();
    if (!driver_.is_up()) return ENETDOWN;
    switch (woke) {
        case Event::Woke::time_over: return EAGAIN;
        case Event::Woke::interrupted: return EINTR;
        case Event::Woke::notified: break;
    }
    return 0;
}

}  // namespace sluice::posix
