// A server whose connections are all alike: a function that moves what can be moved, called whenever something is ready.
//
//   Service echo(must_listen(program, 7), echo_back);
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>

#include "socket/tcp_socket.h"

namespace sluice::common {

// Goes on until it cannot: would_block to be called again, anything else to have the connection closed.
using Pump = std::function<Error(TcpSocket&)>;

// Sends back what arrives, read in place (RFC 862). Closes when the peer is done and has everything back.
Error echo_back(TcpSocket& socket);

class Service final : Watcher {
public:
    Service(TcpListener listener, Pump pump);
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

private:
    struct Session;
    void on_ready(Readiness readiness) override;

    TcpListener listener_;
    Pump pump_;
    std::unordered_map<Session*, std::unique_ptr<Session>> sessions_;
};

}  // namespace sluice::common
