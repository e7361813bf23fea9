// A TCP connection through the POSIX-shaped face, with deadlines: every wait ends in time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "wire/address.h"

namespace sluice::get {

// The time by this machine's clock, on a line of its own.
Instant clock_now();

class Connection {
public:
    Connection() = default;
    // `with_text`: the SYN may take the first octets along (RFC 7413). Throws TransferError: not_connected or timed_out.
    Connection(const wire::Endpoint& to, bool with_text, Instant deadline);
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&& other) noexcept;
    ~Connection() { close(); }

    explicit operator bool() const { return number_ >= 0; }
    void close();

    struct Ready {
        bool readable = false;
        bool writable = false;
    };
    // Waits until it is readable (or writable, if that is asked for), at most until `deadline`; then timed_out is thrown.
    Ready wait(bool for_writing, Instant deadline);
    // Waits until it is readable, at most until `instant`, which is no failure.
    Ready wait_until(Instant instant);
    // How much was sent; 0: no room. Nothing: the peer takes no more.
    std::optional<std::size_t> send(std::string_view octets);
    // Fills `room`; an empty view is the end. Throws TransferError: receive_failed. `nothing_yet` is not an end.
    struct Received {
        std::string_view octets;
        bool nothing_yet = false;
    };
    Received receive(std::string& room);

private:
    void connect(const wire::Endpoint& to, Instant deadline);
    int number_ = -1;
};

}  // namespace sluice::get
