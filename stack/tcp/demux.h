// Which record a segment belongs to: a table of socket pairs keyed by a secret, and the listeners by local socket.
// Lookup is O(1); the table doubles as it fills. Its order is never looked at.
#pragma once

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/unordered_set.hpp>
#include <map>
#include <memory>
#include <vector>

#include "base/siphash.h"
#include "tcp/connection.h"
#include "tcp/opening/listener.h"
#include "tcp/record.h"

namespace sluice::tcp {

using NewsList = boost::intrusive::list<Connection, boost::intrusive::base_hook<NewsHook>>;
using ReadyList = boost::intrusive::list<Connection, boost::intrusive::base_hook<ReadyHook>>;

struct Listener {
    wire::Endpoint local;
    std::uint32_t number = 0;
    Backlog backlog;
    Options options;
    NewsList accept_queue;  // established children, in the order they were established
    NewsList deferred;      // established, and waiting for their first data (TCP_DEFER_ACCEPT)
    Watcher* watcher = nullptr;
    bool has_news = false;
    bool shares_port = false;  // SO_REUSEPORT
    Instant last_cookie_at{};  // cookies are believed only while they may be about
    bool sent_cookies = false;
    std::shared_ptr<EarlyOpens> early_opens = std::make_shared<EarlyOpens>();  // shared with those that count
};

// What is left of a connection; at most 128 octets.
struct TimeWait : Record {
    TimeWait(const Tuple& tuple_given, std::uint32_t number_given)
        : Record(RecordKind::time_wait, tuple_given, number_given) {}
    TimeWaitFacts facts;
    Connection* held = nullptr;  // its application has not closed it yet
};
static_assert(sizeof(TimeWait) <= 128);
static_assert(sizeof(HalfOpen) <= 256);

class Demux {
public:
    explicit Demux(SipKey key);
    ~Demux();

    // nullptr: none.
    Record* find(const Tuple& tuple);
    void insert(Record& record);
    void erase(Record& record);
    std::uint32_t size() const { return static_cast<std::uint32_t>(table_.size()); }
    // All records by number.
    std::vector<Record*> all();

    // The listener for a segment of `tuple`: bound to the address first, else to any (RFC 9293 [MUST-43]). Of several that
    // share a port the keyed hash of the tuple chooses: always the same one while they stay, and nobody outside knows which.
    Listener* listener_for(const Tuple& tuple);
    // Nobody listens there, or all who do share the port and this one does too.
    bool may_listen(const wire::Endpoint& local, bool shares_port) const;
    bool is_listened_port(std::uint16_t port) const;
    Listener& add_listener(std::unique_ptr<Listener> listener);
    void erase_listener(Listener& listener);
    template <typename Visit>
    void visit_listeners(Visit visit) const {
        for (const auto& [local, sharing] : listeners_)
            for (const auto& listener : sharing) visit(*listener);
    }

private:
    using Sharing = std::vector<std::unique_ptr<Listener>>;  // never empty
    Listener* listener_at(const wire::Endpoint& local, const Tuple& tuple) const;

    struct Hash {
        SipKey key;
        std::size_t operator()(const Tuple& tuple) const;
        std::size_t operator()(const Record& record) const { return (*this)(record.tuple); }
    };
    struct Equal {
        bool operator()(const Record& a, const Record& b) const { return a.tuple == b.tuple; }
        bool operator()(const Tuple& a, const Record& b) const { return a == b.tuple; }
    };
    using Table =
        boost::intrusive::unordered_set<Record, boost::intrusive::hash<Hash>, boost::intrusive::equal<Equal>,
                                        boost::intrusive::power_2_buckets<true>>;

    Hash hash_;
    std::vector<Table::bucket_type> buckets_;
    Table table_;
    Record* last_found_ = nullptr;  // segments of a connection come in a row
    std::map<wire::Endpoint, Sharing> listeners_;
};

}  // namespace sluice::tcp
