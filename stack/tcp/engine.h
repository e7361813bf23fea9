// All connections of a host: finds the record for each segment, creates and destroys records, keeps their deadlines, and
// remembers who owes something. Judges nothing about a connection itself; LISTEN and CLOSED are here
// (RFC 9293 3.10.7.1, 3.10.7.2), because in them there is no connection.
#pragma once

#include <expected>
#include <optional>

#include "base/random.h"
#include "tcp/demux.h"
#include "tcp/opening/isn.h"
#include "wire/packet.h"

namespace sluice {
class EntranceWatcher;
}

namespace sluice::tcp {

// What the engine asks of the layer below, by value.
class PathSource {
public:
    virtual std::expected<wire::Path, wire::DeliveryError> path_to(const wire::Address& remote,
                                                                   const wire::Address& source) const = 0;
    virtual bool is_ours(const wire::Address& address) const = 0;
    virtual bool is_group(const wire::Address& address) const = 0;

protected:
    ~PathSource() = default;
};

enum class OpenError : std::uint8_t {
    destination_required,
    invalid_destination,
    address_not_available,
    address_in_use,
    already_connected,
    no_route,
    no_resources,
};

struct PathNews {
    wire::Address remote;
    std::uint32_t mtu = 0;
};

struct News {
    Watcher* watcher = nullptr;
    Readiness readiness;
};

class Engine {
public:
    struct Keys {
        SipKey isn;
        SipKey demux;
        std::optional<std::uint32_t> fixed_isn;  // tests only
    };
    Engine(const Settings& settings, const Keys& keys, Random random, ChunkPool& pool, Counters& counters,
           Trace& trace, const PathSource& paths, Instant start);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // --- in
    void on_packet(const wire::PacketIn& packet, Instant now);
    void on_failure(const wire::DeliveryFailed& failed, Instant now);
    void on_time(Instant now);
    // An address of ours is taken away: its connections are reset (RFC 5227 2.4).
    void on_address_lost(const wire::Address& address, Instant now);

    // --- out
    bool emit(wire::PacketOut& packet, Instant now);
    // emit would say no, and there is no advice.
    bool is_idle() const { return ready_.empty() && replies_.empty() && !has_advice(); }
    Instant next_deadline() const;
    std::optional<News> next_news();
    // A remote address whose segments go unanswered: negative advice to the layer below (RFC 9293 3.8.3 [MUST-20]).
    std::optional<wire::Address> next_doubt();
    // What connections learned of the largest packet to a remote address (RFC 1191 6.2).
    std::optional<PathNews> next_path_news();
    bool has_advice() const { return !doubts_.empty() || !path_news_.empty(); }  // for one of the two above

    // --- calls
    std::expected<Listener*, OpenError> listen(const wire::Endpoint& local, std::uint32_t backlog,
                                               const Options& options, Reuse reuse, Instant now);
    std::expected<Connection*, OpenError> connect(const wire::Endpoint& remote, wire::Endpoint local,
                                                  const Options& options, Instant now);
    Connection* accept(Listener& listener, Instant now);
    void close(Listener& listener, Instant now);
    void watch(Listener& listener, Watcher* watcher);
    void set_backlog(Listener& listener, std::uint32_t backlog);
    // The handle of a connection is given up.
    void close(Connection& connection, Instant now);
    void abort(Connection& connection, Instant now);
    // Something was asked of the connection: it may owe a segment, have news, or be over. It may be gone afterwards.
    void touched(Connection& connection, Instant now);

