#include "posix/answer.h"

#include <cerrno>

namespace sluice::posix {

int errno_of(Error error) {
    switch (error) {
        case Error::none: return 0;
        case Error::would_block: return EAGAIN;
        case Error::not_connected: return ENOTCONN;
        case Error::already_connected: return EISCONN;
        case Error::in_progress: return EALREADY;
        case Error::address_in_use: return EADDRINUSE;
        case Error::address_not_available: return EADDRNOTAVAIL;
        case Error::destination_required: return EDESTADDRREQ;
        // RFC 9293 3.9.2.3 [MUST-46]: no connection to a broadcast or multicast address. Linux has no route for one.
        case Error::invalid_destination: return ENETUNREACH;
        case Error::closing: return EPIPE;
        case Error::canceled: return ECANCELED;
        case Error::reset: return ECONNRESET;
        case Error::refused: return ECONNREFUSED;
        case Error::timed_out: return ETIMEDOUT;
        case Error::host_unreachable: return EHOSTUNREACH;
        case Error::net_unreachable: return ENETUNREACH;
        case Error::no_resources: return ENOBUFS;
        case Error::invalid_argument: return EINVAL;
        case Error::message_too_big: return EMSGSIZE;
        case Error::permission_denied: return EACCES;
        case Error::protocol_unreachable: return ENOPROTOOPT;
        case Error::delivery_problem: return ETIMEDOUT;
    }
    return EIO;
}

}  // namespace sluice::posix
