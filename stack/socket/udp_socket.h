// The in-loop face of UDP and of raw IP: handles held by an application on the Stack's own thread. Nothing here blocks; a
// call that cannot go on returns Error::would_block and a Watcher is told when to try again.
//
// Thread rule: only the thread that drives the Stack may use these. A handle must not outlive its Stack.
//
//   auto socket = stack.open_udp().value();
//   socket.bind({.port = 69}).value();
//   while (auto datagram = socket.receive()) socket.send(datagram->data.view(), {.to = datagram->from});
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "base/chunk.h"
#include "base/readiness.h"
#include "socket/error.h"
#include "udp/datagram.h"

namespace sluice {

namespace udp {
class Engine;
struct Socket;
enum class CallError : std::uint8_t;
}  // namespace udp

using Datagram = udp::Datagram;
using UdpOptions = udp::Options;
using UdpSending = udp::Sending;
using UdpFailure = udp::Failure;
using UdpInfo = udp::Info;

class DatagramSocket {
public:
    DatagramSocket() = default;  // holds nothing; every call answers not_connected
    DatagramSocket(DatagramSocket&& other) noexcept;
    DatagramSocket& operator=(DatagramSocket&& other) noexcept;
    ~DatagramSocket();  // close()

    explicit operator bool() const { return socket_ != nullptr; }
    void close();  // what was sent still leaves; what is unread is gone

    // An address of ours, a group's, or unspecified: all of them. Port 0: one is chosen. UDP binds by itself when it first
    // sends or connects. invalid_argument: bound already.
    std::expected<void, Error> bind(const wire::Endpoint& local);
    // One peer from now on: where send() goes without an address, and the only one whose datagrams come in.
    std::expected<void, Error> connect(const wire::Endpoint& remote);
    void disconnect();

    // One datagram, whole or not at all. would_block: too much waits to be sent already.
    std::expected<void, Error> send(ByteView data, const UdpSending& sending = {});
    std::expected<void, Error> send_owned(Slice data, const UdpSending& sending = {});
    // The next datagram, oldest first. would_block: none.
    std::expected<Datagram, Error> receive();
    // The same without taking it; valid until the next call on this socket. nullptr: none.
    const Datagram* front() const;
    // What did not arrive (RFC 1122 4.1.3.3), oldest first; only with Options::keep_failures.
    std::optional<UdpFailure> next_failure();
    // What the next send or receive would fail with, once: on a connected socket hard errors about its peer, with
    // keep_failures any. none: nothing happened.
    Error take_error();

    Readiness readiness() const;
    // As TcpSocket::watch.
    void watch(Watcher* watcher);

    wire::Endpoint local() const;
    wire::Endpoint remote() const;
    bool is_connected() const;
    UdpInfo info() const;
    UdpOptions options() const;
    void set_options(const UdpOptions& options);

protected:
    friend class Stack;
    DatagramSocket(udp::Engine* engine, udp::Socket* socket) : engine_(engine), socket_(socket) {}
    Error translate(udp::CallError error) const;

    udp::Engine* engine_ = nullptr;
    udp::Socket* socket_ = nullptr;
};

class UdpSocket : public DatagramSocket {
public:
    UdpSocket() = default;

private:
    friend class Stack;
    using DatagramSocket::DatagramSocket;
};

// Packets of one protocol of IP, as they are: received with their IP header, sent without one unless
// Options::header_included. It sees copies; the Stack goes on to do with them what it does.
class RawSocket : public DatagramSocket {
public:
    RawSocket() = default;

private:
    friend class Stack;
    using DatagramSocket::DatagramSocket;
};

// The name an application knows for what happened to a packet.
Error error_of(wire::DeliveryError error);

}  // namespace sluice
