#include "host/abort_action.h"

#include <utility>

#include "base/check.h"

namespace sluice::host {
namespace {

// A signal handler has nothing else to refer to.
std::function<void()> action_now;

void on_abort(int) {
    // A second failure, in the action, ends the process at once.
    const std::function<void()> action = std::exchange(action_now, {});
    if (action) action();
}

}  // namespace

AbortAction::AbortAction(std::function<void()> action) {
    SLUICE_CHECK(!action_now);
    action_now = std::move(action);
    struct sigaction wanted {};
    wanted.sa_handler = on_abort;
    wanted.sa_flags = static_cast<int>(SA_RESETHAND);
    SLUICE_CHECK(sigaction(SIGABRT, &wanted, &before_) == 0);
}

AbortAction::~AbortAction() {
    sigaction(SIGABRT, &before_, nullptr);
    action_now = {};
}

}  // namespace sluice::host
