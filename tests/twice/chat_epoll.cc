// A chat server with one thread and epoll: the listener by level, the people by edge.
#include "twice/support/chat.h"

namespace {

void add(int set, int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    net::epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

// By edge everything there is must be read. False: it went away.
bool hear_all(twice::Room& room, int fd) {
    pollfd entry{fd, POLLIN, 0};
    while (net::poll(&entry, 1, 0) > 0)
        if (!room.hear(fd)) return false;
    return true;
}

void serve(int listener) {
    const int set = net::epoll_create1(0);
    add(set, listener, EPOLLIN);
    twice::Room room;
    do {
        epoll_event events[4];
        const int ready = net::epoll_wait(set, events, 4, -1);
        for (int i = 0; i < ready; ++i) {
            const int fd = events[i].data.fd;
            if (fd == listener) {
                const int come = net::accept(listener, nullptr, nullptr);
                room.enter(come);
                add(set, come, EPOLLIN | EPOLLRDHUP | EPOLLET);
            } else if (!hear_all(room, fd)) {
                room.leave(fd);
            }
        }
    } while (!room.is_empty());
    net::close(set);
}

}  // namespace

int main() {
    const twice::Network network;
    twice::chat(serve);
    return 0;
}
