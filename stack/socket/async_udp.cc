#include "socket/async_udp.h"

namespace sluice {

AsyncUdp::AsyncUdp(UdpSocket socket) : state_(std::make_unique<State>()) {
    state_->socket = std::move(socket);
    state_->socket.watch(state_->gate.get());
}

Task<std::expected<Datagram, Error>> AsyncUdp::receive() {
    for (;;) {
        auto datagram = state_->socket.receive();
        if (datagram || datagram.error() != Error::would_block) co_return datagram;
        if (state_->gate->is_canceled()) co_return std::unexpected(Error::canceled);
        co_await state_->gate->readable();
    }
}

Task<std::expected<void, Error>> AsyncUdp::send(ByteView data, UdpSending sending) {
    for (;;) {
        const auto sent = state_->socket.send(data, sending);
        if (sent || sent.error() != Error::would_block) co_return sent;
        if (state_->gate->is_canceled()) co_return std::unexpected(Error::canceled);
        co_await state_->gate->writable();
    }
}

void AsyncUdp::close() {
    state_->socket.close();
    state_->gate->cancel();
}

}  // namespace sluice
