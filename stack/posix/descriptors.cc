#include "posix/descriptors.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>

#include "posix/socket.h"

namespace sluice::posix {
namespace {

// One for each number, in memory that costs nothing until it is written to.
constinit std::array<std::atomic<bool>, Descriptors::numbers_most> ours{};

}  // namespace

bool Descriptors::is_ours(int number) {
    return number >= 0 && number < numbers_most && ours[static_cast<std::size_t>(number)];
}

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
    if (number.number() >= numbers_most) return fail(EMFILE);
    return number;
}

Answer<host::Descriptor> Descriptors::reserve_at(int number, bool close_on_exec) {
    if (number >= numbers_most) return fail(EBADF);
    const Answer<int> origin = placeholder();
    if (!origin) return fail(origin.error());
    host::Descriptor reserved(::dup3(*origin, number, close_on_exec ? O_CLOEXEC : 0));
    if (!reserved) return fail(errno);
    return reserved;
}

int Descriptors::put(host::Descriptor number, std::shared_ptr<Socket> socket,
                     std::shared_ptr<Socket>& displaced) {
    const int at = number.release();
    const auto index = static_cast<std::size_t>(at);
    const std::lock_guard held(mutex_);
    if (index >= sockets_.size()) sockets_.resize(std::max(index + 1, sockets_.size() * 2));
    ++socket->numbers;
    std::swap(sockets_[index], socket);
    ours[index] = true;
    if (socket && --socket->numbers == 0) displaced = std::move(socket);
    return at;
}

std::shared_ptr<Socket> Descriptors::find(int number) const {
    if (!is_ours(number)) return nullptr;
    const std::shared_lock held(mutex_);
    return sockets_[static_cast<std::size_t>(number)];
}

std::vector<int> Descriptors::numbers() const {
    const std::shared_lock held(mutex_);
    std::vector<int> all;
    for (std::size_t index = 0; index < sockets_.size(); ++index)
        if (sockets_[index]) all.push_back(static_cast<int>(index));
    return all;
}

std::shared_ptr<Socket> Descriptors::remove(int number, bool& is_last) {
    if (!is_ours(number)) return nullptr;
    const std::lock_guard held(mutex_);
    const auto index = static_cast<std::size_t>(number);
    std::shared_ptr<Socket> socket = std::move(sockets_[index]);
    if (!socket) return nullptr;
    sockets_[index] = nullptr;
    ours[index] = false;
    is_last = --socket->numbers == 0;
    ::close(number);
    return socket;
}

}  // namespace sluice::posix
