#include "posix/socket.h"

#include <cerrno>

#include "posix/poller.h"

namespace sluice::posix {

Answer<void> Socket::listen(Turn&, int) { return fail(EOPNOTSUPP); }
Answer<std::shared_ptr<Socket>> Socket::accept(Turn&) { return fail(EOPNOTSUPP); }

void Socket::tell() {
    changed_.notify_all();
    for (Poller* poller : pollers_) poller->wake();
}

void Socket::remove_poller(Poller& poller) { std::erase(pollers_, &poller); }

int Socket::wait(Turn& turn, bool is_blocking, TimePoint until) {
    if (!is_blocking) return EAGAIN;
    const int result = turn.wait(changed_, until);
    return is_closed_ ? ECANCELED : result;
}

}  // namespace sluice::posix
