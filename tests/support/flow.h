// What the imagined peer knows of one connection, kept from the frames alone: initial numbers, what was sent each
// way, agreed options; and the suite-wide tap, the checks made on every segment the stack sends.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "support/frames.h"
#include "support/segment.h"

namespace sluice::test {

// A set of positions that remembers where the first gap is.
class Received {
public:
    void add(Pos begin, Pos end);
    Pos next() const { return next_; }
    bool covers(Pos begin, Pos end) const;
    void reset(Pos next) { next_ = next, apart_.clear(); }

private:
    Pos next_ = 0;
    std::map<Pos, Pos> apart_;
};

struct Offer {
    int mss = 1460;         // -1: none
    int window_shift = -1;  // -1: not offered
    bool timestamps = false;
    bool sack = false;
};

struct Flow {
    std::string own_address = "192.0.2.1";
    std::string peer_address = "192.0.2.2";
    std::uint16_t own_port = 80;
    std::uint16_t peer_port = 40000;
    std::uint32_t iss = 0;         // position 0 of the stack's direction
    std::uint32_t irs = 0;         // position 0 of the peer's
    std::uint32_t window = 64000;  // the peer announces
    Offer offer;                   // what the peer's SYN says
    std::uint32_t ts_base = 0;     // the peer's timestamp clock at time 0

    // Kept from frames.
    Received sent;      // by the peer
    Received received;  // by the peer, of the stack
    bool peer_offered_ts = false;
    bool peer_offered_shift = false;
    bool stack_offered_ts = false;
    bool peer_offered_sack = false;
    bool stack_offered_sack = false;
    std::optional<std::uint8_t> stack_shift;
    std::optional<std::uint32_t> last_ts_value;  // of the stack
    Instant last_ts_at{};
    std::optional<std::uint32_t> last_syn_seq;  // of the stack
    WireSegment last_peer_syn;
    bool accurate_ecn = false;      // a SYN asked for it: the AE flag may be set (RFC 9768)
    Pos syn_text_end = 1;           // of what the stack's SYN carried (RFC 7413)
    bool opened = false;            // the stack has acknowledged something: ACK is due on all it sends
    Pos highest_sent = 0;           // snd.max as seen
    Pos highest_ack = 0;            // of the stack
    std::optional<Pos> right_edge;  // the furthest the stack ever announced
    std::optional<Pos> peer_edge;   // the furthest the peer ever announced
    std::optional<Pos> fin_at;      // of the stack
    std::uint8_t expected_ttl = 64;
    bool checks_payload = true;  // the application writes octet_at()

    bool timestamps() const { return peer_offered_ts && stack_offered_ts; }
    bool sack() const { return peer_offered_sack && stack_offered_sack; }
    bool scaling() const { return peer_offered_shift && stack_shift.has_value(); }
    unsigned own_shift() const { return scaling() ? *stack_shift : 0U; }
    unsigned peer_shift() const { return scaling() ? static_cast<unsigned>(offer.window_shift) : 0U; }
    std::uint32_t wire_of_own(Pos at) const { return iss + static_cast<std::uint32_t>(at); }
    std::uint32_t wire_of_peer(Pos at) const { return irs + static_cast<std::uint32_t>(at); }
    Pos own_pos(std::uint32_t raw) const;  // nearest to what was sent
    Pos peer_pos(std::uint32_t raw) const;

    // The wire form of what the script lets the peer send; the peer's numbers move on.
    WireSegment send(const Segment& segment, Instant now);
    // A segment of the stack. Returns what is wrong with it, empty if nothing.
    std::string see(const Seen& seen);
    // What differs between an expectation and a segment, empty if nothing.
    std::string compare(const Segment& expected, const Seen& seen);
    // A new incarnation begins with this SYN of the stack and the peer's latest; positions count from them.
    void reborn(const Seen& seen);

private:
    void note_peer_syn(const WireSegment& wire);
    void forget();
};

// One line of a ladder: "SYN,ACK 0 ack 1 win 65535 mss 1460".
std::string line_of(const Flow& flow, const WireSegment& segment, bool from_stack, std::uint32_t text_octets);
std::string text_of(const Segment& expected);

}  // namespace sluice::test
