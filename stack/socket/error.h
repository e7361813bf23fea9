// What a call on a socket answers when it cannot do what was asked. The core reports the RFC's names (states.md 10);
// errno values are the business of the POSIX-shaped face.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

enum class Error : std::uint8_t {
    none,
    would_block,            // nothing there yet, or no room
    not_connected,          // "connection does not exist"
    already_connected,      // "connection already exists"
    in_progress,            // still opening
    address_in_use,         // port or tuple taken
    address_not_available,  // not one of ours
    destination_required,   // "remote socket unspecified"
    invalid_destination,    // broadcast, multicast, zero
    closing,                // "connection closing": no more writing
    canceled,               // "closing": the call waited while the socket was closed
    reset,                  // "connection reset"
    refused,                // "connection refused"
    timed_out,              // "connection aborted due to user timeout", keep-alive
    host_unreachable,
    net_unreachable,
    no_resources,  // "insufficient resources"
    invalid_argument,
    message_too_big,
    permission_denied,     // a broadcast address without the option for it
    protocol_unreachable,  // ICMP 3/2
    delivery_problem,      // soft: retransmitted several times, still trying (RFC 9293 3.8.3 R1)
};

std::string_view text_of(Error);  // "connection refused"

}  // namespace sluice
