// Reassembly of IPv4 datagrams (RFC 791 3.2, RFC 815) and the attacks on it (RFC 1858, 3128, 5722).
//
//   datagram:   0 ─── piece ─── 1480 ─ ─ hole ─ ─ 2960 ─── piece ─── 4000 (end known from the last fragment)
//
// Told: fragments of packets for us, time. Answers: whole packets, why a fragment was dropped, what was discarded
// later. RFC 815 keeps a list of holes; we keep the sorted list of pieces between them, which says the same and can be
// compared with what arrives: fragments that overlap with different octets discard their datagram, and so do those
// that come after them in its lifetime. Memory is bounded by octets (with all that the pieces pin), by datagrams
// altogether and per source, and by fragments per datagram; the oldest datagram makes room.
#pragma once

#include <boost/intrusive/list.hpp>

#include <expected>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/reason.h"
#include "base/ring.h"
#include "base/siphash.h"
#include "base/time.h"
#include "net/settings.h"
#include "wire/ipv4.h"
#include "wire/packet.h"

namespace sluice::net {

class Fragments {
public:
    Fragments(const Settings& settings, SipKey key, ChunkPool& pool);
    Fragments(const Fragments&) = delete;
    Fragments& operator=(const Fragments&) = delete;

    struct Fragment {
        wire::Ipv4Header header;
        Slice whole;  // from the IPv4 header to the total length
        LinkId link = 0;
        bool to_group = false;
    };
    // The whole packet if this was the missing piece, nothing if others are missing, or why it was dropped.
    std::expected<std::optional<wire::PacketIn>, Reason> add(const Fragment& fragment, Instant now);

    void on_time(Instant now);
    Instant deadline() const { return by_age_.empty() ? never : by_age_.front().deadline; }

    // An incomplete datagram that is gone: fragment_timeout or fragment_evicted.
    struct Discarded {
        Reason reason = Reason::none;
        std::uint32_t length = 0;  // octets that had arrived
        bool to_group = false;
        Slice first;  // fragment zero from its IPv4 header on; empty if it never came
    };
    std::optional<Discarded> next_discarded();

    std::size_t datagrams() const { return datagrams_.size(); }
    std::uint64_t pinned_bytes() const { return pinned_bytes_; }

private:
    struct Key {
        wire::Address source;
        wire::Address destination;
        std::uint8_t protocol = 0;
        std::uint16_t identification = 0;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        SipKey key;
        std::size_t operator()(const Key& of) const;
        std::size_t operator()(const wire::Address& of) const { return siphash(key, of.octets()); }
    };
    struct Piece {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        Slice octets;
    };
    struct AgeTag;
    struct SourceTag;
    template <typename Tag>
    using Hook = boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>>;
    struct Datagram : Hook<AgeTag>, Hook<SourceTag> {
        Key key;
        Instant deadline = never;
        std::vector<Piece> pieces;  // sorted, apart from each other
        std::uint32_t held = 0;     // octets in pieces
        std::uint32_t pinned = 0;
        std::uint32_t fragments = 0;
        std::uint32_t more_beyond = 0;     // the furthest end of a fragment that has more behind it
        std::optional<std::uint32_t> end;  // known from the last fragment
        Reason poisoned = Reason::none;    // everything of this datagram is dropped for this reason
        bool to_group = false;
        bool congestion_seen = false;
        LinkId link = 0;
        wire::Ipv4Header header;  // of fragment zero
        Slice first;
    };
    using ByAge = boost::intrusive::list<Datagram, boost::intrusive::base_hook<Hook<AgeTag>>>;
    using OfSource = boost::intrusive::list<Datagram, boost::intrusive::base_hook<Hook<SourceTag>>>;

    Datagram& datagram_of(const Fragment& fragment, Instant now);
    Reason place(Datagram& datagram, const Fragment& fragment);
    void insert(Datagram& datagram, const Fragment& fragment, const std::vector<Piece>& missing);
    Reason poison(Datagram& datagram, Reason reason);
    wire::PacketIn assemble(const Datagram& datagram);
    void discard(Datagram& datagram, Reason reason);
    void release(Datagram& datagram);
    void forget(Datagram& datagram);

    const Settings& settings_;
    ChunkPool& pool_;
    std::unordered_map<Key, Datagram, Hash> datagrams_;
    std::unordered_map<wire::Address, OfSource, Hash> sources_;
    ByAge by_age_;  // oldest first, which is the order of deadlines
    std::uint64_t pinned_bytes_ = 0;
    Ring<Discarded> discarded_;
};

// A packet for a transport from its whole octets.
wire::PacketIn packet_from(const wire::Ipv4Header& header, Slice whole, LinkId link, bool to_group);

// The same octets in memory of their own if they would pin much more than they are.
Slice compact(ChunkPool& pool, const Slice& slice);

}  // namespace sluice::net
