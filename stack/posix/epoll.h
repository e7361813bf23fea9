// Epoll sets that take our descriptors and the kernel's together (epoll(7)).
//
// The number of a set is a kernel epoll set: the kernel's descriptors are in it, and an eventfd that says that one of ours
// may be ready. Which of ours may be is a queue: a socket that changes puts its entry there, a wait looks at the level of
// what is in it. So a wait costs what is ready, not what is watched.
//
// Locks, in this order: control, the driver of a socket, the queue.
#pragma once

#include <sys/epoll.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "host/descriptor.h"
#include "posix/socket.h"

namespace sluice::posix {

class Epoll {
public:
    explicit Epoll(int kernel_set);
    ~Epoll();
    Epoll(const Epoll&) = delete;
    Epoll& operator=(const Epoll&) = delete;

    int number() const { return kernel_set_.number(); }
    bool is_usable() const { return kernel_set_ && woken_; }
    Answer<void> control(int operation, int fd, const epoll_event* event);
    Answer<int> wait(std::span<epoll_event> room, TimePoint until, const sigset_t* mask);

private:
    // One of our sockets in the set.
    struct Entry final : Observer, std::enable_shared_from_this<Entry> {
        Entry(Epoll& set, std::shared_ptr<Socket> of) : epoll(set), socket(std::move(of)) {}
        void on_tell() override { epoll.queue(shared_from_this()); }

        Epoll& epoll;
        const std::shared_ptr<Socket> socket;
        epoll_event wanted{};
        bool is_disabled = false;  // EPOLLONESHOT has been told
        bool is_removed = false;
        bool is_queued = false;  // under the lock of the queue
    };

    Answer<void> control_ours(int operation, int fd, const std::shared_ptr<Socket>& socket,
                              const epoll_event* event);
    Answer<void> control_kernels(int operation, int fd, const epoll_event* event);
    void add(int fd, const std::shared_ptr<Socket>& socket, const epoll_event& event);
    void drop(const std::shared_ptr<Entry>& entry);
    void queue(const std::shared_ptr<Entry>& entry);
    std::size_t collect(std::span<epoll_event> room);
    bool collect_one(const std::shared_ptr<Entry>& entry, epoll_event& place);
    Answer<std::size_t> ask_kernel(std::span<epoll_event> room, TimePoint until, const sigset_t* mask);

    host::Descriptor kernel_set_;
    host::Descriptor woken_;
    std::mutex control_;
    std::map<int, std::shared_ptr<Entry>> entries_;  // by number
    std::map<int, epoll_data_t> kernels_;            // what the program wants to hear of the kernel's
    std::mutex queue_;
    std::deque<std::shared_ptr<Entry>> ready_;
};

// Which numbers are epoll sets.
class Epolls {
public:
    static Epolls& all();

    Answer<int> make(int flags);
    std::shared_ptr<Epoll> find(int number);  // nullptr: not one of ours
    bool remove(int number);

private:
    std::mutex mutex_;
    std::map<int, std::shared_ptr<Epoll>> sets_;
};

}  // namespace sluice::posix
