// TCP_INFO: what we know of a connection in the layout of Linux. What we do not know is zero.
#include <linux/tcp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "posix/stream.h"

namespace sluice::posix {
namespace {

// The numbers of tcpi_state (the kernel's tcp_states.h).
__u8 number_of(State state) {
    switch (state) {
        case State::established: return 1;
        case State::syn_sent: return 2;
        case State::syn_received: return 3;
        case State::fin_wait_1: return 4;
        case State::fin_wait_2: return 5;
        case State::time_wait: return 6;
        case State::close_wait: return 8;
        case State::last_ack: return 9;
        case State::listen: return 10;
        case State::closing: return 11;
        case State::closed:
        case State::count_: break;
    }
    return 7;
}

// The numbers of tcpi_ca_state: open, recovery, loss.
__u8 number_of(Phase phase) {
    if (phase == Phase::recovery) return 3;
    return phase == Phase::timeout ? 4 : 0;
}

__u32 in_segments(std::uint64_t octets, std::uint32_t segment) {
    return static_cast<__u32>((octets + segment - 1) / segment);
}

__u8 options_of(const TcpInfo& from) {
    unsigned options = 0;
    if (from.timestamps) options |= TCPI_OPT_TIMESTAMPS;
    if (from.sack) options |= TCPI_OPT_SACK;
    if (from.window_shift >= 0) options |= TCPI_OPT_WSCALE;
    if (from.ecn != tcp::EcnMode::none) options |= TCPI_OPT_ECN;
    if (from.fast_open) options |= TCPI_OPT_SYN_DATA;
    return static_cast<__u8>(options);
}

// Milliseconds since then; 0 if it never happened.
__u32 age(Instant since, Instant now) { return since == never ? 0 : static_cast<__u32>(in_ms(now - since)); }

tcp_info info_for(const TcpInfo& from, Instant now) {
    const std::uint32_t segment = std::max(from.mss_send, 1U);
    tcp_info info{};
    info.tcpi_state = number_of(from.state);
    info.tcpi_ca_state = number_of(from.phase);
    info.tcpi_options = options_of(from);
    if (from.window_shift >= 0) {
        info.tcpi_rcv_wscale = static_cast<__u8>(from.window_shift & 15);
        info.tcpi_snd_wscale = static_cast<__u8>(from.peer_window_shift & 15);
    }
    info.tcpi_rto = static_cast<__u32>(in_us(from.rto));
    info.tcpi_snd_mss = from.mss_send;
    info.tcpi_advmss = from.mss_announced;
    info.tcpi_unacked = in_segments(from.in_flight, segment);
    info.tcpi_sacked = in_segments(from.sacked, segment);
    info.tcpi_lost = in_segments(from.lost, segment);
    info.tcpi_retransmits = info.tcpi_backoff = static_cast<__u8>(std::min(from.back_off, 255U));
    info.tcpi_last_data_sent = age(from.last_sent_at, now);
    info.tcpi_pmtu = from.path_mtu;
    info.tcpi_min_rtt = static_cast<__u32>(in_us(from.least_rtt));
    info.tcpi_pacing_rate = from.pacing_rate > 0 ? from.pacing_rate : ~__u64{0};  // as Linux: no limit
    info.tcpi_delivery_rate = from.delivery_rate;
    info.tcpi_delivery_rate_app_limited = from.is_application_limited ? 1 : 0;
    info.tcpi_delivered_ce = from.delivered_marked;
    info.tcpi_rtt = static_cast<__u32>(in_us(from.srtt));
    info.tcpi_rttvar = static_cast<__u32>(in_us(from.rttvar));
    info.tcpi_snd_cwnd = from.cwnd / segment;
    info.tcpi_snd_ssthresh = std::min(from.ssthresh / segment, 0x7fffffffU);
    info.tcpi_rcv_space = from.rcv_wnd;
    info.tcpi_total_retrans = from.retransmitted;
    info.tcpi_bytes_acked = from.bytes_acked;
    info.tcpi_bytes_received = from.bytes_received;
    info.tcpi_segs_in = from.segments_in;
    info.tcpi_segs_out = from.segments_out;
    info.tcpi_notsent_bytes = from.unsent;
    info.tcpi_snd_wnd = from.snd_wnd;
    return info;
}

}  // namespace

Answer<void> Stream::get_info(Turn& turn, void* value, socklen_t& length) const {
    if (!value) return fail(EFAULT);
    TcpInfo from = socket_.info();
    if (listener_) from.state = State::listen;
    const tcp_info info = info_for(from, turn.stack().now());
    length =
        std::min(length, static_cast<socklen_t>(sizeof info));  // a caller may know an older, shorter one
    std::memcpy(value, &info, length);
    return {};
}

}  // namespace sluice::posix
