// Every limit and timeout of TCP, each with the section it comes from. Tests and `--set` change them by name.
// Values are defaults of a host; a few may be changed per connection by socket options.
#pragma once

#include <span>

#include "base/setting.h"
#include "tcp/congestion_name.h"
#include "wire/option_order.h"

// D(name, default, least, most, text) a duration; N(...) a number; B(name, default, text) a switch;
// C(name, type, default, text) a choice: an enum with names_of(type).
#define SLUICE_TCP_SETTINGS(D, N, B, C)                                                                   \
    /* opening */                                                                                         \
    N(backlog_max, 4096, 1, 65535, "largest backlog of a listener (project, states.md 6)")                \
    N(half_open_max, 65536, 1, 4194304, "half-open connections of the whole host (RFC 4987 3)")           \
    D(syn_timeout, 180s, 1s, 24h, "R2 for a SYN: how long to try to open (RFC 9293 3.8.3 [MUST-23])")     \
    D(half_open_lifetime, 180s, 1s, 24h, "how long a SYN,ACK is repeated (states.md 6.7)")                \
    B(window_scaling, true, "offer window scaling (RFC 7323 2)")                                          \
    N(window_shift_least, 0, 0, 14, "offer at least this scale, whatever the buffer (RFC 7323 2.3)")      \
    C(syn_options, wire::OptionOrder, wire::OptionOrder::sack_first,                                      \
      "what stands first in a SYN: permission of SACK or window scale (profiles)")                        \
    B(timestamps, true, "offer timestamps (RFC 7323 3)")                                                  \
    B(syn_cookies, true, "answer a full backlog with SYN cookies (RFC 4987 3.6)")                         \
    D(fast_open_cookie_lifetime, 1h, 1s, 720h,                                                            \
      "how long a Fast Open cookie of ours is the newest; it is taken as long again (RFC 7413 4.1.2)")    \
    N(fast_open_servers, 1024, 0, 1048576, "servers whose cookies are remembered (RFC 7413 4.1.3)")       \
    D(fast_open_pause, 1h, 1s, 720h, "no text on SYNs to a server that did not take it (RFC 7413 4.1.3)") \
    N(port_first, 32768, 1024, 65535, "first ephemeral port (RFC 6056 3.2)")                              \
    N(port_last, 60999, 1024, 65535, "last ephemeral port (RFC 6056 3.2)")                                \
    /* segments */                                                                                        \
    N(mss_max, 65495, 64, 65495, "largest MSS announced, whatever the MTU (RFC 9293 3.7.1)")              \
    N(mss_default, 536, 64, 1460, "MSS of a peer that names none (RFC 9293 3.7.1 [MUST-15])")             \
    N(mss_least, 64, 28, 536, "smaller announced values are raised to this (project: header floods)")     \
    N(hop_limit, 64, 1, 255, "TTL of segments (RFC 9293 3.9.2 [MUST-49])")                                \
    B(nagle, true, "hold small segments while data is unacknowledged (RFC 9293 3.7.4)")                   \
    /* buffers and windows */                                                                             \
    N(receive_buffer, 1048576, 256, 1073725440,                                                           \
      "octets a connection may hold for its reader (RFC 7323 2.3)")                                       \
    N(receive_buffer_max, 16776960, 0, 1073725440,                                                        \
      "and up to this where the reader keeps pace; less than receive_buffer: never")                      \
    D(link_pause, 10ms, 1ms, 10s,                                                                         \
      "a window that arrives evenly must fit into the link's queue when nobody looks for so long")        \
    N(send_buffer, 1048576, 1024, 1073741824, "octets a writer may have queued or in flight")             \
    N(send_buffer_max, 16777216, 0, 1073741824,                                                           \
      "and up to this as the congestion window grows; less than send_buffer: never")                      \
    N(memory_budget_mib, 1024, 1, 1048576, "MiB all buffers of the host may hold together (project)")     \
    N(reassembly_pieces, 32768, 1, 1048576,                                                               \
      "pieces held out of order per connection: a window of segments (RFC 9293 3.10.7.4 [SHLD-31])")      \
    N(persist_probe_octets, 1, 0, 1,                                                                      \
      "of a window probe: the next octet, or none and one below SND.UNA (RFC 9293 3.8.6.1)")              \
    D(silly_window_override, 500ms, 100ms, 1s, "send what fits after this (RFC 9293 3.8.6.2.1)")          \
    /* acknowledging */                                                                                   \
    D(delayed_ack, 40ms, 1ms, 499ms, "longest delay of an ACK (RFC 9293 3.8.6.3 [MUST-40])")              \
    N(ack_every, 2, 1, 64, "full-sized segments per ACK (RFC 9293 3.8.6.3 [SHLD-19])")                    \
    N(quick_acks, 0, 0, 1000, "segments acknowledged at once when a connection starts (profile linux)")   \
    N(quick_acks_after_hole, 16, 0, 1000,                                                                 \
      "and after one that came out of order: the sender's window is small then (RFC 5681 4.2)")           \
    /* retransmission */                                                                                  \
    D(rto_initial, 1s, 1ms, 60s, "RTO before the first sample (RFC 6298 2.1)")                            \
    D(rto_min, 200ms, 1ms, 60s, "smallest RTO; RFC 6298 2.4 asks for 1 s, see docs/decisions/0003")       \
    D(rto_max, 120s, 60s, 1h, "largest RTO (RFC 6298 2.5)")                                               \
    D(rto_after_syn_loss, 3s, 1s, 60s, "RTO when data starts after a lost SYN (RFC 6298 5.7)")            \
    D(clock_granularity, 1ms, 1us, 1s, "G (RFC 6298 2)")                                                  \
    N(retries_before_advice, 3, 1, 100,                                                                   \
      "R1: then the application hears of the problem (RFC 9293 3.8.3 [SHLD-10])")                         \
    D(user_timeout, 300s, 1s, 240h,                                                                       \
      "R2 for data: unacknowledged this long ends the connection (RFC 9293 3.8.3)")                       \
    D(user_timeout_least, 100s, 1s, 1h, "L_LIMIT for a timeout asked for by the peer (RFC 5482 3.1)")     \
    N(duplicate_acks, 3, 1, 100, "DupThresh (RFC 5681 3.2)")                                              \
    B(limited_transmit, true, "new data on the first two duplicate ACKs (RFC 3042)")                      \
    B(sack, true, "offer selective acknowledgments (RFC 2018 2)")                                         \
    B(dsack, true, "report duplicates (RFC 2883)")                                                        \
    B(rack, true, "find losses by time (RFC 8985 6); off: by SACKed octets (RFC 6675 4)")                 \
    B(tail_probe, true, "tail loss probes (RFC 8985 7)")                                                  \
    D(tail_probe_initial, 1s, 1ms, 60s, "PTO before the first sample (RFC 8985 7.2)")                     \
    D(tail_probe_ack_delay, 200ms, 0s, 500ms, "TLP.max_ack_delay (RFC 8985 7.2)")                         \
    D(least_rtt_window, 300s, 1s, 1h, "memory of the least RTT (RFC 8985 6.2)")                           \
    B(prr, true, "proportional rate reduction (RFC 9937); off: RFC 6675 5 (C)")                           \
    B(frto, true, "detect false timeouts by forward ACKs (RFC 5682)")                                     \
    B(undo, true, "take a reduction back when nothing was lost (RFC 3522, RFC 2883, RFC 4015)")           \
    /* path MTU */                                                                                        \
    B(path_probing, true, "try larger segments where the path was narrower (RFC 4821 7)")                 \
    B(path_black_holes, true, "take full stops for a path that swallows large packets (RFC 4821 7.7)")    \
    N(path_base, 1200, 68, 65535, "BASE_PLPMTU: the size after a black hole (RFC 8899 5.1.2)")            \
    N(path_probes, 3, 1, 10, "MAX_PROBES: lost probes of one size (RFC 8899 5.1.2)")                      \
    D(path_raise, 600s, 5min, 24h, "PMTU_RAISE_TIMER (RFC 8899 5.1.1)")                                   \
    D(path_raise_after_report, 10min, 5min, 24h, "no larger try after a too-big message (RFC 1191 3)")    \
    D(path_raise_after_success, 2min, 1min, 24h, "and after a larger try that passed (RFC 1191 3)")       \
    /* congestion */                                                                                      \
    C(congestion, Congestion, Congestion::cubic,                                                          \
      "congestion control of new connections (RFC 9438; TCP_CONGESTION)")                                 \
    N(initial_window_segments, 10, 1, 1000, "initial window in segments (RFC 6928 2)")                    \
    N(initial_window_bytes, 14600, 536, 1048576, "initial window in octets (RFC 6928 2)")                 \
    C(ecn, EcnUse, EcnUse::accept,                                                                        \
      "marks instead of losses: never, if the peer asks, or asked for (RFC 3168)")                        \
    N(slow_start_segments, 8, 1, 65535,                                                                   \
      "segments an ACK adds in slow start, if not paced (RFC 5681 3.1: 1, RFC 9406 4.2: 8)")              \
    B(hystart, true, "leave slow start when round trips grow longer (RFC 9406)")                          \
    N(hystart_divisor, 4, 2, 100, "growth divisor of conservative slow start (RFC 9406 4.3)")             \
    N(bbr_loss_percent, 10, 1, 100,                                                                       \
      "losses BBR takes for the path's own: BBRLossThresh; the draft's is 2, see docs/decisions/0012")    \
    B(pacing, false, "spread the window of Reno and CUBIC over the round trip; BBR always does")          \
    N(pacing_slow_start_percent, 200, 100, 1000, "of the window per round trip, in slow start")           \
    N(pacing_percent, 120, 100, 1000, "the same afterwards")                                              \
    D(pacing_quantum, 1ms, 0s, 100ms, "how far ahead a paced burst may run")                              \
    N(fixed_window_bytes, 0, 0, 1073741824, "for tests: a window that never moves; 0 = none")             \
    D(idle_restart, 0s, 0s, 24h,                                                                          \
      "restart from the initial window after this idle time; 0 = one RTO (RFC 5681 4.1)")                 \
    /* the application's side, where systems differ */                                                    \
    B(read_after_shutdown, false, "octets stay readable after SHUT_RD; off: they are thrown away")        \
    B(close_wait_reset_is_pipe, false, "after a reset in CLOSE-WAIT writes fail with EPIPE")              \
    /* waiting */                                                                                         \
    D(keepalive_idle, 2h, 1s, 720h, "idle time before the first probe (RFC 9293 3.8.4 [MUST-28])")        \
    D(keepalive_interval, 75s, 1s, 1h, "between probes")                                                  \
    N(keepalive_probes, 9, 1, 255, "unanswered probes that end a connection (RFC 9293 3.8.4 [MUST-29])")  \
    D(time_wait, 60s, 10ms, 10min, "2 MSL (RFC 9293 3.6.1 [MUST-13], docs/decisions/0004)")               \
    N(time_wait_max, 65536, 1, 4194304, "connections in TIME-WAIT; the oldest goes first")                \
    B(time_wait_ignores_resets, false, "RFC 1337 3 F1 instead of RFC 9293 (D-5)")                         \
    D(fin_wait_2_idle, 60s, 1s, 24h, "FIN-WAIT-2 after close() (states.md 4.2)")                          \
    /* attacks */                                                                                         \
    N(challenge_acks, 10, 1, 1000000, "challenge ACKs per connection and period (RFC 5961 7)")            \
    D(challenge_period, 5s, 1ms, 1h, "that period")                                                       \
    B(check_old_acks, true, "refuse ACKs below snd.una - max.snd.wnd (RFC 5961 5.2 [MAY-12])")            \
    N(resets_per_second, 200, 1, 1000000, "resets for segments of no connection")                         \
    N(connections_max, 1048576, 1, 16777216, "connections of the whole host")                             \
    D(paws_idle, 576h, 1h, 5760h, "TS.Recent is too old to judge by after 24 days (RFC 7323 5.5)")

namespace sluice::tcp {

struct Settings {
    SLUICE_TCP_SETTINGS(SLUICE_DURATION_FIELD, SLUICE_NUMBER_FIELD, SLUICE_FLAG_FIELD, SLUICE_CHOICE_FIELD)
};

std::span<const SettingRow<Settings>> setting_rows();

}  // namespace sluice::tcp
