// Every limit and timeout below the transports. Same form as tcp/settings.h.
#pragma once

#include <span>

#include "base/setting.h"

#define SLUICE_NET_SETTINGS(D, N, B)                                                                       \
    /* neighbours */                                                                                       \
    N(arp_table, 1024, 1, 1048576, "neighbours remembered (project)")                                      \
    N(arp_queue, 16, 1, 1024, "packets waiting per unresolved neighbour (RFC 1122 2.3.2.2)")               \
    D(arp_retry, 1s, 100ms, 60s, "between requests, at most one a second (RFC 1122 2.3.2.1)")              \
    N(arp_tries, 3, 1, 100, "requests before an address counts as unreachable")                            \
    D(arp_reachable, 30s, 1s, 24h,                                                                         \
      "a learned address is trusted this long, then STALE and asked again (RFC 1122 2.3.2.1)")             \
    D(arp_expire, 20min, 1s, 240h, "an unused entry is forgotten after this")                              \
    D(arp_failed_for, 3s, 100ms, 10min, "a failed neighbour is not asked again for this long")             \
    N(arp_waiting_bytes, 4194304, 65536, 1073741824,                                                       \
      "octets of all packets waiting for neighbours (project)")                                            \
    /* address conflicts, RFC 5227 */                                                                      \
    B(probe_addresses, true, "probe before using an address (RFC 5227 2.1)")                               \
    D(probe_wait, 1s, 0s, 10s, "PROBE_WAIT: longest initial random delay")                                 \
    N(probe_count, 3, 1, 10, "PROBE_NUM")                                                                  \
    D(probe_min, 1s, 1ms, 10s, "PROBE_MIN")                                                                \
    D(probe_max, 2s, 1ms, 10s, "PROBE_MAX")                                                                \
    D(announce_wait, 2s, 1ms, 10s, "ANNOUNCE_WAIT")                                                        \
    N(announce_count, 2, 1, 10, "ANNOUNCE_NUM")                                                            \
    D(announce_interval, 2s, 1ms, 10s, "ANNOUNCE_INTERVAL")                                                \
    D(defend_interval, 10s, 1s, 10min, "DEFEND_INTERVAL")                                                  \
    N(conflicts_max, 10, 1, 1000, "MAX_CONFLICTS: after so many, probing is slowed down")                  \
    D(conflict_interval, 60s, 1s, 10min, "RATE_LIMIT_INTERVAL: then one attempt in this time")             \
    /* IPv4 */                                                                                             \
    N(hop_limit, 64, 1, 255, "default TTL (RFC 1122 3.2.1.7)")                                             \
    N(reassembly_bytes, 4194304, 65536, 1073741824, "octets held in incomplete datagrams")                 \
    N(reassembly_datagrams, 256, 1, 65536, "incomplete datagrams")                                         \
    N(reassembly_per_source, 64, 1, 65536, "incomplete datagrams of one source")                           \
    N(reassembly_fragments, 256, 2, 8192, "fragments of one datagram")                                     \
    D(reassembly_time, 60s, 60s, 120s, "reassembly timeout (RFC 1122 3.3.2)")                              \
    N(path_mtu_entries, 1024, 1, 1048576, "destinations whose path MTU is remembered (RFC 1191 6.2)")      \
    D(path_mtu_lifetime, 10min, 1min, 24h, "and for how long (RFC 1191 6.3)")                              \
    N(packet_max, 65535, 576, 65535, "EMTU_R: largest datagram reassembled (RFC 1122 3.3.2)")              \
    D(id_lifetime, 120s, 1s, 10min, "an identification value is not reused for this long (RFC 6864 4.3)")  \
    /* routing */                                                                                          \
    B(forwarding, false, "pass packets for others on, as a router (RFC 1812); links without offload only") \
    B(send_redirects, true, "tell senders of a shorter way (RFC 1812 5.2.7.2)")                            \
    /* ICMP */                                                                                             \
    N(icmp_errors_per_second, 100, 1, 1000000, "ICMP errors sent (RFC 1812 4.3.2.8)")                      \
    N(icmp_errors_burst, 50, 1, 1000000, "of these at once")                                               \
    N(icmp_echoes_per_second, 100000, 1, 100000000, "echo replies sent")                                   \
    N(reply_queue, 512, 1, 65536, "replies waiting to be sent")

namespace sluice::net {

struct Settings {
    SLUICE_NET_SETTINGS(SLUICE_DURATION_FIELD, SLUICE_NUMBER_FIELD, SLUICE_FLAG_FIELD)
};

std::span<const SettingRow<Settings>> setting_rows();

}  // namespace sluice::net
