// A segment as a script writes it: what the peer sends, or what the stack is expected to send.
//
// Positions are relative in each direction: the SYN is 0, the first octet 1. What a script does not name is filled
// in by the peer's own numbers when sending, and not compared when expecting; only SYN, FIN, RST and ACK
// are always compared.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

using Pos = std::int64_t;
using Octets = std::vector<std::uint8_t>;

namespace tcp_flag {
inline constexpr std::uint16_t fin = 1, syn = 2, rst = 4, psh = 8, ack = 16, urg = 32, ece = 64, cwr = 128,
                               ae = 256;
inline constexpr std::uint16_t compared = fin | syn | rst | ack;
}  // namespace tcp_flag

// An option in the order written: kind and what follows its length octet (nothing for EOL and NOP).
struct RawOption {
    std::uint8_t kind = 0;
    Octets data;
};

// A SACK block, in positions: of the stack's octets when the peer sends it, of the peer's when it is expected.
struct SackEdges {
    Pos begin = 0;
    Pos end = 0;
};

struct SegmentFields {
    std::uint16_t flags = 0;
    std::optional<bool> psh;
    std::optional<Pos> seq;                // in the sender's direction
    std::optional<Pos> ack;                // in the other's
    std::optional<std::uint32_t> seq_raw;  // as on the wire
    std::optional<std::uint32_t> ack_raw;
    std::optional<std::uint32_t> length;        // octets of payload
    std::optional<std::uint32_t> window;        // octets, scaled by whoever sends
    std::optional<std::uint16_t> window_field;  // as on the wire
    std::optional<std::uint16_t> urgent;        // the pointer as on the wire
    std::optional<int> mss;                     // -1: absent
    std::optional<int> window_shift;            // -1: absent
    std::optional<bool> has_timestamps;
    std::optional<std::uint32_t> ts_value;
    std::optional<std::uint32_t> ts_echo;
    std::optional<bool> sack_permitted;
    std::optional<std::vector<SackEdges>> sack;
    std::vector<RawOption> carried;     // expecting: these, exactly
    std::vector<std::uint8_t> lacking;  // expecting: none of these
    std::optional<std::uint8_t> traffic_class;
    std::optional<std::uint8_t> hop_limit;
    bool learns_iss = false;  // expecting: a new incarnation begins with this SYN

    // Only for sending.
    std::uint8_t reserved = 0;               // the four reserved bits
    std::vector<RawOption> first_options;    // before the usual ones
    std::optional<Octets> option_octets;     // instead of all options, as they are (a multiple of 4)
    std::optional<std::string> source;       // another source address
    std::optional<std::string> destination;  // another destination address
    std::optional<std::string> destination_mac;
    std::optional<Octets> ip_option;      // type, length, data
    std::function<void(Octets&)> mangle;  // the whole frame, after its checksums were made
};

class Segment {
public:
    explicit Segment(std::uint16_t flags) { fields_.flags = flags; }
    const SegmentFields& fields() const { return fields_; }

