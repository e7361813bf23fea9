#include "posix/host.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "posix/dns/resolver.h"

namespace sluice::posix {
namespace {

struct Current {
    std::mutex mutex;
    std::shared_ptr<Driver> driver;
};

// Never destroyed: threads may make calls while the process ends.
Current& of_process() {
    static Current* const current = new Current;
    return *current;
}

thread_local std::shared_ptr<Driver> of_thread;

bool is_finished(const TcpEntry& entry) {
    return entry.info.state == State::listen || entry.info.state == State::time_wait ||
           entry.info.state == State::closed;
}

}  // namespace

Host::Host(host::Loop& loop, Drive drive) : driver_(std::make_shared<Driver>(loop)) {
    if (drive == Drive::thread) driver_->start();
}

Host::~Host() {
    driver_->end();
    if (of_thread == driver_) of_thread.reset();
    Current& current = of_process();
    const std::lock_guard held(current.mutex);
    if (current.driver == driver_) current.driver.reset();
}

bool Host::finish(Duration at_most) {
    const TimePoint until = limit_from_now(at_most);
    Turn turn(*driver_);
    while (turn.is_up()) {
        if (std::ranges::all_of(turn.stack().tcp_entries(), is_finished)) return true;
        if (turn.wait(driver_->progress(), until) == EAGAIN) return false;
    }
    return false;
}

void Host::set_names(dns::Config config) { driver_->names().set(std::move(config)); }

std::string Host::failure() const {
    Turn turn(*driver_);
    return driver_->failure();
}

void use(Host* host) {
    Current& current = of_process();
    const std::lock_guard held(current.mutex);
    current.driver = host ? host->driver() : nullptr;
}

void use_in_this_thread(Host* host) { of_thread = host ? host->driver() : nullptr; }

InDriver::InDriver(std::shared_ptr<Driver> driver) : before_(std::exchange(of_thread, std::move(driver))) {}
InDriver::~InDriver() { of_thread = std::move(before_); }

std::shared_ptr<Driver> current_driver() {
    if (of_thread) return of_thread;
    Current& current = of_process();
    const std::lock_guard held(current.mutex);
    return current.driver;
}

}  // namespace sluice::posix
