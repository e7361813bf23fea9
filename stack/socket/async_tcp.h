// TCP sockets for coroutines: the calls of tcp_socket.h, waiting where those answer would_block.
//
//   AsyncTcp peer(co_await listener.accept());
//   const auto octets = co_await peer.read(room);      // 0: end of stream
//   co_await peer.write(answer);                       // all of it
//
// One coroutine reads and one writes at a time. cancel() ends both waits with Error::canceled.
#pragma once

#include <memory>

#include "socket/task.h"
#include "socket/tcp_socket.h"
#include "socket/wait.h"

namespace sluice {

class AsyncTcp {
public:
    AsyncTcp() = default;
    explicit AsyncTcp(TcpSocket socket);

    explicit operator bool() const { return state_ != nullptr; }
    TcpSocket& socket() { return state_->socket; }

    // Waits until the connection is open: Error::none, or why it is not.
    Task<Error> opened();
    // At least one octet; 0 at the end of the stream.
    Task<std::expected<std::size_t, Error>> read(ByteSpan room);
    // As many as there is room for; fewer only at the end of the stream.
    Task<std::expected<std::size_t, Error>> read_all(ByteSpan room);
    // Everything.
    Task<std::expected<void, Error>> write(ByteView data);
    std::expected<void, Error> shutdown_write() { return state_->socket.shutdown_write(); }
    // Afterwards every call answers not_connected, also one that waits.
    void close();
    void abort();
    void cancel() { state_->gate->cancel(); }

private:
    struct State {
        ~State() { socket.watch(nullptr); }
        TcpSocket socket;
        std::shared_ptr<Gate> gate = std::make_shared<Gate>();
        // The socket tells once why it ended; whoever reads and whoever writes both hear it.
        Error ended = Error::none;
    };
    std::unique_ptr<State> state_;
};

class AsyncListener {
public:
    AsyncListener() = default;
    explicit AsyncListener(TcpListener listener);

    TcpListener& listener() { return state_->listener; }
    // The next connection; an empty socket after cancel().
    Task<TcpSocket> accept();
    void cancel() { state_->gate->cancel(); }
    void close() { state_.reset(); }

private:
    struct State {
        ~State() { listener.watch(nullptr); }
        TcpListener listener;
        std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    };
    std::unique_ptr<State> state_;
};

}  // namespace sluice