    // --- looking inside
    std::uint32_t open() const { return demux_.size(); }
    template <typename VisitListener, typename VisitRecord>
    void visit(VisitListener visit_listener, VisitRecord visit_record) {
        demux_.visit_listeners(visit_listener);
        for (Record* record : demux_.all()) visit_record(*record);
    }
    Instant now() const { return now_; }
    void set_now(Instant now) { now_ = now; }
    // For the sockets: who is told their calls (socket/entrance.h).
    EntranceWatcher* entrance_watcher() const { return entrance_watcher_; }
    void set_entrance_watcher(EntranceWatcher* watcher) { entrance_watcher_ = watcher; }

private:
    // engine_in.cc
    std::optional<Arrived> enter(const wire::PacketIn& packet);
    bool take_predicted(const wire::PacketIn& packet, Instant now);
    void dispatch(const Arrived& arrived, Instant now);
    void on_segment_in_closed(const Arrived& arrived, Instant now);
    void on_segment_in_listen(Listener& listener, const Arrived& arrived, Instant now);
    void on_segment_half_open(HalfOpen& child, const Arrived& arrived, Instant now);
    void on_segment_in_time_wait(TimeWait& record, const Arrived& arrived, Instant now);
    void reuse(TimeWait& record, const Arrived& arrived, Instant now);
    bool take_cookie(Listener& listener, const Arrived& arrived, Instant now);
    HalfOpen* admit(Listener& listener, const Arrived& arrived, std::optional<std::uint32_t> least_iss,
                    Instant now);
    bool fill_child(HalfOpen& child, Listener& listener, const Arrived& arrived);
    bool open_early(HalfOpen& child, const Arrived& arrived, Instant now);
    Connection& promote(HalfOpen& child, Instant now);
    Connection& take_place_of(HalfOpen& child, Connection& connection, Instant now);
    void queue_for_accept(Connection& connection);
    void leave_accept_queue(Connection& connection);
    void forget(HalfOpen& child, Event event, Reason reason, Instant now);
    void on_time_of(Record& record, Instant now);
    void fail(HalfOpen& child, const wire::DeliveryFailed& failed, Instant now);

    // engine_out.cc
    void owe(Reply reply);
    void owe_syn_ack(HalfOpen& child, bool is_resent, Instant now);
    void owe_cookie(Listener& listener, const Arrived& arrived, Instant now);
    void owe_refusal(const Arrived& arrived, Rule rule);
    void owe_ack(TimeWait& record, Cause cause, Instant now);
    void write_reply(const Reply& reply, wire::PacketOut& packet, Instant now);
    void note(const Record& record, State before, State after, Event event, Rule rule, Reason reason,
              Instant now, std::uint32_t value = 0) const;
    // As the trace counts, where it knows the initial numbers; else the number as on the wire.
    Pos told_position(std::uint32_t connection, std::uint32_t raw, bool is_ours) const;
    void note_in(const Arrived& arrived, std::uint32_t connection, State state, Pos seq, Pos ack,
                 Instant now) const;
    void note_listener(const Listener& listener, State before, State after, Event event, Instant now) const;
    void drop(Reason reason, const Arrived& arrived, std::uint32_t connection, Instant now);

    // engine_calls.cc
    void begin_time_wait(Connection& connection, Instant now);
    void end_time_wait(TimeWait& record, Event event, Reason reason, Instant now);
    void finish(TimeWait& record, Event event, Reason reason, Instant now);
    void detach(Connection& connection);
    void run_errands(Connection& connection, Instant now);
    void announce(Connection& connection);
    void remember(const wire::Address& server, const FastOpenNews& news, Instant now);
    void destroy(Connection& connection);
    void arm(Record& record, Instant due) { wheel_.arm(record, due); }
    bool is_free(const Tuple& tuple);

    const Settings& settings_;
    Environment environment_;
    IsnGenerator isn_;
    Random random_;
    Counters& counters_;
    Trace& trace_;
    const PathSource& paths_;
    Demux demux_;
    FastOpenMemories fast_open_memories_;
    DeadlineWheel wheel_;
    DeadlineWheel time_wait_wheel_;
    ReadyList ready_;
    NewsList news_;
    Ring<Listener*> listener_news_;
    Ring<Reply> replies_;
    Ring<wire::Address> doubts_;
    Ring<PathNews> path_news_;
    Instant now_;
    EntranceWatcher* entrance_watcher_ = nullptr;
    Instant resets_since_{};
    std::uint32_t resets_sent_ = 0;
    std::uint32_t half_open_ = 0;
    std::uint32_t number_ = 0;
};

}  // namespace sluice::tcp
