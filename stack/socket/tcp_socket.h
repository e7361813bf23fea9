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
#include "base/trace_record.h"
#include "socket/error.h"
#include "wire/address.h"

namespace sluice {

namespace tcp {
class Connection;
class Engine;
struct Listener;
}  // namespace tcp

// Options of one connection. Set before connect or any time later; a listener's are inherited by what it accepts.
struct TcpOptions {
    bool no_delay = false;                     // TCP_NODELAY: no Nagle (RFC 9293 3.7.4 [MUST-17])
    bool cork = false;                         // TCP_CORK: hold small segments until uncorked, at most 200 ms
    bool keep_alive = false;                   // SO_KEEPALIVE (RFC 9293 3.8.4 [MUST-24])
    Duration keepalive_idle{};                 // 0: the host's setting
    Duration keepalive_interval{};
    std::uint32_t keepalive_probes = 0;
    std::optional<Duration> user_timeout;      // R2 (RFC 9293 3.8.3 [MUST-21]); `never`-like values switch it off
    std::uint32_t receive_buffer = 0;          // octets; 0: the host's setting
    std::uint32_t send_buffer = 0;
    std::uint8_t traffic_class = 0;            // DSCP and unused ECN bits, as in IP_TOS
    std::uint8_t hop_limit = 0;                // 0: the host's setting
    std::optional<Duration> linger;            // SO_LINGER on: 0 makes close() abort
    bool urgent_inline = true;                 // RFC 6093: urgent octets stay in the stream
    bool report_soft_errors = true;            // RFC 9293 3.9.1.8 [SHLD-20]
    std::uint16_t mss = 0;                     // TCP_MAXSEG: upper bound, 0 = none
};

// A connection as an application may look at it (RFC 9293 STATUS).
struct TcpInfo {
    State state = State::closed;
    std::uint32_t connection = 0;              // number in the trace
    wire::Endpoint local;
    wire::Endpoint remote;
    bool timestamps = false;
    bool sack = false;
    std::int8_t window_shift = -1;             // ours; -1: none agreed
    std::int8_t peer_window_shift = -1;
    std::uint32_t mss_send = 0;                // payload octets of a full segment we send
    std::uint32_t mss_announced = 0;
    std::uint32_t receive_queue = 0;           // octets not yet read
    std::uint32_t send_queue = 0;              // octets not yet acknowledged
    std::uint32_t in_flight = 0;
    std::uint32_t snd_wnd = 0;
    std::uint32_t rcv_wnd = 0;
    std::uint32_t cwnd = 0;
    std::uint32_t ssthresh = 0;
    Phase phase = Phase::none;
    Duration srtt{};
    Duration rttvar{};
    Duration rto{};
    std::uint32_t retransmitted = 0;           // segments, over the life of the connection
    std::uint32_t timeouts = 0;
    std::uint64_t bytes_acked = 0;
    std::uint64_t bytes_received = 0;
    std::uint32_t segments_in = 0;
    std::uint32_t segments_out = 0;
    std::optional<DeadlineKind> deadline;      // the next one armed
    Instant deadline_at = never;
    Reason ended = Reason::none;
};

class TcpSocket {
public:
    TcpSocket() = default;                     // holds nothing; every call answers not_connected
    TcpSocket(TcpSocket&& other) noexcept;
    TcpSocket& operator=(TcpSocket&& other) noexcept;
    ~TcpSocket();                              // close()

    explicit operator bool() const { return connection_ != nullptr; }

    // Reads up to `room` octets; 0 means end of stream. would_block: nothing yet. After a reset: bytes received before are gone,
    // the error is returned once by this or by take_error, then 0.
    std::expected<std::size_t, Error> read(ByteSpan room);
    // The next octets in place, without copying; empty means end of stream. Valid until the next call on this socket.
    std::expected<ByteView, Error> peek() const;
    // The next octets as a slice that stays valid as long as it is held.
    std::expected<Slice, Error> peek_slice() const;
    void consume(std::size_t octets);          // at most what peek showed, over several peeks at most what is queued
    // Copies up to data.size() octets into the send buffer. would_block: full. Allowed while opening.
    std::expected<std::size_t, Error> write(ByteView data);
    // Queues a whole slice by reference; would_block if the buffer is full before it.
    std::expected<std::size_t, Error> write_owned(Slice data);
    // Like write; the octets are urgent: the peer's urgent pointer names the octet after the last (RFC 9293 3.8.5).
    std::expected<std::size_t, Error> write_urgent(ByteView data);
    std::size_t room() const;                  // octets write would take now

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

    tcp::Engine* engine_ = nullptr;
    tcp::Connection* connection_ = nullptr;
};

class TcpListener {
public:
    TcpListener() = default;
    TcpListener(TcpListener&& other) noexcept;
    TcpListener& operator=(TcpListener&& other) noexcept;
    ~TcpListener();                            // close()

    explicit operator bool() const { return listener_ != nullptr; }

    // The next established connection, in the order they were established. would_block: none.
    std::expected<TcpSocket, Error> accept();
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
