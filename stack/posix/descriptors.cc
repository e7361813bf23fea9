#include "posix/descriptors.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "posix/socket.h"

namespace sluice::posix {

Descriptors& Descriptors::all() {
    // Never destroyed: threads may make calls while the process ends.
    static Descriptors* const table = new Descriptors;
    return *table;
}

Answer<int> Descriptors::placeholder() {
    const std::lock_guard held(mutex_);
    if (!placeholder_) placeholder_ = host::Descriptor(::open("/dev/null", O_PATH | O_CLOEXEC));
    if (!placeholder_) return fail(errno);
    return placeholder_.number();
}

Answer<host::Descriptor> Descriptors::reserve(bool close_on_exec, int least) {
    const Answer<int> origin = placeholder();
    if (!origin) return fail(origin.error());
    host::Descriptor number(::fcntl(*origin, close_on_exec ? F_DUPFD_CLOEXEC : F_DUPFD, least));
    if (!number) return fail(errno);
    return number;
}

int Descriptors::put(host::Descriptor number, std::shared_ptr<Socket> socket,
                     std::shared_ptr<Socket>& displaced) {
    const int at = number.release();
    const auto index = static_cast<std::size_t>(at);
    const std::lock_guard held(mutex_);
    if (index >= sockets_.size()) sockets_.resize(std::max(index + 1, sockets_.size() * 2));
    ++socket->numbers;
    std::swap(sockets_[index], socket);
    if (socket && --socket->numbers == 0) displaced = std::move(socket);
    return at;
}

std::shared_ptr<Socket> Descriptors::find(int number) const {
    const std::shared_lock held(mutex_);
    const auto index = static_cast<std::size_t>(number);
    return number >= 0 && index < sockets_.size() ? sockets_[index] : nullptr;
}

std::shared_ptr<Socket> Descriptors::remove(int number, bool& is_last) {
    const std::lock_guard held(mutex_);
    const auto index = static_cast<std::size_t>(number);
    if (number < 0 || index >= sockets_.size() || !sockets_[index]) return nullptr;
    std::shared_ptr<Socket> socket = std::move(sockets_[index]);
    sockets_[index] = nullptr;
    is_last = --socket->numbers == 0;
    ::close(number);
    return socket;
}

}  // namespace sluice::posix
