// One socket of UDP or IP: who it is, what waits at it, and who is to be told.
#pragma once

#include "base/readiness.h"
#include "udp/receive_queue.h"

namespace sluice::udp {

struct Socket {
    std::uint32_t number = 0;
    bool is_raw = false;
    std::uint8_t protocol = wire::protocol::udp;
    wire::Endpoint local;   // port 0: not bound yet
    wire::Endpoint remote;  // of a connected socket
    bool is_connected = false;
    bool is_address_chosen = false;  // by us, not by bind()
    bool is_port_chosen = false;
    Options options;

    ReceiveQueue received;
    Ring<Failure> failures;
    std::optional<wire::DeliveryError> error;  // told by the next call
    std::uint32_t send_charge = 0;             // memory of what waits to be sent
    std::uint32_t send_octets = 0;
    std::uint64_t dropped = 0;
    bool is_refused_room = false;  // a send was told to wait

    Watcher* watcher = nullptr;
    bool has_news = false;

    bool is_bound() const { return local.port != 0; }
};

}  // namespace sluice::udp