    Segment seq(Pos at) const {
        return with([&](auto& f) { f.seq = at, f.seq_raw.reset(); });
    }
    Segment seq_raw(std::uint32_t at) const {
        return with([&](auto& f) { f.seq_raw = at, f.seq.reset(); });
    }
    Segment ack(Pos at) const {
        return with([&](auto& f) { f.ack = at, f.ack_raw.reset(), f.flags |= tcp_flag::ack; });
    }
    Segment ack_raw(std::uint32_t at) const {
        return with([&](auto& f) { f.ack_raw = at, f.ack.reset(), f.flags |= tcp_flag::ack; });
    }
    Segment no_ack() const {
        return with([](auto& f) { f.flags &= static_cast<std::uint16_t>(~tcp_flag::ack); });
    }
    Segment len(std::uint32_t octets) const {
        return with([&](auto& f) { f.length = octets; });
    }
    Segment flags(std::uint16_t more) const {
        return with([&](auto& f) { f.flags = static_cast<std::uint16_t>(f.flags | more); });
    }
    Segment fin() const { return flags(tcp_flag::fin); }
    Segment psh(bool set = true) const {
        return with([&](auto& f) { f.psh = set; });
    }
    Segment win(std::uint32_t octets) const {
        return with([&](auto& f) { f.window = octets; });
    }
    Segment win_field(std::uint16_t field) const {
        return with([&](auto& f) { f.window_field = field; });
    }
    Segment urg(std::uint16_t pointer) const {
        return with([&](auto& f) { f.urgent = pointer, f.flags |= tcp_flag::urg; });
    }
    Segment mss(int octets) const {
        return with([&](auto& f) { f.mss = octets; });
    }
    Segment no_mss() const { return mss(-1); }
    Segment ws(int shift) const {
        return with([&](auto& f) { f.window_shift = shift; });
    }
    Segment no_ws() const { return ws(-1); }
    Segment ts(std::uint32_t value, std::uint32_t echo) const {
        return with([&](auto& f) { f.has_timestamps = true, f.ts_value = value, f.ts_echo = echo; });
    }
    Segment ts_value(std::uint32_t value) const {
        return with([&](auto& f) { f.has_timestamps = true, f.ts_value = value; });
    }
    Segment ts_echo(std::uint32_t echo) const {
        return with([&](auto& f) { f.has_timestamps = true, f.ts_echo = echo; });
    }
    Segment no_ts() const {
        return with([](auto& f) { f.has_timestamps = false; });
    }
    Segment has_ts() const {
        return with([](auto& f) { f.has_timestamps = true; });
    }
    Segment sack(std::vector<SackEdges> blocks) const {
        return with([&](auto& f) { f.sack = std::move(blocks); });
    }
    Segment no_sack() const { return sack({}); }
    Segment sack_permitted(bool set = true) const {
        return with([&](auto& f) { f.sack_permitted = set; });
    }
    Segment carries(std::uint8_t kind, Octets octets = {}) const {
        return with([&](auto& f) { f.carried.push_back({kind, octets}); });
    }
    Segment lacks(std::uint8_t kind) const {
        return with([&](auto& f) { f.lacking.push_back(kind); });
    }
    Segment dscp_byte(std::uint8_t octet) const {
        return with([&](auto& f) { f.traffic_class = octet; });
    }
    Segment ttl(std::uint8_t hops) const {
        return with([&](auto& f) { f.hop_limit = hops; });
    }
    Segment new_iss() const {
        return with([](auto& f) { f.learns_iss = true; });
    }

    Segment reserved(std::uint8_t bits) const {
        return with([&](auto& f) { f.reserved = bits; });
    }
    Segment option(std::uint8_t kind, Octets data = {}) const {
        return with([&](auto& f) { f.first_options.push_back({kind, data}); });
    }
    Segment option_octets(Octets octets) const {
        return with([&](auto& f) { f.option_octets = octets; });
    }
    Segment from(const std::string& address) const {
        return with([&](auto& f) { f.source = address; });
    }
    Segment to(const std::string& address) const {
        return with([&](auto& f) { f.destination = address; });
    }
    Segment to_mac(const std::string& mac) const {
        return with([&](auto& f) { f.destination_mac = mac; });
    }
    Segment ip_option(Octets octets) const {
        return with([&](auto& f) { f.ip_option = octets; });
    }
    Segment mangled(std::function<void(Octets&)> change) const {
        return with([&](auto& f) { f.mangle = change; });
    }

private:
    template <typename Change>
    Segment with(Change change) const {
        Segment changed = *this;
        change(changed.fields_);
        return changed;
    }

    SegmentFields fields_;
};

inline Segment syn() { return Segment(tcp_flag::syn).seq(0); }
inline Segment syn_ack() { return Segment(tcp_flag::syn | tcp_flag::ack).seq(0); }
// A bare ACK of everything below `at`.
inline Segment ack(Pos at) { return Segment(tcp_flag::ack).ack(at).len(0); }
// A bare ACK of what the sender has received.
inline Segment ack() { return Segment(tcp_flag::ack).len(0); }
inline Segment data(Pos from, std::uint32_t octets) { return Segment(tcp_flag::ack).seq(from).len(octets); }
// A FIN without text; `at` is its own position.
inline Segment fin(Pos at) { return Segment(tcp_flag::fin | tcp_flag::ack).seq(at).len(0); }
inline Segment fin() { return Segment(tcp_flag::fin | tcp_flag::ack).len(0); }
// A reset without ACK; rst(at).ack(n) has one.
inline Segment rst(Pos at) { return Segment(tcp_flag::rst).seq(at).len(0); }

// The octet every script writes at a position of a stream; the two directions differ.
constexpr std::uint8_t octet_at(Pos position, bool from_stack) {
    const auto p = static_cast<std::uint64_t>(position);
    return static_cast<std::uint8_t>((p * 167 + (p >> 8U) * 13 + (p >> 16U) * 5 + (from_stack ? 91 : 0)) &
                                     0xffU);
}

}  // namespace sluice::test
