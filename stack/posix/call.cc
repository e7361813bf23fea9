#include "posix/call.h"

#include <fcntl.h>

namespace sluice::posix {

Answer<std::shared_ptr<Socket>> socket_at(int fd) {
    if (auto socket = Descriptors::all().find(fd)) return socket;
    return fail(::fcntl(fd, F_GETFD) < 0 ? EBADF : ENOTSOCK);
}

Answer<std::shared_ptr<Socket>> file_at(int fd) {
    if (auto socket = Descriptors::all().find(fd)) return socket;
    return fail(EBADF);
}

int install(host::Descriptor number, std::shared_ptr<Socket> socket) {
    std::shared_ptr<Socket> displaced;
    const int at = Descriptors::all().put(std::move(number), std::move(socket), displaced);
    if (displaced) close_socket(*displaced);
    return at;
}

void close_socket(Socket& socket) {
    Turn turn(*socket.driver());
    socket.close(turn);
}

}  // namespace sluice::posix
