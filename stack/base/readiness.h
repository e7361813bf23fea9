// What an application may wait for, shared by every kind of socket.
#pragma once

namespace sluice {

// The level now. Edges are told through Watcher when something in it became true, or more arrived.
struct Readiness {
    bool readable = false;     // data, a connection to accept, or end of stream: read would not block
    bool writable = false;     // room in the send buffer, connected; or an error: write would not block
    bool urgent = false;       // urgent data announced and not yet read past
    bool hangup = false;       // both directions are over
    bool peer_closed = false;  // the peer's FIN was received
    bool error = false;        // an error waits in take_error()
};

// Implemented by whoever waits. Called from Stack::dispatch only, never inside another call of the Stack, so it
// may read, write, close and destroy sockets freely.
class Watcher {
public:
    virtual void on_ready(Readiness readiness) = 0;

protected:
    ~Watcher() = default;
};

}  // namespace sluice
