// Which descriptor numbers are ours. A number is a real descriptor of the process (an O_PATH one on /dev/null), so it never
// collides with the program's own, counts against RLIMIT_NOFILE, and fails loudly (EBADF) when it reaches a system call
// that knows nothing of us.
//
// Process-wide, as descriptors are: a number leads to its socket whatever the thread's current Host is.
// A lock of its own, held only to look a number up or change it; whether a number is ours is told without it, also to a
// signal handler.
#pragma once

#include <memory>
#include <shared_mutex>
#include <vector>

#include "host/descriptor.h"
#include "posix/answer.h"

namespace sluice::posix {

class Socket;

class Descriptors {
public:
    // Linux lets a process have no more, unless fs.nr_open was raised.
    static constexpr int numbers_most = 1 << 20;

    static Descriptors& all();

    // A number that leads nowhere yet; gone again unless put() takes it. `least` as for F_DUPFD.
    Answer<host::Descriptor> reserve(bool close_on_exec, int least = 0);
    // This very number, as dup3() takes it: what was open there is closed.
    Answer<host::Descriptor> reserve_at(int number, bool close_on_exec);
    // The number. `displaced`: a socket whose last number somebody closed behind our back; close it.
    int put(host::Descriptor number, std::shared_ptr<Socket> socket, std::shared_ptr<Socket>& displaced);
    static bool is_ours(int number);
    // nullptr: not ours.
    std::shared_ptr<Socket> find(int number) const;
    std::vector<int> numbers() const;
    // Gives the number back. The socket, if it was ours; `is_last`: nothing else leads to it any more.
    std::shared_ptr<Socket> remove(int number, bool& is_last);

private:
    Answer<int> placeholder();

    mutable std::shared_mutex mutex_;
    host::Descriptor placeholder_;
    std::vector<std::shared_ptr<Socket>> sockets_;  // by number
};

}  // namespace sluice::posix
