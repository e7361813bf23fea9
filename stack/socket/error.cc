#include "socket/error.h"

namespace sluice {

std::string_view text_of(Error error) {
    switch (error) {
        case Error::none: return "no error";
        case Error::would_block: return "would block";
        case Error::not_connected: return "not connected";
        case Error::already_connected: return "already connected";
        case Error::in_progress: return "connection in progress";
        case Error::address_in_use: return "address already in use";
        case Error::address_not_available: return "address is not one of ours";
        case Error::destination_required: return "destination required";
        case Error::invalid_destination: return "invalid destination address";
        case Error::closing: return "connection closing";
        case Error::canceled: return "canceled by close";
        case Error::reset: return "connection reset by peer";
        case Error::refused: return "connection refused";
        case Error::timed_out: return "connection timed out";
        case Error::host_unreachable: return "host unreachable";
        case Error::net_unreachable: return "network unreachable";
        case Error::no_resources: return "no resources left";
        case Error::invalid_argument: return "invalid argument";
        case Error::message_too_big: return "message too big";
        case Error::permission_denied: return "permission denied";
        case Error::protocol_unreachable: return "protocol unreachable";
        case Error::delivery_problem: return "no acknowledgment yet, still trying";
    }
    return "unknown error";
}

}  // namespace sluice
