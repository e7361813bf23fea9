// One connection of the Server: the glue between its socket and its ServerConnection.
#pragma once

#include <optional>

#include "apps/common/http/server.h"
#include "apps/common/http/tunnel.h"

namespace sluice::http {

class Server::Session final : public Watcher {
public:
    Session(Server& server, Number number, TcpSocket socket, wire::Address client);

    void begin(bool is_welcome);  // may destroy the session, as everything below that moves octets
    void on_ready(Readiness readiness) override;
    void on_time();
    void drain();
    void give_up();  // closes an idle connection
    void cut_off();  // resets it

    Instant deadline() const { return relay_ ? relay_deadline_ : connection_.deadline(); }
    bool is_idle() const { return connection_.is_idle(); }
    bool is_welcome() const { return is_welcome_; }
    Number number() const { return number_; }
    const wire::Address& client() const { return client_; }

    Instant scheduled() const { return scheduled_; }
    void set_scheduled(Instant at) { scheduled_ = at; }
    void forget_schedule();
    bool is_listed_idle() const { return idle_place_.has_value(); }
    std::optional<std::list<Session*>::iterator> idle_place() const { return idle_place_; }
    void set_idle_place(std::optional<std::list<Session*>::iterator> place) { idle_place_ = place; }

private:
    enum class Moved : std::uint8_t { nothing, something, failed };

    void pump();
    void pump_relay();
    Moved move_in();
    Moved move_out();
    std::expected<std::size_t, Error> write(const Output& output);
    std::expected<std::size_t, Error> write_file(const Output& output);
    void end();

    Server& server_;
    TcpSocket socket_;
    ServerConnection connection_;
    std::unique_ptr<Relay> relay_;    // since the connection is a tunnel
    Instant relay_deadline_ = never;  // nothing moved for too long
    wire::Address client_;
    Number number_;
    Instant scheduled_ = never;
    std::optional<std::list<Session*>::iterator> idle_place_;
    bool is_welcome_ = true;
    bool is_writing_over_ = false;
};

}  // namespace sluice::http
