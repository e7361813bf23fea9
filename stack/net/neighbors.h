// Who is where on a link: the ARP table (RFC 826, RFC 1122 2.3.2).
//
//              ask ──────────▶ INCOMPLETE ──── answer ───▶ REACHABLE ◀───── answer ──────┐
//   (nothing) ─┘                    │ no answer                │ trusted for a while     │
//       ▲                           ▼                          ▼                         │
//       └──── after a while ──── FAILED ◀──── no answer ──── STALE ── used: asked again ─┘
//
// Told: packets that need a neighbour, what ARP packets say, time. Answers: hardware addresses, whom to ask, packets
// that may go or are given up. A STALE neighbour is used while it is asked, by unicast first, then by broadcast.
#pragma once

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>

#include <optional>
#include <unordered_map>
#include <vector>

#include "base/reason.h"
#include "base/ring.h"
#include "base/siphash.h"
#include "base/time.h"
#include "net/settings.h"
#include "net/views.h"
#include "wire/packet.h"

namespace sluice::net {

class Neighbors {
public:
    Neighbors(const Settings& settings, SipKey key);
    ~Neighbors();
    Neighbors(const Neighbors&) = delete;
    Neighbors& operator=(const Neighbors&) = delete;

    enum class Verdict : std::uint8_t { use, wait, failed };
    struct Answer {
        Verdict verdict = Verdict::wait;
        wire::MacAddress mac;
    };
    // A packet is about to go to `address`; asks if that is needed.
    Answer resolve(LinkId link, const wire::Address& address, Instant now);
    // After Verdict::wait: keeps the packet until there is an answer. The newest ones are kept.
    void wait(LinkId link, const wire::Address& address, wire::PacketOut&& packet);
    bool is_failed(LinkId link, const wire::Address& address) const;
    // Changes whenever a neighbour becomes one that failed, or no longer is.
    std::uint32_t version() const { return version_; }
    // Advice from above that it may be gone: the next packet asks it.
    void doubt(LinkId link, const wire::Address& address, Instant now);

    // Forgets it on every link; packets that wait for it are given up. False: it was not known.
    bool remove(const wire::Address& address);

    // What an ARP packet says of its sender.
    struct Heard {
        LinkId link = 0;
        wire::Address address;
        wire::MacAddress mac;
        bool is_for_us = false;  // we are the target
        bool is_reply = false;
    };
    // RFC 826: updates what is known; adds the sender if we are the target of a request. False: not of interest.
    bool hear(const Heard& heard, Instant now);

    void on_time(Instant now);
    Instant deadline() const;

    struct Ask {
        LinkId link = 0;
        wire::Address target;
        wire::MacAddress to;
    };
    bool has_asks() const { return !asks_.empty(); }
    std::optional<Ask> next_ask();

    struct Ready {
        LinkId link = 0;
        wire::MacAddress mac;
        wire::PacketOut packet;
    };
    bool has_ready() const { return !ready_.empty(); }
    Ready next_ready();

    struct GivenUp {
        Reason reason = Reason::none;  // arp_failed, arp_queue_full or arp_table_full
        wire::PacketOut packet;
    };
    bool has_given_up() const { return !given_up_.empty(); }
    GivenUp next_given_up();

    std::vector<NeighborView> views() const;  // by link and address
    std::size_t size() const { return entries_.size(); }
    std::uint32_t waiting_bytes() const { return waiting_bytes_; }

private:
    struct Key {
        LinkId link = 0;
        wire::Address address;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        SipKey key;
        std::size_t operator()(const Key& of) const;
    };
    using AutoUnlink = boost::intrusive::link_mode<boost::intrusive::auto_unlink>;
    struct Entry : boost::intrusive::list_base_hook<AutoUnlink>, boost::intrusive::set_base_hook<AutoUnlink> {
        Key key;
        wire::MacAddress mac;
        NeighborState state = NeighborState::incomplete;
        bool is_used = false;  // we have sent something to it
        bool is_asking = false;
        std::uint32_t tries = 0;
        Instant trusted_until{};
        Instant touched{};  // last used or learned
        Instant due = never;
        Ring<wire::PacketOut> waiting;
    };
    struct DueBefore {
        bool operator()(const Entry& a, const Entry& b) const;
    };
    using NotCounted = boost::intrusive::constant_time_size<false>;
    using ByUse = boost::intrusive::list<Entry, NotCounted>;
    using ByDue = boost::intrusive::multiset<Entry, boost::intrusive::compare<DueBefore>, NotCounted>;

    Entry* find(LinkId link, const wire::Address& address);
    Entry& create(const Key& key, Instant now);
    void make_room();
    void touch(Entry& entry, bool is_use, Instant now);
    void arm(Entry& entry, Instant due);
    void ask(Entry& entry, Instant now);
    void on_due(Entry& entry, Instant now);
    void take_mac(Entry& entry, const wire::MacAddress& mac, bool is_proof, Instant now);
    void fail(Entry& entry, Instant now);
    void give_up_waiting(Entry& entry, Reason reason);
    void forget(Entry& entry);

    const Settings& settings_;
    std::unordered_map<Key, Entry, KeyHash> entries_;
    Entry* last_found_ = nullptr;  // packets to a neighbour leave in a row
    ByUse unused_;                 // least recently touched first; only heard of, or not answered yet
    ByUse used_;
    ByDue by_due_;
    Ring<Ask> asks_;
    Ring<Ready> ready_;
    Ring<GivenUp> given_up_;
    std::uint32_t waiting_bytes_ = 0;
    std::uint32_t version_ = 1;
    Instant now_{};
};

}  // namespace sluice::net
