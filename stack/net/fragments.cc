#include "net/fragments.h"

#include <algorithm>

namespace sluice::net {
namespace {

constexpr std::uint32_t tcp_header_least = 20;

// What is wrong with a fragment by itself.
Reason judge(const wire::Ipv4Header& header, std::uint32_t packet_max) {
    const std::uint32_t length = header.total_length - header.header_length;
    // RFC 791 3.2: all fragments but the last are a multiple of 8 octets; an empty one carries nothing.
    if (length == 0 || (header.more_fragments && length % 8 != 0)) return Reason::fragment_bad_size;
    // RFC 791 3.1: no datagram is longer than 65535 octets ("ping of death").
    if (header.header_length + header.fragment_offset + length > packet_max) return Reason::fragment_too_long;
    if (header.protocol != wire::protocol::tcp) return Reason::none;
    // RFC 3128 3: the first fragment holds the whole fixed TCP header, and none begins in its middle.
    if (header.fragment_offset == 0 && length < tcp_header_least) return Reason::fragment_tiny;
    if (header.fragment_offset == 8) return Reason::fragment_tcp_offset_1;
    return Reason::none;
}

constexpr std::uint8_t congestion_experienced = 3;

}  // namespace

Slice compact(ChunkPool& pool, const Slice& slice) {
    constexpr std::uint32_t smallest_chunk = 256;
    const bool wastes = slice.pinned_bytes() > smallest_chunk && slice.size() < slice.pinned_bytes() / 2;
    return wastes ? pool.copy(slice.view()) : slice;
}

wire::PacketIn packet_from(const wire::Ipv4Header& header, Slice whole, LinkId link, bool to_group) {
    wire::PacketIn packet;
    packet.source = header.source;
    packet.destination = header.destination;
    packet.link = link;
    packet.protocol = header.protocol;
    packet.traffic_class = header.traffic_class;
    packet.hop_limit = header.hop_limit;
    packet.to_group = to_group;
    packet.payload = whole.from(header.header_length);
    packet.whole = std::move(whole);
    return packet;
}

std::size_t Fragments::Hash::operator()(const Key& of) const {
    std::array<std::uint8_t, 35> octets;
    Writer out(octets);
    out.bytes(of.source.octets());
    out.bytes(of.destination.octets());
    out.u8(of.protocol);
    out.u16(of.identification);
    return siphash(key, octets);
}

Fragments::Fragments(const Settings& settings, SipKey key, ChunkPool& pool)
    : settings_(settings), pool_(pool), datagrams_(0, Hash{key}), sources_(0, Hash{key}) {}

std::expected<std::optional<wire::PacketIn>, Reason> Fragments::add(const Fragment& fragment, Instant now) {
    if (const Reason bad = judge(fragment.header, settings_.packet_max); bad != Reason::none)
        return std::unexpected(bad);
    Datagram& datagram = datagram_of(fragment, now);
    if (datagram.poisoned != Reason::none) return std::unexpected(datagram.poisoned);
    if (const Reason bad = place(datagram, fragment); bad != Reason::none) return std::unexpected(bad);
    if (datagram.end == datagram.held) {
        // Fragment zero may bring options, which no other fragment told of.
        if (datagram.header.header_length + datagram.held > settings_.packet_max)
            return std::unexpected(poison(datagram, Reason::fragment_too_long));
        wire::PacketIn packet = assemble(datagram);
        forget(datagram);
        return packet;
    }
    while (pinned_bytes_ > settings_.reassembly_bytes) {
        Datagram& oldest = by_age_.front();
        const bool is_this = &oldest == &datagram;
        discard(oldest, Reason::fragment_evicted);
        if (is_this) break;
    }
    return std::nullopt;
}

Fragments::Datagram& Fragments::datagram_of(const Fragment& fragment, Instant now) {
    // RFC 791 3.2: source, destination, protocol and identification say which datagram it is.
    const wire::Ipv4Header& h = fragment.header;
    const Key key{h.source, h.destination, h.protocol, h.identification};
    if (const auto found = datagrams_.find(key); found != datagrams_.end()) return found->second;
    if (datagrams_.size() >= settings_.reassembly_datagrams)
        discard(by_age_.front(), Reason::fragment_evicted);
    if (const auto source = sources_.find(key.source);
        source != sources_.end() && source->second.size() >= settings_.reassembly_per_source)
        discard(source->second.front(), Reason::fragment_evicted);
    Datagram& datagram = datagrams_[key];
    datagram.key = key;
    datagram.link = fragment.link;
    // RFC 1122 3.3.2: a fixed time from the first fragment to arrive, whatever its TTL.
    datagram.deadline = later(now, settings_.reassembly_time);
    by_age_.push_back(datagram);
    sources_[key.source].push_back(datagram);
    return datagram;
}

// Judges the fragment beside the others of its datagram, and adds what it brings.
Reason Fragments::place(Datagram& datagram, const Fragment& fragment) {
    const std::uint32_t begin = fragment.header.fragment_offset;
    const std::uint32_t end = begin + fragment.header.total_length - fragment.header.header_length;
    if (++datagram.fragments > settings_.reassembly_fragments)
        return poison(datagram, Reason::fragment_too_many);
    const std::uint32_t furthest =
        fragment.header.more_fragments ? std::max(datagram.more_beyond, end) : datagram.more_beyond;
    const auto known_end = fragment.header.more_fragments ? datagram.end : std::optional(end);
    // The last fragment says where the datagram ends: only once, and behind all that have more fragments behind them.
    if ((datagram.end && known_end != datagram.end) || (known_end && furthest >= *known_end))
        return poison(datagram, Reason::fragment_inconsistent);
    const ByteView octets = fragment.whole.view().subspan(fragment.header.header_length);
    std::vector<Piece> missing;
    std::uint32_t at = begin;
    auto piece = std::lower_bound(datagram.pieces.begin(), datagram.pieces.end(), begin,
                                  [](const Piece& p, std::uint32_t b) { return p.end <= b; });
    for (; piece != datagram.pieces.end() && piece->begin < end; ++piece) {
        const std::uint32_t from = std::max(begin, piece->begin);
        const std::uint32_t length = std::min(end, piece->end) - from;
        const ByteView ours = piece->octets.view().subspan(from - piece->begin, length);
        const ByteView theirs = octets.subspan(from - begin, length);
        // Choice: RFC 791 3.2 lets later octets overwrite; fragments that disagree are an attack on whoever looked
        // at the first ones (RFC 3128 2), so the datagram is discarded, as RFC 5722 demands of IPv6.
        if (!std::equal(ours.begin(), ours.end(), theirs.begin()))
            return poison(datagram, Reason::fragment_overlap);
        if (at < from) missing.push_back({at, from, {}});
        at = piece->end;
    }
    if (at < end) missing.push_back({at, end, {}});
    if (missing.empty()) return Reason::fragment_duplicate;
    datagram.end = known_end;
    datagram.more_beyond = furthest;
    insert(datagram, fragment, missing);
    return Reason::none;
}

void Fragments::insert(Datagram& datagram, const Fragment& fragment, const std::vector<Piece>& missing) {
    const wire::Ipv4Header& header = fragment.header;
    const Slice whole = compact(pool_, fragment.whole);
    const Slice octets = whole.from(header.header_length);
    for (const Piece& gap : missing) {
        const auto place = std::lower_bound(datagram.pieces.begin(), datagram.pieces.end(), gap.begin,
                                            [](const Piece& p, std::uint32_t b) { return p.begin < b; });
        const std::uint32_t length = gap.end - gap.begin;
        datagram.pieces.insert(place,
                               {gap.begin, gap.end, octets.sub(gap.begin - header.fragment_offset, length)});
        datagram.held += length;
    }
    datagram.pinned += whole.pinned_bytes();
    pinned_bytes_ += whole.pinned_bytes();
    datagram.to_group = datagram.to_group || fragment.to_group;
    // RFC 3168 5.3: congestion experienced by a fragment was experienced by the datagram.
    const auto ecn = static_cast<std::uint8_t>(header.traffic_class & congestion_experienced);
    datagram.congestion_seen = datagram.congestion_seen || ecn == congestion_experienced;
    if (header.fragment_offset == 0 && datagram.first.empty()) {
        datagram.header = header;
        datagram.first = whole;
    }
}

Reason Fragments::poison(Datagram& datagram, Reason reason) {
    release(datagram);
    datagram.poisoned = reason;
    return reason;
}

wire::PacketIn Fragments::assemble(const Datagram& datagram) {
    wire::Ipv4Header header = datagram.header;
    const std::uint32_t length = header.header_length + datagram.held;
    Chunk chunk = pool_.take(length);
    const ByteSpan room = chunk.writable().first(length);
    const ByteView first = datagram.first.view().first(header.header_length);
    std::copy(first.begin(), first.end(), room.begin());
    for (const Piece& piece : datagram.pieces)
        std::copy(piece.octets.view().begin(), piece.octets.view().end(),
                  room.begin() + static_cast<std::ptrdiff_t>(header.header_length + piece.begin));
    if (datagram.congestion_seen) header.traffic_class |= congestion_experienced;
    header.total_length = length;
    header.more_fragments = false;
    wire::mend_ipv4(room, header);
    return packet_from(header, Slice(std::move(chunk), 0, length), datagram.link, datagram.to_group);
}

void Fragments::on_time(Instant now) {
    while (!by_age_.empty() && by_age_.front().deadline <= now) {
        Datagram& oldest = by_age_.front();
        if (oldest.poisoned != Reason::none)
            forget(oldest);
        else
            discard(oldest, Reason::fragment_timeout);
    }
}

std::optional<Fragments::Discarded> Fragments::next_discarded() {
    if (discarded_.empty()) return std::nullopt;
    return discarded_.pop_front();
}

void Fragments::discard(Datagram& datagram, Reason reason) {
    discarded_.push_back({reason, datagram.held, datagram.to_group, datagram.first});
    forget(datagram);
}

void Fragments::release(Datagram& datagram) {
    pinned_bytes_ -= datagram.pinned;
    datagram.pinned = 0;
    datagram.held = 0;
    datagram.pieces = {};
    datagram.first = Slice();
}

void Fragments::forget(Datagram& datagram) {
    release(datagram);
    by_age_.erase(by_age_.iterator_to(datagram));
    const auto source = sources_.find(datagram.key.source);
    source->second.erase(source->second.iterator_to(datagram));
    if (source->second.empty()) sources_.erase(source);
    const Key key = datagram.key;
    datagrams_.erase(key);
}

}  // namespace sluice::net
