// Calls of the application, and the life of records: who is in the table, on the wheel, in a queue, and when it goes.
#include <utility>

#include "tcp/engine.h"
#include "tcp/opening/port_picker.h"

namespace sluice::tcp {
namespace {

constexpr std::uint32_t doubts_max = 64;  // advice kept until the layer below hears it

}  // namespace

Engine::Engine(const Settings& settings, const Keys& keys, Random random, ChunkPool& pool, Counters& counters,
               Trace& trace, const PathSource& paths, Instant start)
    : settings_(settings),
      environment_{settings, pool, counters, trace},
      isn_(keys.isn, keys.fixed_isn),
      random_(random),
      counters_(counters),
      trace_(trace),
      paths_(paths),
      demux_(keys.demux),
      fast_open_memories_(settings.fast_open_servers),
      wheel_(start),
      time_wait_wheel_(start),
      now_(start) {}

Engine::~Engine() {
    ready_.clear();
    news_.clear();
    demux_.visit_listeners([](Listener& listener) {
        listener.accept_queue.clear();
        listener.deferred.clear();
    });
    for (Record* record : demux_.all()) {
        demux_.erase(*record);
        switch (record->record_kind) {
            case RecordKind::connection: delete static_cast<Connection*>(record); break;
            case RecordKind::half_open:
                delete static_cast<HalfOpen*>(record)->old;
                delete static_cast<HalfOpen*>(record);
                break;
            case RecordKind::time_wait: delete static_cast<TimeWait*>(record); break;
        }
    }
}

std::expected<Listener*, OpenError> Engine::listen(const wire::Endpoint& wanted, std::uint32_t backlog,
                                                   const Options& options, Reuse reuse,
                                                   Instant now) {  // RFC 9293 3.10.1, passive
    wire::Endpoint local = wanted;
    if (!local.address.is_unspecified() && !paths_.is_ours(local.address))
        return std::unexpected(OpenError::address_not_available);
    if (local.port == 0) {
        const auto port =
            pick_port(settings_, random_, [&](std::uint16_t p) { return !demux_.is_listened_port(p); });
        if (!port) return std::unexpected(OpenError::address_in_use);
        local.port = *port;
    }
    // [MUST-41]: an existing LISTEN is never disturbed; it may agree to share.
    if (!demux_.may_listen(local, reuse.port)) return std::unexpected(OpenError::address_in_use);
    if (!reuse.address) {
        for (const Record* record : demux_.all())
            if (record->tuple.local.port == local.port) return std::unexpected(OpenError::address_in_use);
    }
    auto listener = std::make_unique<Listener>();
    listener->local = local;
    listener->number = ++number_;
    listener->backlog.limit = std::clamp(backlog, 1U, settings_.backlog_max);
    listener->options = options;
    listener->shares_port = reuse.port;
    if (trace_.mode() != TraceMode::off) {
        ConnectionFacts facts;
        facts.connection = listener->number;
        facts.local = wire::to_text(local);
        trace_.tell(std::move(facts));
    }
    note_listener(*listener, State::closed, State::listen, Event::passive_open, now);
    return &demux_.add_listener(std::move(listener));
}

bool Engine::is_free(const Tuple& tuple) {
    return demux_.find(tuple) == nullptr && demux_.listener_for(tuple) == nullptr;
}

std::expected<Connection*, OpenError> Engine::connect(const wire::Endpoint& remote, wire::Endpoint local,
                                                      const Options& options,
                                                      Instant now) {  // RFC 9293 3.10.1, active
    if (remote.address.is_unspecified() || remote.port == 0)
        return std::unexpected(OpenError::destination_required);
    if (paths_.is_group(remote.address)) return std::unexpected(OpenError::invalid_destination);  // [MUST-46]
    if (!local.address.is_unspecified() && !paths_.is_ours(local.address))
        return std::unexpected(OpenError::address_not_available);
    if (demux_.size() >= settings_.connections_max) return std::unexpected(OpenError::no_resources);
    const auto path = paths_.path_to(remote.address, local.address);  // [MUST-44]: once, before the first SYN
    if (!path) return std::unexpected(OpenError::no_route);
    local.address = path->source;
    if (local.port == 0) {  // RFC 6056
        const auto port = pick_port(settings_, random_, [&](std::uint16_t p) {
            return is_free({{local.address, p}, remote});
        });
        if (!port) return std::unexpected(OpenError::address_in_use);
        local.port = *port;
    }
    const Tuple tuple{local, remote};
    if (Record* existing = demux_.find(tuple)) {
        // Our own TIME-WAIT gives way to our own new connection when timestamps protect it (RFC 6191 3, as PAWS does).
        if (existing->record_kind != RecordKind::time_wait ||
            !static_cast<TimeWait*>(existing)->facts.timestamps)
            return std::unexpected(OpenError::address_in_use);
        end_time_wait(static_cast<TimeWait&>(*existing), Event::time_wait_over, Reason::end_time_wait_reused,
                      now);
    }
    auto* connection = new Connection(environment_, tuple, ++number_, options);
    connection->hold();
    demux_.insert(*connection);
    connection->open(isn_.initial(tuple, now), isn_.timestamp_offset(tuple), *path,
                     fast_open_memories_.find(remote.address), now);
    touched(*connection, now);
    return connection;
}

Connection* Engine::accept(Listener& listener, Instant now) {
    if (listener.accept_queue.empty()) return nullptr;
    Connection& connection = listener.accept_queue.front();
    listener.accept_queue.pop_front();
    --listener.backlog.waiting;
    connection.set_parent(nullptr);
    connection.hold();
    (void)now;
    return &connection;
}

void Engine::watch(Listener& listener, Watcher* watcher) {
    listener.watcher = watcher;
    if (watcher && !listener.has_news) {
        listener.has_news = true;
        listener_news_.push_back(&listener);
    }
}

void Engine::set_backlog(Listener& listener, std::uint32_t backlog) {
    listener.backlog.limit = std::clamp(backlog, 1U, settings_.backlog_max);
}

// States.md 6.8: half-open children vanish, established ones nobody accepted are aborted.
void Engine::close(Listener& listener, Instant now) {
    for (Record* record : demux_.all()) {
        if (record->record_kind == RecordKind::half_open &&
            static_cast<HalfOpen*>(record)->listener == &listener)
            forget(static_cast<HalfOpen&>(*record), Event::listener_closed, Reason::end_listener_closed, now);
    }
    listener.accept_queue.splice(listener.accept_queue.end(), listener.deferred);
    while (!listener.accept_queue.empty()) {
        Connection& child = listener.accept_queue.front();
        listener.accept_queue.pop_front();
        child.set_parent(nullptr);
        child.abort(Event::listener_closed, Reason::end_listener_closed, now);
        touched(child, now);
    }
    for (std::uint32_t i = 0; i < listener_news_.size(); ++i)
        if (listener_news_[i] == &listener) listener_news_[i] = nullptr;
    note_listener(listener, State::listen, State::closed, Event::close_call, now);
    demux_.erase_listener(listener);
}

void Engine::close(Connection& connection, Instant now) {
    if (TimeWait* record = connection.time_wait()) {
        record->held = nullptr;
        connection.set_time_wait(nullptr);
    }
    connection.close(now);
    touched(connection, now);
}

void Engine::abort(Connection& connection, Instant now) {
    if (TimeWait* record = connection.time_wait()) {
        if (record->is_in_table())
            end_time_wait(*record, Event::abort_call, Reason::end_aborted, now);
        else  // the half-open child that stands for it loses what it would come back to
            finish(*std::exchange(static_cast<HalfOpen*>(demux_.find(record->tuple))->old, nullptr),
                   Event::abort_call, Reason::end_aborted, now);
    }
    connection.abort(Event::abort_call, Reason::end_aborted, now);
    close(connection, now);
}

void Engine::touched(Connection& connection, Instant now) {
    connection.end_run();
    if (connection.has_errand()) return run_errands(connection, now);
    if (!connection.ReadyHook::is_linked()) ready_.push_back(connection);
    announce(connection);
}

void Engine::run_errands(Connection& connection, Instant now) {
    if (const auto reply = connection.take_reply()) owe(*reply);
    if (const auto news = connection.take_fast_open_news())
        remember(connection.tuple.remote.address, *news, now);
    if (connection.take_doubt() && doubts_.size() < doubts_max)
        doubts_.push_back(connection.tuple.remote.address);
    if (connection.take_path_news() && path_news_.size() < doubts_max)
        path_news_.push_back({connection.tuple.remote.address, connection.path_mtu()});
    if (connection.state() == State::time_wait && connection.is_in_table()) begin_time_wait(connection, now);
    if (connection.state() == State::closed) {
        detach(connection);
    } else if (connection.is_in_table() && !connection.ReadyHook::is_linked()) {
        ready_.push_back(connection);
    }
    if (connection.parent() && connection.is_acceptable() && connection.is_in_table())
        queue_for_accept(connection);
    announce(connection);
    if (!connection.is_in_table() && !connection.is_held()) destroy(connection);
}

// RFC 7413 4.1.3 [R7413-4].
void Engine::remember(const wire::Address& server, const FastOpenNews& news, Instant now) {
    FastOpenMemory* memory = fast_open_memories_.at(server);
    if (!memory) return;
    if (news.was_refused) {
        ++counters_.tcp_fast_opens_refused;
        *memory = {{}, 0, later(now, settings_.fast_open_pause)};
    } else {
        *memory = {*news.cookie, news.mss, Instant{}};
    }
}

void Engine::announce(Connection& connection) {
    if (connection.parent() || !connection.watcher() || !connection.take_news()) return;
    if (!connection.NewsHook::is_linked()) news_.push_back(connection);
}

// Out of the table, off the wheel, out of the queues; a child nobody accepted leaves the accept queue (states.md 6.6).
void Engine::detach(Connection& connection) {
    wheel_.disarm(connection);
    if (connection.ReadyHook::is_linked()) ready_.erase(ready_.iterator_to(connection));
    if (connection.parent()) {
        if (connection.NewsHook::is_linked()) leave_accept_queue(connection);
        connection.set_parent(nullptr);
    }
    if (connection.is_in_table()) demux_.erase(connection);
}

void Engine::destroy(Connection& connection) {
    detach(connection);
    if (connection.NewsHook::is_linked()) news_.erase(news_.iterator_to(connection));
    delete &connection;
}

// The connection's place in the table is taken by a small record; the connection itself lives on only while its
// application holds it.
void Engine::begin_time_wait(Connection& connection, Instant now) {
    auto* record = new TimeWait(connection.tuple, connection.number);
    record->facts = connection.time_wait_facts();
    const bool owes_ack = connection.surrender_ack();
    detach(connection);
    if (connection.is_held()) record->held = &connection;
    connection.set_time_wait(record);
    demux_.insert(*record);
    time_wait_wheel_.arm(*record, later(now, settings_.time_wait));
    if (owes_ack) owe_ack(*record, Cause::ack_of_fin, now);
    if (time_wait_wheel_.armed() > settings_.time_wait_max) {
        auto& oldest = static_cast<TimeWait&>(static_cast<Record&>(*time_wait_wheel_.earliest()));
        end_time_wait(oldest, Event::time_wait_over, Reason::end_time_wait_over, now);
    }
}

void Engine::end_time_wait(TimeWait& record, Event event, Reason reason, Instant now) {
    time_wait_wheel_.disarm(record);
    demux_.erase(record);
    finish(record, event, reason, now);
}

// The record is out of the table; whoever still holds the connection hears of its end.
void Engine::finish(TimeWait& record, Event event, Reason reason, Instant now) {
    if (record.held) {
        record.held->set_time_wait(nullptr);
        record.held->on_time_wait_over(event, reason, now);
        announce(*record.held);
    } else {
        note(record, State::time_wait, State::closed, event, Rule::r9293_3_10_8, reason, now);
    }
    delete &record;
}

void Engine::on_address_lost(const wire::Address& address, Instant now) {
    for (Record* record : demux_.all()) {
        if (record->tuple.local.address != address) continue;
        if (record->record_kind == RecordKind::half_open) {
            forget(static_cast<HalfOpen&>(*record), Event::unreachable, Reason::end_address_lost, now);
        } else if (record->record_kind == RecordKind::connection) {
            auto& connection = static_cast<Connection&>(*record);
            connection.abort(Event::abort_call, Reason::end_address_lost, now);
            touched(connection, now);
        }
    }
}

std::optional<wire::Address> Engine::next_doubt() {
    if (doubts_.empty()) return std::nullopt;
    return doubts_.pop_front();
}

std::optional<PathNews> Engine::next_path_news() {
    if (path_news_.empty()) return std::nullopt;
    return path_news_.pop_front();
}

std::optional<News> Engine::next_news() {
    while (!listener_news_.empty()) {
        Listener* listener = listener_news_.pop_front();
        if (!listener) continue;
        listener->has_news = false;
        if (!listener->watcher) continue;
        Readiness readiness;
        readiness.readable = !listener->accept_queue.empty();
        return News{listener->watcher, readiness};
    }
    while (!news_.empty()) {
        Connection& connection = news_.front();
        news_.pop_front();
        if (connection.watcher()) return News{connection.watcher(), connection.readiness()};
    }
    return std::nullopt;
}

}  // namespace sluice::tcp
