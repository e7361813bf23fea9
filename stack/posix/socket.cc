#include "posix/socket.h"

#include <cerrno>

namespace sluice::posix {

Answer<void> Socket::listen(Turn&, int) { return fail(EOPNOTSUPP); }
Answer<std::shared_ptr<Socket>> Socket::accept(Turn&) { return fail(EOPNOTSUPP); }

short Socket::level() const {
    constexpr short everything = POLLERR | POLLHUP | POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLRDHUP;
    return is_closed_ || driver_->is_up() ? events() : everything;
}

void Socket::tell() {
    changed_.notify_all();
    for (Observer* observer : observers_) observer->on_tell();
}

int Socket::wait(Turn& turn, bool is_blocking, TimePoint until) {
    if (!is_blocking) return EAGAIN;
    const int result = turn.wait(changed_, until);
    return is_closed_ ? ECANCELED : result;
}

}  // namespace sluice::posix
