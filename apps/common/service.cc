#include "apps/common/service.h"

namespace sluice::common {

Error echo_back(TcpSocket& socket) {
    for (;;) {
        const auto octets = socket.peek();
        if (!octets) return octets.error();
        if (octets->empty()) return Error::closing;
        const auto taken = socket.write(*octets);
        if (!taken) return taken.error();
        socket.consume(*taken);
    }
}

struct Service::Session final : Watcher {
    Session(Service& owner, TcpSocket accepted) : service(owner), socket(std::move(accepted)) {
        socket.watch(this);
    }
    void on_ready(Readiness) override {
        if (service.pump_(socket) != Error::would_block) service.sessions_.erase(this);  // closes the socket
    }
    Service& service;
    TcpSocket socket;
};

Service::Service(TcpListener listener, Pump pump) : listener_(std::move(listener)), pump_(std::move(pump)) {
    listener_.watch(this);
}

Service::~Service() = default;

void Service::on_ready(Readiness) {
    while (auto accepted = listener_.accept()) {
        auto session = std::make_unique<Session>(*this, std::move(*accepted));
        sessions_.emplace(session.get(), std::move(session));
    }
}

}  // namespace sluice::common
