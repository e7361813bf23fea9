// What is still to be done when the process aborts, which a failed CHECK makes it do: on the thread that failed, before it
// ends. One at a time; it must not rely on anything that may be half done.
#pragma once

#include <signal.h>

#include <functional>

namespace sluice::host {

class AbortAction {
public:
    explicit AbortAction(std::function<void()> action);
    ~AbortAction();
    AbortAction(const AbortAction&) = delete;
    AbortAction& operator=(const AbortAction&) = delete;

private:
    struct sigaction before_ {};
};

}  // namespace sluice::host
