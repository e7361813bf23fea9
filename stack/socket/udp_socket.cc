#include "socket/udp_socket.h"

#include <utility>

#include "socket/entrance.h"
#include "udp/engine.h"
#include "wire/ipv4.h"

namespace sluice {

Error error_of(wire::DeliveryError error) {
    switch (error) {
        case wire::DeliveryError::net_unreachable:
        case wire::DeliveryError::no_route: return Error::net_unreachable;
        case wire::DeliveryError::protocol_unreachable: return Error::protocol_unreachable;
        case wire::DeliveryError::port_unreachable: return Error::refused;
        case wire::DeliveryError::packet_too_big: return Error::message_too_big;
        case wire::DeliveryError::host_unreachable:
        case wire::DeliveryError::source_route_failed:
        case wire::DeliveryError::prohibited:
        case wire::DeliveryError::time_exceeded:
        case wire::DeliveryError::parameter_problem:
        case wire::DeliveryError::source_quench:
        case wire::DeliveryError::neighbor_failed: break;
    }
    return Error::host_unreachable;
}

DatagramSocket::DatagramSocket(DatagramSocket&& other) noexcept
    : engine_(std::exchange(other.engine_, nullptr)), socket_(std::exchange(other.socket_, nullptr)) {}

DatagramSocket& DatagramSocket::operator=(DatagramSocket&& other) noexcept {
    if (this != &other) {
        close();
        engine_ = std::exchange(other.engine_, nullptr);
        socket_ = std::exchange(other.socket_, nullptr);
    }
    return *this;
}

DatagramSocket::~DatagramSocket() { close(); }

void DatagramSocket::close() {
    udp::Socket* socket = std::exchange(socket_, nullptr);
    if (!socket) return;
    tell(engine_->entrance_watcher(), entrance::CloseDatagrams{socket->number});
    engine_->close(*socket);
}

Error DatagramSocket::translate(udp::CallError error) const {
    switch (error) {
        case udp::CallError::would_block: return Error::would_block;
        case udp::CallError::not_connected: return Error::not_connected;
        case udp::CallError::destination_required: return Error::destination_required;
        case udp::CallError::invalid_destination: return Error::invalid_destination;
        case udp::CallError::invalid_argument: return Error::invalid_argument;
        case udp::CallError::permission_denied: return Error::permission_denied;
        case udp::CallError::address_not_available: return Error::address_not_available;
        case udp::CallError::address_in_use: return Error::address_in_use;
        case udp::CallError::message_too_big: return Error::message_too_big;
        case udp::CallError::no_route: return Error::net_unreachable;
        case udp::CallError::no_resources: return Error::no_resources;
        case udp::CallError::failed: break;
    }
    const auto what = engine_->take_error(*socket_);
    return what ? error_of(*what) : Error::none;
}

std::expected<void, Error> DatagramSocket::bind(const wire::Endpoint& local) {
    if (!socket_) return std::unexpected(Error::not_connected);
    tell(engine_->entrance_watcher(), entrance::Bind{socket_->number, local});
    const auto result = engine_->bind(*socket_, local);
    if (!result) return std::unexpected(translate(result.error()));
    return {};
}

std::expected<void, Error> DatagramSocket::connect(const wire::Endpoint& remote) {
    if (!socket_) return std::unexpected(Error::not_connected);
    tell(engine_->entrance_watcher(), entrance::ConnectDatagrams{socket_->number, remote});
    const auto result = engine_->connect(*socket_, remote);
    if (!result) return std::unexpected(translate(result.error()));
    return {};
}

void DatagramSocket::disconnect() {
    if (!socket_) return;
    tell(engine_->entrance_watcher(), entrance::Disconnect{socket_->number});
    engine_->disconnect(*socket_);
}

std::expected<void, Error> DatagramSocket::send(ByteView data, const UdpSending& sending) {
    if (!socket_) return std::unexpected(Error::not_connected);
    // Longer ones need not be copied to be refused.
    if (data.size() > wire::ipv4_packet_most) return std::unexpected(Error::message_too_big);
    return send_owned(data.empty() ? Slice() : engine_->pool().copy(data), sending);
}

std::expected<void, Error> DatagramSocket::send_owned(Slice data, const UdpSending& sending) {
    if (!socket_) return std::unexpected(Error::not_connected);
    tell(engine_->entrance_watcher(), entrance::Send{socket_->number, sending, data.view()});
    const auto result = engine_->send(*socket_, std::move(data), sending);
    if (!result) return std::unexpected(translate(result.error()));
    return {};
}

std::expected<Datagram, Error> DatagramSocket::receive() {
    if (!socket_) return std::unexpected(Error::not_connected);
    tell(engine_->entrance_watcher(), entrance::TakeDatagram{socket_->number});
    auto result = engine_->receive(*socket_);
    if (!result) return std::unexpected(translate(result.error()));
    return std::move(*result);
}

const Datagram* DatagramSocket::front() const {
    return socket_ && !socket_->received.empty() ? &socket_->received.front() : nullptr;
}

std::optional<UdpFailure> DatagramSocket::next_failure() {
    if (!socket_) return std::nullopt;
    tell(engine_->entrance_watcher(), entrance::TakeFailure{socket_->number});
    return engine_->next_failure(*socket_);
}

Error DatagramSocket::take_error() {
    if (!socket_) return Error::none;
    tell(engine_->entrance_watcher(), entrance::TakeError{socket_->number});
    const auto what = engine_->take_error(*socket_);
    return what ? error_of(*what) : Error::none;
}

Readiness DatagramSocket::readiness() const {
    if (socket_) return engine_->readiness(*socket_);
    Readiness ready;
    ready.hangup = true;
    return ready;
}

void DatagramSocket::watch(Watcher* watcher) {
    if (socket_) engine_->watch(*socket_, watcher);
}

wire::Endpoint DatagramSocket::local() const { return socket_ ? socket_->local : wire::Endpoint{}; }
wire::Endpoint DatagramSocket::remote() const { return socket_ ? socket_->remote : wire::Endpoint{}; }
bool DatagramSocket::is_connected() const { return socket_ && socket_->is_connected; }
UdpInfo DatagramSocket::info() const { return socket_ ? engine_->info(*socket_) : UdpInfo{}; }
UdpOptions DatagramSocket::options() const { return socket_ ? socket_->options : UdpOptions{}; }

void DatagramSocket::set_options(const UdpOptions& options) {
    if (!socket_) return;
    tell(engine_->entrance_watcher(), entrance::SetDatagramOptions{socket_->number, options});
    socket_->options = options;
}

}  // namespace sluice
