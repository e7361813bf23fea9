#include "socket/async_tcp.h"

namespace sluice {

AsyncTcp::AsyncTcp(TcpSocket socket) : state_(std::make_unique<State>()) {
    state_->socket = std::move(socket);
    state_->socket.watch(state_->gate.get());
}

Task<Error> AsyncTcp::opened() {
    for (;;) {
        const sluice::State state = state_->socket.state();
        if (state >= sluice::State::established) co_return Error::none;
        if (state == sluice::State::closed) {
            const Error why = state_->socket.take_error();
            co_return why == Error::none ? Error::not_connected : why;
        }
        if (state_->gate->is_canceled()) co_return Error::canceled;
        co_await state_->gate->writable();
    }
}

Task<std::expected<std::size_t, Error>> AsyncTcp::read(ByteSpan room) {
    for (;;) {
        const auto octets = state_->socket.read(room);
        if (octets && *octets == 0 && !room.empty() && state_->ended != Error::none)
            co_return std::unexpected(state_->ended);
        if (octets) co_return octets;
        if (octets.error() != Error::would_block) {
            state_->ended = octets.error();
            co_return octets;
        }
        if (state_->gate->is_canceled()) co_return std::unexpected(Error::canceled);
        co_await state_->gate->readable();
    }
}

Task<std::expected<std::size_t, Error>> AsyncTcp::read_all(ByteSpan room) {
    std::size_t got = 0;
    while (got < room.size()) {
        const auto octets = co_await read(room.subspan(got));
        if (!octets) co_return octets;
        if (*octets == 0) break;
        got += *octets;
    }
    co_return got;
}

Task<std::expected<void, Error>> AsyncTcp::write(ByteView data) {
    while (!data.empty()) {
        const auto octets = state_->socket.write(data);
        if (octets) {
            data = data.subspan(*octets);
            continue;
        }
        if (octets.error() != Error::would_block) {
            state_->ended = octets.error();
            co_return std::unexpected(octets.error());
        }
        if (state_->gate->is_canceled()) co_return std::unexpected(Error::canceled);
        co_await state_->gate->writable();
    }
    co_return std::expected<void, Error>();
}

void AsyncTcp::close() {
    state_->socket.watch(nullptr);
    state_->socket.close();
    state_->gate->cancel();
}

void AsyncTcp::abort() {
    state_->socket.watch(nullptr);
    state_->socket.abort();
    state_->gate->cancel();
}

AsyncListener::AsyncListener(TcpListener listener) : state_(std::make_unique<State>()) {
    state_->listener = std::move(listener);
    state_->listener.watch(state_->gate.get());
}

Task<TcpSocket> AsyncListener::accept() {
    for (;;) {
        if (auto socket = state_->listener.accept()) co_return std::move(*socket);
        if (state_->gate->is_canceled()) co_return TcpSocket();
        co_await state_->gate->readable();
    }
}

}  // namespace sluice
