// Why something was dropped or ended. One list for counters, trace and netstat: there is no unnamed drop.
// Each row: name, what a person reads, the clause that asks for it ("project" where it is our own limit).
#pragma once

#include <cstdint>
#include <string_view>

#define SLUICE_REASONS(X)                                                                             \
    X(none, "", "")                                                                                   \
    /* Ethernet */                                                                                    \
    X(eth_short, "frame shorter than an Ethernet header", "RFC894")                                   \
    X(eth_not_for_us, "frame for another station", "RFC1122 2.4")                                     \
    X(eth_bad_source, "frame from a group address", "IEEE802.3 3.2.3")                                \
    X(eth_unknown_type, "unknown EtherType", "RFC1122 2.3.1")                                         \
    X(eth_own_source, "frame with our own hardware address as source", "project")                     \
    /* ARP */                                                                                         \
    X(arp_short, "ARP packet too short", "RFC826")                                                    \
    X(arp_bad_kind, "ARP hardware or protocol type or length unknown", "RFC826")                      \
    X(arp_bad_operation, "ARP operation unknown", "RFC826")                                           \
    X(arp_bad_sender, "ARP sender address is a group, zero or ours", "RFC1122 2.3.2.1")               \
    X(arp_not_for_us, "ARP for another host", "RFC826")                                               \
    X(arp_unsolicited, "ARP reply nobody asked for", "RFC826")                                        \
    X(arp_queue_full, "packet waiting for ARP displaced by a newer one", "RFC1122 2.3.2.2")           \
    X(arp_table_full, "neighbour table full", "project")                                              \
    X(arp_failed, "no answer to ARP", "RFC1122 2.3.2.1")                                              \
    X(arp_conflict, "another host uses our address", "RFC5227 2.4")                                   \
    /* IPv4 */                                                                                        \
    X(ip_short, "IPv4 header incomplete", "RFC1122 3.2.1")                                            \
    X(ip_bad_version, "IP version is not 4", "RFC1122 3.2.1.1")                                       \
    X(ip_bad_header_length, "IPv4 header length below 20 or past the end", "RFC791 3.1")              \
    X(ip_bad_total_length, "IPv4 total length below the header or past the frame", "RFC791 3.1")      \
    X(ip_bad_checksum, "IPv4 header checksum wrong", "RFC1122 3.2.1.2")                               \
    X(ip_bad_options, "IPv4 options malformed", "RFC791 3.1")                                         \
    X(ip_source_routed, "source-routed packet", "RFC1122 3.2.1.8")                                    \
    X(ip_bad_source, "source is no unicast address", "RFC1122 3.2.1.3")                               \
    X(ip_own_source, "source is our own address (land)", "RFC1122 3.2.1.3")                           \
    X(ip_not_for_us, "destination is not ours", "RFC1122 3.2.1.3")                                    \
    X(ip_unicast_in_group_frame, "unicast packet in a broadcast frame", "RFC1122 3.3.6")              \
    X(ip_unknown_protocol, "no such transport", "RFC1122 3.2.2.1")                                    \
    X(ip_no_route, "no route to destination", "RFC1122 3.3.1")                                        \
    X(ip_expired, "time to live used up on the way", "RFC1812 5.3.1")                                 \
    X(ip_too_big, "packet larger than the MTU and not to be fragmented", "RFC791 3.2")                \
    X(ip_id_exhausted, "no identification value free for a fragmented packet", "RFC6864 4.3")         \
    /* fragments */                                                                                   \
    X(fragment_overlap, "fragments overlap with different content", "RFC815 3")                       \
    X(fragment_duplicate, "fragment repeated", "RFC815 3")                                            \
    X(fragment_tiny, "first fragment too short for its transport header", "RFC3128 3")                \
    X(fragment_tcp_offset_1, "TCP fragment at offset 1", "RFC1858 3.2")                               \
    X(fragment_too_long, "fragment ends beyond 65535 octets", "RFC791 3.2")                           \
    X(fragment_bad_size, "fragment empty or not a multiple of 8", "RFC791 3.2")                       \
    X(fragment_inconsistent, "fragments disagree about the end", "RFC815 3")                          \
    X(fragment_too_many, "more fragments than the limit", "project")                                  \
    X(fragment_evicted, "incomplete datagram displaced by newer ones", "project")                     \
    X(fragment_timeout, "reassembly time exceeded", "RFC1122 3.3.2")                                  \
    /* ICMP */                                                                                        \
    X(icmp_short, "ICMP message too short", "RFC792")                                                 \
    X(icmp_bad_checksum, "ICMP checksum wrong", "RFC792")                                             \
    X(icmp_unknown_type, "unknown ICMP type", "RFC1122 3.2.2")                                        \
    X(icmp_to_group, "echo request to a group address", "RFC1122 3.2.2.6")                            \
    X(icmp_bad_quote, "ICMP error quotes no packet of ours", "RFC1122 3.2.2")                         \
    X(icmp_source_quench, "source quench ignored", "RFC6633")                                         \
    X(icmp_redirect_ignored, "redirect ignored", "RFC1122 3.2.2.2")                                   \
    X(icmp_rate_limited, "ICMP message not sent: rate limit", "RFC1812 4.3.2.8")                      \
    X(icmp_unmatched, "echo reply nobody waits for", "RFC1122 3.2.2.6")                               \
    X(icmp_out_of_window, "quoted segment is not in flight", "RFC5927 4.1")                           \
    X(icmp_no_connection, "quoted connection is not ours", "RFC9293 3.9.2.2")                         \
    X(reply_queue_full, "too many replies waiting to be sent", "project")                             \
    /* UDP */                                                                                         \
    X(udp_short, "UDP datagram shorter than its header", "RFC768")                                    \
    X(udp_bad_length, "UDP length below 8 or past the packet", "RFC768")                              \
    X(udp_bad_checksum, "UDP checksum wrong", "RFC1122 4.1.3.4")                                      \
    X(udp_no_listener, "no socket on this UDP port", "RFC1122 4.1.3.1")                               \
    X(udp_queue_full, "UDP receive queue full", "project")                                            \
    /* TCP, before a connection is known */                                                           \
    X(tcp_short, "segment shorter than a TCP header", "RFC9293 3.1")                                  \
    X(tcp_bad_offset, "TCP data offset below 5 or past the segment", "RFC9293 3.1")                   \
    X(tcp_bad_checksum, "TCP checksum wrong", "RFC9293 3.1")                                          \
    X(tcp_bad_options, "TCP option with an illegal length", "RFC9293 3.1")                            \
    X(tcp_to_group, "segment to a broadcast or multicast address", "RFC9293 3.9.2.3")                 \
    X(tcp_bad_source, "segment from an invalid address", "RFC9293 3.9.2.3")                           \
    X(tcp_port_zero, "port 0", "RFC6335 6")                                                           \
    X(tcp_no_connection, "no connection and no listener", "RFC9293 3.10.7.1")                         \
    X(tcp_reset_to_closed, "reset for no connection", "RFC9293 3.10.7.1")                             \
    X(tcp_reset_rate_limited, "reset not sent: rate limit", "project")                                \
    /* TCP, at a listener */                                                                          \
    X(tcp_reset_to_listener, "reset to a listener", "RFC9293 3.10.7.2")                               \
    X(tcp_ack_to_listener, "ACK to a listener", "RFC9293 3.10.7.2")                                   \
    X(tcp_nothing_for_listener, "neither SYN nor ACK at a listener", "RFC9293 3.10.7.2")              \
    X(tcp_backlog_full, "listen backlog full", "project")                                             \
    X(tcp_half_open_full, "too many half-open connections", "RFC4987 3")                              \
    X(tcp_memory_full, "connection memory exhausted", "project")                                      \
    /* TCP, at a connection */                                                                        \
    X(tcp_unacceptable, "sequence number outside the window", "RFC9293 3.10.7.4")                     \
    X(tcp_paws, "timestamp older than the last", "RFC7323 5.3")                                       \
    X(tcp_timestamp_missing, "expected timestamp missing", "RFC7323 3.2")                             \
    X(tcp_reset_outside, "reset outside the window", "RFC5961 3.2")                                   \
    X(tcp_reset_inexact, "reset in window but not at rcv.nxt", "RFC5961 3.2")                         \
    X(tcp_reset_bad_ack, "reset without an acceptable ACK", "RFC9293 3.10.7.3")                       \
    X(tcp_reset_in_time_wait, "reset in TIME-WAIT", "RFC1337 3")                                      \
    X(tcp_syn_in_sync, "SYN on a synchronized connection", "RFC5961 4.2")                             \
    X(tcp_no_ack, "segment without ACK", "RFC9293 3.10.7.4")                                          \
    X(tcp_ack_above, "ACK of something not sent", "RFC9293 3.10.7.4")                                 \
    X(tcp_ack_below, "ACK older than the largest window", "RFC5961 5.2")                              \
    X(tcp_ack_unacceptable, "unacceptable ACK during the handshake", "RFC9293 3.10.7.3")              \
    X(tcp_not_a_syn, "neither SYN nor RST during the handshake", "RFC9293 3.10.7.3")                  \
    X(tcp_duplicate_syn, "SYN repeated", "RFC9293 3.10.7.4")                                          \
    X(tcp_window_full, "text beyond our window", "RFC9293 3.10.7.4")                                  \
    X(tcp_already_received, "text received before", "RFC9293 3.10.7.4")                               \
    X(tcp_reassembly_full, "too many pieces out of order", "project")                                 \
    X(tcp_after_fin, "text or FIN beyond the peer's FIN", "RFC9293 3.10.7.4")                         \
    X(tcp_text_in_closing, "text after the peer's FIN", "RFC9293 3.10.7.4")                           \
    X(tcp_in_time_wait, "ignored in TIME-WAIT", "RFC9293 3.10.7.4")                                   \
    X(tcp_challenge_throttled, "answer to an unacceptable segment not sent: rate limit", "RFC5961 7") \
    X(tcp_data_after_close, "data arrived after close", "RFC9293 3.6.1")                              \
    X(tcp_shut_for_reading, "text after shutdown for reading", "project")                             \
    /* why a connection ended */                                                                      \
    X(end_closed, "closed by both sides", "RFC9293 3.6")                                              \
    X(end_reset_by_peer, "connection reset by peer", "RFC9293 3.5.3")                                 \
    X(end_refused, "connection refused", "RFC9293 3.10.7.3")                                          \
    X(end_aborted, "aborted by the application", "RFC9293 3.10.5")                                    \
    X(end_closed_before_open, "closed before it was open", "RFC9293 3.10.4")                          \
    X(end_user_timeout, "user timeout", "RFC9293 3.10.8")                                             \
    X(end_syn_timeout, "no answer to SYN", "RFC9293 3.8.3")                                           \
    X(end_keepalive, "keep-alive without answer", "RFC9293 3.8.4")                                    \
    X(end_fin_wait_2_idle, "peer never closed its side", "project")                                   \
    X(end_unread_data, "closed with unread data", "RFC9293 3.6.1")                                    \
    X(end_unreachable, "destination unreachable", "RFC9293 3.9.2.2")                                  \
    X(end_listener_closed, "listener closed", "project")                                              \
    X(end_half_open_dropped, "half-open connection given up", "RFC9293 3.10.7.4")                     \
    X(end_time_wait_over, "2 MSL over", "RFC9293 3.6.1")                                              \
    X(end_time_wait_reused, "TIME-WAIT reused by a new SYN", "RFC6191 2")                             \
    X(end_address_lost, "our address was taken away", "RFC5227 2.4")

namespace sluice {

enum class Reason : std::uint8_t {
#define SLUICE_REASON_NAME(name, text, clause) name,
    SLUICE_REASONS(SLUICE_REASON_NAME)
#undef SLUICE_REASON_NAME
        count_
};

inline constexpr std::size_t reason_count = static_cast<std::size_t>(Reason::count_);

std::string_view name_of(Reason);    // "tcp_paws"
std::string_view text_of(Reason);    // "timestamp older than the last"
std::string_view clause_of(Reason);  // "RFC7323 5.3"

}  // namespace sluice
