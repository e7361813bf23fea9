// A chat server with one thread and poll().
#include "twice/support/chat.h"

namespace {

void serve(int listener) {
    twice::Room room;
    std::vector<pollfd> watched{{listener, POLLIN, 0}};
    do {
        net::poll(watched.data(), watched.size(), -1);
        for (std::size_t i = watched.size(); i-- > 1;) {
            if ((watched[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0 || room.hear(watched[i].fd))
                continue;
            room.leave(watched[i].fd);
            watched.erase(watched.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if ((watched[0].revents & POLLIN) == 0) continue;
        const int fd = net::accept(listener, nullptr, nullptr);
        watched.push_back({fd, POLLIN, 0});
        room.enter(fd);
    } while (!room.is_empty());
}

}  // namespace

int main() {
    const twice::Network network;
    twice::chat(serve);
    return 0;
}
