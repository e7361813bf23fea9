// Signals as a descriptor: the loop hears of SIGINT and SIGTERM between two frames, never in the middle of one.
//
// Make it before the first thread: the signals are blocked in the calling thread and in those it starts later, and
// unblocked again at the end.
#pragma once

#include <signal.h>

#include <initializer_list>
#include <optional>

#include "host/descriptor.h"

namespace sluice::host {

class Signals {
public:
    Signals(std::initializer_list<int> numbers = {SIGINT, SIGTERM});
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    int descriptor() const { return descriptor_.number(); }
    // The next one that arrived, if any.
    std::optional<int> take();

private:
    sigset_t before_{};
    Descriptor descriptor_;
};

}  // namespace sluice::host
