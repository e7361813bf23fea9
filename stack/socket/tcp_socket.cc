#include "socket/tcp_socket.h"

#include <utility>

#include "socket/entrance.h"
#include "tcp/engine.h"

namespace sluice {
namespace {

// The core's reasons as the names applications know (states.md 10).
Error error_of(Reason reason) {
    switch (reason) {
        case Reason::end_reset_by_peer: return Error::reset;
        case Reason::end_refused: return Error::refused;
        case Reason::end_user_timeout:
        case Reason::end_syn_timeout:
        case Reason::end_keepalive: return Error::timed_out;
        case Reason::end_unreachable: return Error::host_unreachable;
        case Reason::end_aborted:
        case Reason::end_listener_closed:
        case Reason::end_address_lost: return Error::reset;
        default: return Error::none;
    }
}

}  // namespace

TcpSocket::TcpSocket(TcpSocket&& other) noexcept
    : engine_(std::exchange(other.engine_, nullptr)),
      connection_(std::exchange(other.connection_, nullptr)) {}

TcpSocket& TcpSocket::operator=(TcpSocket&& other) noexcept {
    if (this != &other) {
        close();
        engine_ = std::exchange(other.engine_, nullptr);
        connection_ = std::exchange(other.connection_, nullptr);
    }
    return *this;
}

TcpSocket::~TcpSocket() { close(); }

Error TcpSocket::translate(tcp::CallError error) const {
    switch (error) {
        case tcp::CallError::would_block: return Error::would_block;
        case tcp::CallError::not_connected: return Error::not_connected;
        case tcp::CallError::closing: return Error::closing;
        case tcp::CallError::ended: break;
    }
    return error_of(connection_->take_error());
}

std::expected<std::size_t, Error> TcpSocket::read(ByteSpan room) {
    if (!connection_) return std::unexpected(Error::not_connected);
    tell(engine_->entrance_watcher(), entrance::Read{connection_->number, room.size()});
    const auto result = connection_->read(room, false, engine_->now());
    if (!result) return std::unexpected(translate(result.error()));
    if (*result > 0) engine_->touched(*connection_, engine_->now());
    return *result;
}

std::expected<ByteView, Error> TcpSocket::peek() const {
    if (!connection_) return std::unexpected(Error::not_connected);
    const auto result = connection_->front();
    if (!result) return std::unexpected(translate(result.error()));
    return result->view();
}

std::expected<Slice, Error> TcpSocket::peek_slice() const {
    if (!connection_) return std::unexpected(Error::not_connected);
    const auto result = connection_->front();
    if (!result) return std::unexpected(translate(result.error()));
    return *result;
}

std::expected<std::size_t, Error> TcpSocket::peek_copy(ByteSpan room) const {
    if (!connection_) return std::unexpected(Error::not_connected);
    const auto result = connection_->read(room, true, engine_->now());
    if (!result) return std::unexpected(translate(result.error()));
    return *result;
}

void TcpSocket::consume(std::size_t octets) {
    if (!connection_) return;
    tell(engine_->entrance_watcher(), entrance::Consume{connection_->number, octets});
    connection_->consume(octets, engine_->now());
    engine_->touched(*connection_, engine_->now());
}

std::expected<std::size_t, Error> TcpSocket::write_somehow(ByteView data, bool urgent) {
    if (!connection_) return std::unexpected(Error::not_connected);
    tell(engine_->entrance_watcher(), entrance::Write{connection_->number, urgent, data});
    const auto result = connection_->write(data, urgent, engine_->now());
    if (!result) return std::unexpected(translate(result.error()));
    engine_->touched(*connection_, engine_->now());
    return *result;
}

std::expected<std::size_t, Error> TcpSocket::write(ByteView data) { return write_somehow(data, false); }
std::expected<std::size_t, Error> TcpSocket::write_urgent(ByteView data) { return write_somehow(data, true); }

std::expected<std::size_t, Error> TcpSocket::write_owned(Slice data) {
    if (!connection_) return std::unexpected(Error::not_connected);
    tell(engine_->entrance_watcher(), entrance::WriteOwned{connection_->number, data.view()});
    const auto result = connection_->write_owned(std::move(data), engine_->now());
    if (!result) return std::unexpected(translate(result.error()));
    engine_->touched(*connection_, engine_->now());
    return *result;
}

std::size_t TcpSocket::room() const { return connection_ ? connection_->room() : 0; }

std::expected<void, Error> TcpSocket::shutdown_write() {
    if (!connection_) return std::unexpected(Error::not_connected);
    tell(engine_->entrance_watcher(), entrance::ShutdownWrite{connection_->number});
    const auto result = connection_->shutdown_write(engine_->now());
    engine_->touched(*connection_, engine_->now());
    if (!result) return std::unexpected(translate(result.error()));
    return {};
}

void TcpSocket::shutdown_read() {
    if (!connection_) return;
    tell(engine_->entrance_watcher(), entrance::ShutdownRead{connection_->number});
    connection_->shutdown_read();
    engine_->touched(*connection_, engine_->now());
}

void TcpSocket::close() {
    tcp::Connection* connection = std::exchange(connection_, nullptr);
    if (!connection) return;
    tell(engine_->entrance_watcher(), entrance::Close{connection->number});
    engine_->close(*connection, engine_->now());
}

void TcpSocket::abort() {
    tcp::Connection* connection = std::exchange(connection_, nullptr);
    if (!connection) return;
    tell(engine_->entrance_watcher(), entrance::Abort{connection->number});
    engine_->abort(*connection, engine_->now());
}

Readiness TcpSocket::readiness() const {
    if (connection_) return connection_->readiness();
    Readiness ready;
    ready.hangup = true;
    return ready;
}

void TcpSocket::watch(Watcher* watcher) {
    if (!connection_) return;
    connection_->watch(watcher);
    engine_->touched(*connection_, engine_->now());
}

Error TcpSocket::take_error() {
    if (!connection_) return Error::none;
    const Error hard = error_of(connection_->take_error());
    if (hard != Error::none) return hard;
    const Reason soft = connection_->take_soft_error();
    if (soft == Reason::end_user_timeout || soft == Reason::end_syn_timeout) return Error::delivery_problem;
    return error_of(soft);
}

std::optional<std::uint32_t> TcpSocket::urgent_mark() const {
    return connection_ ? connection_->urgent_mark() : std::nullopt;
}

State TcpSocket::state() const { return connection_ ? connection_->state() : State::closed; }
wire::Endpoint TcpSocket::local() const { return connection_ ? connection_->tuple.local : wire::Endpoint{}; }
wire::Endpoint TcpSocket::remote() const {
    return connection_ ? connection_->tuple.remote : wire::Endpoint{};
}
TcpInfo TcpSocket::info() const { return connection_ ? connection_->info() : TcpInfo{}; }
TcpOptions TcpSocket::options() const { return connection_ ? connection_->options() : TcpOptions{}; }

void TcpSocket::set_options(const TcpOptions& options) {
    if (!connection_) return;
    tell(engine_->entrance_watcher(), entrance::SetOptions{connection_->number, options});
    connection_->set_options(options, engine_->now());
    engine_->touched(*connection_, engine_->now());
}

TcpListener::TcpListener(TcpListener&& other) noexcept
    : engine_(std::exchange(other.engine_, nullptr)), listener_(std::exchange(other.listener_, nullptr)) {}

TcpListener& TcpListener::operator=(TcpListener&& other) noexcept {
    if (this != &other) {
        close();
        engine_ = std::exchange(other.engine_, nullptr);
        listener_ = std::exchange(other.listener_, nullptr);
    }
    return *this;
}

TcpListener::~TcpListener() { close(); }

std::expected<TcpSocket, Error> TcpListener::accept() {
    if (!listener_) return std::unexpected(Error::not_connected);
    tell(engine_->entrance_watcher(), entrance::Accept{listener_->number});
    tcp::Connection* connection = engine_->accept(*listener_, engine_->now());
    if (!connection) return std::unexpected(Error::would_block);
    return TcpSocket(engine_, connection);
}

std::uint32_t TcpListener::number() const { return listener_ ? listener_->number : 0; }
wire::Endpoint TcpListener::local() const { return listener_ ? listener_->local : wire::Endpoint{}; }

Readiness TcpListener::readiness() const {
    Readiness ready;
    ready.readable = listener_ && !listener_->accept_queue.empty();
    ready.hangup = !listener_;
    return ready;
}

void TcpListener::watch(Watcher* watcher) {
    if (listener_) engine_->watch(*listener_, watcher);
}

void TcpListener::set_backlog(std::uint32_t backlog) {
    if (!listener_) return;
    tell(engine_->entrance_watcher(), entrance::SetBacklog{listener_->number, backlog});
    engine_->set_backlog(*listener_, backlog);
}

TcpOptions TcpListener::options() const { return listener_ ? listener_->options : TcpOptions{}; }

void TcpListener::set_options(const TcpOptions& options) {
    if (!listener_) return;
    tell(engine_->entrance_watcher(), entrance::SetListenerOptions{listener_->number, options});
    listener_->options = options;
}

void TcpListener::close() {
    tcp::Listener* listener = std::exchange(listener_, nullptr);
    if (!listener) return;
    tell(engine_->entrance_watcher(), entrance::CloseListener{listener->number});
    engine_->close(*listener, engine_->now());
}

}  // namespace sluice
