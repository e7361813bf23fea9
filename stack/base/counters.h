// Plain event counters of one Stack, read by netstat and tests. Drops are counted under their Reason.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/reason.h"

// Each row: name, what a person reads.
#define SLUICE_COUNTERS(X)                                                   \
    X(frames_in, "frames received")                                          \
    X(frames_out, "frames sent")                                             \
    X(octets_in, "octets received")                                          \
    X(octets_out, "octets sent")                                             \
    X(arp_in, "ARP packets received")                                        \
    X(arp_out, "ARP packets sent")                                           \
    X(ip_in, "IPv4 packets received")                                        \
    X(ip_delivered, "packets delivered to a transport")                      \
    X(ip_out, "IPv4 packets sent")                                           \
    X(ip_forwarded, "IPv4 packets forwarded")                                \
    X(fragments_in, "fragments received")                                    \
    X(fragments_out, "fragments sent")                                       \
    X(reassembled, "datagrams reassembled")                                  \
    X(icmp_in, "ICMP messages received")                                     \
    X(icmp_out, "ICMP messages sent")                                        \
    X(echo_requests, "echo requests answered")                               \
    X(icmp_errors_out, "ICMP errors sent")                                   \
    X(icmp_errors_in, "ICMP errors received")                                \
    X(udp_in, "UDP datagrams received")                                      \
    X(udp_out, "UDP datagrams sent")                                         \
    X(tcp_segments_in, "segments received")                                  \
    X(tcp_segments_out, "segments sent")                                     \
    X(tcp_resets_out, "resets sent")                                         \
    X(tcp_challenge_acks, "challenge ACKs sent")                             \
    X(tcp_active_opens, "active connection openings")                        \
    X(tcp_passive_opens, "passive connection openings")                      \
    X(tcp_failed_opens, "failed connection attempts")                        \
    X(tcp_established, "connections established since start")                \
    X(tcp_resets_in, "connections reset by the peer")                        \
    X(tcp_retransmitted, "segments retransmitted")                           \
    X(tcp_timeouts, "retransmission timeouts")                               \
    X(tcp_fast_retransmits, "fast retransmits")                              \
    X(tcp_tail_probes, "tail loss probes sent")                              \
    X(tcp_ecn_reductions, "windows reduced by ECE")                          \
    X(tcp_undone, "losses that were none")                                   \
    X(tcp_zero_window_probes, "zero-window probes sent")                     \
    X(tcp_keepalives, "keep-alive probes sent")                              \
    X(tcp_out_of_order, "segments held out of order")                        \
    X(tcp_time_wait_reused, "TIME-WAIT connections reused")                  \
    X(tcp_cookies_sent, "SYN cookies sent")                                  \
    X(tcp_cookies_accepted, "SYN cookies accepted")                          \
    X(tcp_fast_opens_accepted, "connections opened by a Fast Open cookie")   \
    X(tcp_fast_open_cookies_refused, "Fast Open cookies that were not ours") \
    X(tcp_fast_opens_refused, "SYNs whose text a server did not take")

namespace sluice {

struct Counters {
#define SLUICE_COUNTER_FIELD(name, text) std::uint64_t name = 0;
    SLUICE_COUNTERS(SLUICE_COUNTER_FIELD)
#undef SLUICE_COUNTER_FIELD
    std::array<std::uint64_t, reason_count> dropped{};

    void drop(Reason reason) { ++dropped[static_cast<std::size_t>(reason)]; }
    std::uint64_t drops(Reason reason) const { return dropped[static_cast<std::size_t>(reason)]; }
};

// Calls visit(name, text, value) for each counter that is not a drop.
template <typename Visit>
void visit_counters(const Counters& counters, Visit visit) {
#define SLUICE_COUNTER_VISIT(name, text) \
    visit(std::string_view(#name), std::string_view(text), counters.name);
    SLUICE_COUNTERS(SLUICE_COUNTER_VISIT)
#undef SLUICE_COUNTER_VISIT
}

}  // namespace sluice
