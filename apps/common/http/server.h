// The HTTP server on a Stack: accepts connections, moves octets between their sockets and their ServerConnections, keeps
// deadlines and limits, and ends gracefully.
//
// Told: what a listener or a socket is ready for (Watcher), time, stop(). Answers: when it wants on_time(), when it is done.
// Lives on the thread that drives the Stack and must go before it.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "apps/common/http/server_connection.h"
#include "stack.h"

namespace sluice::http {

class Server final : public Watcher {
public:
    // `date` tells the wall time.
    Server(Stack& stack, ServerParts parts, std::function<Date()> date);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    void serve(TcpListener listener);  // may be called for several
    // Called with an instant whenever an earlier on_time() than before is wanted.
    void set_wake(std::function<void(Instant)> wake) { wake_ = std::move(wake); }
    void on_time();
    Instant next_deadline() const;

    // No new connections; idle ones are closed, replies under way get the grace time. `done` is called when all are gone.
    void stop(std::function<void()> done);
    std::size_t connections() const { return sessions_.size(); }

    void on_ready(Readiness) override;  // of the listener

private:
    class Session;
    friend class Session;
    using Number = std::uint64_t;

    Moment moment() const { return {stack_.now(), date_()}; }
    void admit(TcpSocket socket);
    bool make_room();
    void schedule(Session& session);
    void schedule_at(Session& session, Instant wanted);
    void wake(Number number);  // its session has something to do now
    void note_idleness(Session& session);
    void remove(Session& session);
    void abort_all();

    Stack& stack_;
    ServerParts parts_;
    std::function<Date()> date_;
    std::function<void(Instant)> wake_;
    std::function<void()> done_;
    std::list<TcpListener> listeners_;
    std::map<Number, std::unique_ptr<Session>> sessions_;
    std::map<wire::Address, std::uint32_t> per_address_;
    std::set<std::pair<Instant, Number>> deadlines_;  // one of each session, never later than its real one
    std::list<Session*> idle_;                        // longest first
    Number next_number_ = 1;
    std::uint32_t turned_away_ = 0;  // connections that are being told 503
    Instant grace_end_ = never;
    bool is_stopping_ = false;
};

}  // namespace sluice::http
