#include "host/signals.h"

#include <sys/signalfd.h>

#include "base/check.h"

namespace sluice::host {

Signals::Signals(std::initializer_list<int> numbers) {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int number : numbers) sigaddset(&wanted, number);
    SLUICE_CHECK(pthread_sigmask(SIG_BLOCK, &wanted, &before_) == 0);
    descriptor_ = Descriptor(signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
    SLUICE_CHECK(descriptor_);
}

Signals::~Signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

std::optional<int> Signals::take() {
    signalfd_siginfo info{};
    if (::read(descriptor_.number(), &info, sizeof info) != static_cast<ssize_t>(sizeof info))
        return std::nullopt;
    return static_cast<int>(info.ssi_signo);
}

}  // namespace sluice::host
