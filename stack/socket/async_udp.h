// Datagrams for coroutines: the calls of udp_socket.h, waiting where those answer would_block.
//
//   AsyncUdp socket(stack.open_udp().value());
//   socket.socket().bind({wire::Address(), 69}).value();
//   while (auto datagram = co_await socket.receive()) co_await socket.send(datagram->data.view(), {.to = datagram->from});
//
// One coroutine receives and one sends at a time. cancel() ends both waits with Error::canceled.
#pragma once

#include <memory>

#include "socket/task.h"
#include "socket/udp_socket.h"
#include "socket/wait.h"

namespace sluice {

class AsyncUdp {
public:
    AsyncUdp() = default;
    explicit AsyncUdp(UdpSocket socket);

    explicit operator bool() const { return state_ != nullptr; }
    UdpSocket& socket() { return state_->socket; }

    // The next datagram, or what happened to one that was sent.
    Task<std::expected<Datagram, Error>> receive();
    // One datagram, when there is room for it.
    Task<std::expected<void, Error>> send(ByteView data, UdpSending sending = {});
    // Afterwards every call answers not_connected, also one that waits.
    void close();
    void cancel() { state_->gate->cancel(); }

private:
    struct State {
        ~State() { socket.watch(nullptr); }
        UdpSocket socket;
        std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    };
    std::unique_ptr<State> state_;
};

}  // namespace sluice
