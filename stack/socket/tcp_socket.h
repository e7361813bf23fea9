// The in-loop face of TCP: handles held by an application on the Stack's own thread. Nothing here blocks; a call that
// cannot go on returns Error::would_block and a Watcher is told when to try again.
//
// Thread rule: only the thread that drives the Stack may use these. A handle must not outlive its Stack.
//
//   auto listener = stack.listen({.address = {}, .port = 80}).value();
//   auto socket   = stack.connect({.remote = server}).value();
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "base/chunk.h"
#include "base/readiness.h"
#include "base/time.h"
#include "socket/error.h"
#include "tcp/options.h"
#include "wire/address.h"

namespace sluice {

namespace tcp {
class Connection;
class Engine;
struct Listener;
enum class CallError : std::uint8_t;
}  // namespace tcp

using TcpOptions = tcp::Options;  // what may be set on a connection
using TcpInfo = tcp::Info;        // what may be seen of it

class TcpSocket {
public:
    TcpSocket() = default;  // holds nothing; every call answers not_connected
    TcpSocket(TcpSocket&& other) noexcept;
    TcpSocket& operator=(TcpSocket&& other) noexcept;
    ~TcpSocket();  // close()

    explicit operator bool() const { return connection_ != nullptr; }

    // Reads up to `room` octets; 0 means end of stream. would_block: nothing yet. After a reset: bytes received before are gone,
    // the error is returned once by this or by take_error, then 0.
    std::expected<std::size_t, Error> read(ByteSpan room);
    // The next octets in place, without copying; empty means end of stream. Valid until the next call on this socket.
    std::expected<ByteView, Error> peek() const;
    // Copies up to `room` octets and leaves them queued; 0 means end of stream.
    std::expected<std::size_t, Error> peek(ByteSpan room) const;
    // The next octets as a slice that stays valid as long as it is held.
    std::expected<Slice, Error> peek_slice() const;
    // Copies up to `room` octets without taking them.
    std::expected<std::size_t, Error> peek_copy(ByteSpan room) const;
    void consume(std::size_t octets);  // at most what peek showed, over several peeks at most what is queued
    // Copies up to data.size() octets into the send buffer. would_block: full. Allowed while opening.
    std::expected<std::size_t, Error> write(ByteView data);
    // Queues a whole slice by reference; would_block if the buffer is full before it.
    std::expected<std::size_t, Error> write_owned(Slice data);
    // Like write; the octets are urgent: the peer's urgent pointer names the octet after the last (RFC 9293 3.8.5).
    std::expected<std::size_t, Error> write_urgent(ByteView data);
    std::size_t room() const;  // octets write would take now

    // "No more data from me": FIN after what is queued; reading goes on (RFC 9293 CLOSE).
    std::expected<void, Error> shutdown_write();
    // Reading answers end of stream from now on; data that arrives later is acknowledged and thrown away.
    void shutdown_read();
    // Gives the handle up. Queued data is still delivered, then FIN; unread data makes it a reset (D-16).
    void close();
    // Reset, at once; everything queued is lost (RFC 9293 ABORT). The handle is given up.
    void abort();

    Readiness readiness() const;
    // Edges go to `watcher` (not owned; nullptr: nobody). The current level is told once at the next dispatch.
    void watch(Watcher* watcher);
    // The reason the connection failed, once; none if nothing did. Soft errors (RFC 9293 3.9.1.8) also appear here.
    Error take_error();
    // Octets to read before the urgent mark; 0: the mark is here; nothing: no urgent data announced.
    std::optional<std::uint32_t> urgent_mark() const;

    State state() const;
    wire::Endpoint local() const;
    wire::Endpoint remote() const;
    TcpInfo info() const;
    TcpOptions options() const;
    void set_options(const TcpOptions& options);

private:
    friend class TcpListener;
    friend class Stack;
    TcpSocket(tcp::Engine* engine, tcp::Connection* connection) : engine_(engine), connection_(connection) {}
    std::expected<std::size_t, Error> write_somehow(ByteView data, bool urgent);
    Error translate(tcp::CallError error) const;

    tcp::Engine* engine_ = nullptr;
    tcp::Connection* connection_ = nullptr;
};

class TcpListener {
public:
    TcpListener() = default;
    TcpListener(TcpListener&& other) noexcept;
    TcpListener& operator=(TcpListener&& other) noexcept;
    ~TcpListener();  // close()

    explicit operator bool() const { return listener_ != nullptr; }

    // The next established connection, in the order they were established. would_block: none.
    std::expected<TcpSocket, Error> accept();
    std::uint32_t number() const;  // in the trace; 0: none
    wire::Endpoint local() const;
    Readiness readiness() const;
    void watch(Watcher* watcher);
    void set_backlog(std::uint32_t backlog);
    TcpOptions options() const;
    void set_options(const TcpOptions& options);  // for connections accepted later
    // Half-open children vanish, established ones nobody accepted are reset (states.md 6.8).
    void close();

private:
    friend class Stack;
    TcpListener(tcp::Engine* engine, tcp::Listener* listener) : engine_(engine), listener_(listener) {}

    tcp::Engine* engine_ = nullptr;
    tcp::Listener* listener_ = nullptr;
};

}  // namespace sluice
