// What every call does around its work: from a descriptor to a socket and a Turn with its Stack, and from an Answer to
// -1 and errno.
#pragma once

#include <cerrno>
#include <memory>

#include "posix/descriptors.h"
#include "posix/socket.h"

namespace sluice::posix {

// The socket behind `fd`. EBADF: no open descriptor; ENOTSOCK: not one of ours.
Answer<std::shared_ptr<Socket>> socket_at(int fd);
// The same for calls that are about any file: EBADF for whatever is not ours.
Answer<std::shared_ptr<Socket>> file_at(int fd);
// Puts a socket behind the number; answers it.
int install(host::Descriptor number, std::shared_ptr<Socket> socket);
// The last number is gone.
void close_socket(Socket& socket);

template <typename Value>
auto told(const Answer<Value>& answer) {
    if constexpr (std::is_void_v<Value>) {
        if (answer) return 0;
        errno = answer.error();
        return -1;
    } else if constexpr (std::is_same_v<Value, std::size_t>) {
        if (answer) return static_cast<ssize_t>(*answer);
        errno = answer.error();
        return ssize_t{-1};
    } else {
        if (answer) return *answer;
        errno = answer.error();
        return Value{-1};
    }
}

// Does `action(turn, socket)` in a turn; ENETDOWN when the Stack is gone.
template <typename Action>
auto in_turn(const Answer<std::shared_ptr<Socket>>& found, Action action)
    -> decltype(action(std::declval<Turn&>(), std::declval<Socket&>())) {
    if (!found) return fail(found.error());
    Turn turn(*(*found)->driver());
    if ((*found)->is_closed()) return fail(EBADF);
    if (!turn.is_up()) return fail(ENETDOWN);
    return action(turn, **found);
}

}  // namespace sluice::posix
