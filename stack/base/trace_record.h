// The one record that says what happened, why, and which rule asked for it. Every view (text, file, capture,
// picture) is made from these; nothing else is logged. 160 bytes, trivially copyable, no text, no pointers.
// The vocabulary (states, events, causes, deadlines, calls) stands here because the layers below tcp
// write records too; the legal transitions are in tcp/state.h. See docs/decisions/0002.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "base/reason.h"
#include "base/rule.h"

namespace sluice {

enum class Kind : std::uint8_t {
    state,
    segment_out,
    segment_in,
    segment_lost,
    segment_held,
    segment_dropped,
    congestion,
    rtt,
    deadline,
    call,
    note,
    count_
};

// RFC 9293 3.3.2.
enum class State : std::uint8_t {
    closed,
    listen,
    syn_sent,
    syn_received,
    established,
    fin_wait_1,
    fin_wait_2,
    close_wait,
    closing,
    last_ack,
    time_wait,
    count_
};

// What moves a state; raised after a segment was judged. In a state record it stands in `detail`.
enum class Event : std::uint8_t {
    passive_open,   // listen
    active_open,    // connect
    syn_admitted,   // a listener took a SYN: child in SYN-RECEIVED
    cookie_valid,   // an ACK brought back a SYN cookie
    syn_acked,      // SYN-SENT: SYN,ACK with an acceptable ACK
    syn_arrives,    // SYN-SENT: SYN without ACK (simultaneous open)
    ack_of_syn,     // SYN-RECEIVED: our SYN,ACK is acknowledged
    close_call,     // CLOSE
    fin_sent,       // CLOSE-WAIT: the queued FIN has left
    fin_arrives,    // in order
    ack_of_fin,     // our FIN is acknowledged
    reset_arrives,  // acceptable
    refused,        // SYN-SENT: reset with an acceptable ACK
    abort_call,     // ABORT
    user_timeout,   // user timeout or R2
    unreachable,    // hard ICMP error, or our own link's failure, while opening
    listener_closed,
    old_duplicate,  // passive SYN-RECEIVED: RST or SYN shows the SYN was old
    half_open_expired,
    unread_data,  // close() with unread data
    data_after_close,
    keepalive_failed,
    fin_wait_2_idle,
    time_wait_over,
    syn_reuses,  // TIME-WAIT: new SYN accepted
    count_
};

enum class Phase : std::uint8_t { none, slow_start, avoidance, recovery, timeout, persist, count_ };

// Why a segment was sent.
enum class Cause : std::uint8_t {
    none,
    syn,
    syn_ack,
    handshake_ack,
    data,
    fast_retransmit,
    sack_hole,
    timeout,
    tail_probe,
    zero_window_probe,
    keepalive,
    ack,
    delayed_ack,
    duplicate_ack,
    window_update,
    challenge,
    fin,
    ack_of_fin,
    reset,
    count_
};

// Deadlines of a connection; a bit each in `deadlines`, the number in `detail` of a deadline record.
enum class DeadlineKind : std::uint8_t {
    retransmission,
    persist,
    delayed_ack,
    silly_window,
    keepalive,
    user_timeout,
    time_wait,
    fin_wait_2,
    pacing,
    handshake,
    tail_probe,
    reordering,
    count_
};

enum class Call : std::uint8_t {
    none,
    listen,
    connect,
    accept,
    read,
    write,
    shutdown_write,
    shutdown_read,
    close,
    abort,
    set_option,
    count_
};

std::string_view text_of(State);         // "SYN-SENT"
std::string_view text_of(Event);         // "active OPEN"
std::string_view text_of(Phase);         // "slow-start"
std::string_view text_of(Cause);         // "zero-window probe"
std::string_view text_of(DeadlineKind);  // "rexmt"
std::string_view text_of(Call);          // "connect"

struct Range32 {  // octets above TraceRecord::ack; of a duplicate (RFC 2883) below it, modulo 2^32
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    // As positions, with the record's `ack`.
    std::int64_t begin_at(std::int64_t ack) const { return ack + static_cast<std::int32_t>(begin); }
    std::int64_t end_at(std::int64_t ack) const { return ack + static_cast<std::int32_t>(end); }
};

// TCP flags as on the wire (RFC 9293 3.1).
namespace flag {
inline constexpr std::uint8_t fin = 1, syn = 2, rst = 4, psh = 8, ack = 16, urg = 32, ece = 64, cwr = 128;
}

struct TraceRecord {
    std::int64_t time_ns = 0;
    std::uint32_t number = 0;      // 1, 2, 3 ... over the run; a gap means lost records
    std::uint32_t connection = 0;  // never reused in a run; 0 is the host
    Kind kind = Kind::note;
    State before = State::closed;  // equal unless kind is state
    State after = State::closed;
    Phase phase = Phase::none;
    Cause cause = Cause::none;
    std::uint8_t flags = 0;
    std::uint8_t attempt = 0;
    std::uint8_t sack_count = 0;
    Rule rule = Rule::none;
    Reason reason = Reason::none;
    std::uint8_t reserved = 0;
    std::uint16_t deadlines = 0;  // bit per armed deadline
    std::uint16_t detail = 0;     // which event, deadline or call
    std::int64_t position = 0;    // the segment, in positions (SYN is 0)
    std::int64_t ack = 0;
    std::uint32_t length = 0;
    std::uint32_t window_bytes = 0;
    std::int64_t snd_una = 0;  // the connection after the event
    std::int64_t rcv_nxt = 0;
    std::uint32_t snd_nxt = 0;  // above snd_una
    std::uint32_t snd_max = 0;
    std::uint32_t snd_wnd = 0;
    std::uint32_t cwnd = 0;
    std::uint32_t ssthresh = 0;
    std::uint32_t in_flight = 0;
    std::uint32_t sacked = 0;
    std::uint32_t rcv_wnd = 0;
    std::uint32_t srtt_us = 0;
    std::uint32_t rttvar_us = 0;
    std::uint32_t rto_us = 0;
    std::uint32_t value = 0;               // RTT sample or deadline in us, bytes of a call
    std::array<Range32, 3> sack{};         // above ack
    std::uint32_t frame = 0;               // number in the capture, 0 if none
    std::array<std::uint32_t, 3> spare{};  // congestion: old cwnd; drop: IPv4 source, destination, ports
};
static_assert(sizeof(TraceRecord) == 160 && std::is_trivially_copyable_v<TraceRecord>);

}  // namespace sluice
