#include "posix/poller.h"

#include <sys/eventfd.h>

#include <cstdint>

namespace sluice::posix {

Poller::Poller() : woken_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Poller::on_tell() {
    if (is_woken_.exchange(true)) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(woken_.number(), &one, sizeof one);
}

void Poller::reset() {
    // In this order: an on_tell() in between may cause one look too many, never one too few.
    is_woken_.store(false);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto read = ::read(woken_.number(), &count, sizeof count);
}

}  // namespace sluice::posix
