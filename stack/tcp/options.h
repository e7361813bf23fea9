// What an application may set on one connection, and what it may look at. Handed through the socket faces as they are.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "base/trace_record.h"
#include "tcp/congestion_name.h"
#include "wire/address.h"

namespace sluice::tcp {

// Options of one connection. Set before connect or any time later; a listener's are inherited by what it accepts.
struct Options {
    bool no_delay = false;      // TCP_NODELAY: no Nagle (RFC 9293 3.7.4 [MUST-17])
    bool cork = false;          // TCP_CORK: hold small segments until uncorked
    bool quick_ack = false;     // TCP_QUICKACK: no delayed ACKs while it is set
    bool keep_alive = false;    // SO_KEEPALIVE (RFC 9293 3.8.4 [MUST-24])
    Duration keepalive_idle{};  // 0: the host's setting
    Duration keepalive_interval{};
    std::uint32_t keepalive_probes = 0;
    std::optional<Duration> user_timeout;  // R2 (RFC 9293 3.8.3 [MUST-21]); Duration::max(): never
    std::uint32_t receive_buffer = 0;      // octets; 0: the host's setting
    std::uint32_t send_buffer = 0;
    std::uint32_t unsent_low_water =
        0;  // TCP_NOTSENT_LOWAT: no room while this many octets wait unsent; 0: no limit
    Duration
        defer_accept{};  // TCP_DEFER_ACCEPT: a listener hands over what has data, the rest after this; 0: at once
    std::uint8_t traffic_class = 0;  // DSCP, as in IP_TOS; the ECN bits are TCP's own
    std::uint8_t hop_limit = 0;      // 0: the host's setting
    std::optional<Duration>
        linger;  // SO_LINGER: 0 makes close() abort; longer times are the caller's to wait
    bool report_soft_errors = true;        // RFC 9293 3.9.1.8 [SHLD-20]
    std::uint16_t mss = 0;                 // TCP_MAXSEG: upper bound, 0 = none
    std::optional<Congestion> congestion;  // TCP_CONGESTION; unset: the host's setting
    // RFC 7413, TCP_FASTOPEN: a listener's limit of connections that live on a cookie alone; 0: none does [R7413-1].
    std::uint32_t fast_open = 0;
    // TCP_FASTOPEN_CONNECT: the SYN takes the first octets written along, if the server gave a cookie. What it takes may be
    // delivered twice in rare cases: only for requests that bear it (RFC 7413 6 [R7413-11]).
    bool fast_open_connect = false;
};

// Who else may have a listener's port (socket(7)).
struct Reuse {
    bool address = true;  // SO_REUSEADDR: connections in TIME-WAIT or still open
    bool port = false;    // SO_REUSEPORT: listeners that say so too; new connections are spread over them
};

// A connection as an application may look at it (RFC 9293 STATUS).
struct Info {
    State state = State::closed;
    std::uint32_t connection = 0;  // number in the trace
    wire::Endpoint local;
    wire::Endpoint remote;
    bool is_active = false;  // we opened it
    bool timestamps = false;
    bool sack = false;
    EcnMode ecn = EcnMode::none;
    std::uint32_t delivered_marked = 0;  // of our segments the peer told us of (RFC 9768)
    bool fast_open = false;              // text on the SYN was taken (RFC 7413)
    std::int8_t window_shift = -1;       // ours; -1: none agreed
    std::int8_t peer_window_shift = -1;
    std::uint32_t mss_send = 0;  // payload octets of a full segment we send
    std::uint32_t mss_announced = 0;
    std::uint32_t receive_queue = 0;  // octets not yet read
    std::uint32_t send_queue = 0;     // octets not yet acknowledged
    std::uint32_t unsent = 0;         // and those of them that have not left yet
    std::uint32_t in_flight = 0;
    std::uint32_t snd_wnd = 0;
    std::uint32_t rcv_wnd = 0;
    std::uint32_t cwnd = 0;
    std::uint32_t ssthresh = 0;
    Congestion congestion = Congestion::reno;
    std::uint64_t pacing_rate = 0;        // octets per second; 0: not paced
    std::uint64_t delivery_rate = 0;      // the latest, octets per second; 0: none yet
    bool is_application_limited = false;  // that one was measured while the window was not in use
    Phase phase = Phase::none;
    Duration srtt{};
    Duration rttvar{};
    Duration rto{};
    Duration least_rtt{};  // zero: none measured
    std::uint32_t path_mtu = 0;
    std::uint32_t sacked = 0;         // octets
    std::uint32_t lost = 0;           // octets judged lost and not resent yet
    std::uint32_t back_off = 0;       // timeouts in a row
    Instant last_sent_at = never;     // data
    std::uint32_t retransmitted = 0;  // segments, over the life of the connection
    std::uint32_t timeouts = 0;
    std::uint64_t bytes_acked = 0;
    std::uint64_t bytes_received = 0;
    std::uint32_t segments_in = 0;
    std::uint32_t segments_out = 0;
    std::optional<DeadlineKind> deadline;  // the next one armed
    Instant deadline_at = never;
    Reason ended = Reason::none;
};

}  // namespace sluice::tcp
