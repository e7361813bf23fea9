// getsockopt and setsockopt of a UDP or raw socket: socket(7), ip(7), udp(7), raw(7).
#include <linux/icmp.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include "posix/datagrams.h"
#include "posix/option_values.h"

namespace sluice::posix {
namespace {

int number_of(udp::Fragmentation fragmentation) {
    switch (fragmentation) {
        case udp::Fragmentation::allowed: return IP_PMTUDISC_DONT;
        case udp::Fragmentation::only_here: return IP_PMTUDISC_WANT;
        case udp::Fragmentation::forbidden: break;
    }
    return IP_PMTUDISC_DO;
}

Answer<udp::Fragmentation> fragmentation_from(int number) {
    switch (number) {
        case IP_PMTUDISC_DONT: return udp::Fragmentation::allowed;
        case IP_PMTUDISC_WANT: return udp::Fragmentation::only_here;
        case IP_PMTUDISC_DO:
        case IP_PMTUDISC_PROBE: return udp::Fragmentation::forbidden;
        default: return fail(EINVAL);
    }
}

}  // namespace

Answer<void> Datagrams::get_option(Turn& turn, int level, int name, void* value, socklen_t& length) {
    if (static_cast<int>(length) < 0) return fail(EINVAL);
    if (level == SOL_SOCKET && name == SO_RCVTIMEO) return value_to(time_of(limits_.receive), value, length);
    if (level == SOL_SOCKET && name == SO_SNDTIMEO) return value_to(time_of(limits_.send), value, length);
    if (level == SOL_SOCKET && name == SO_LINGER) return value_to(::linger{}, value, length);
    if (level == SOL_SOCKET && name == SO_ERROR)
        return value_to(errno_of(socket_.take_error()), value, length);
    if (level == SOL_RAW && name == ICMP_FILTER && protocol_ == IPPROTO_ICMP)
        return value_to(socket_.options().icmp_types_ignored, value, length);
    if (level == IPPROTO_UDP && name == UDP_CORK && !is_raw())
        return value_to(is_corked_ ? 1 : 0, value, length);
    Answer<int> number = fail(ENOPROTOOPT);
    if (level == SOL_SOCKET) number = socket_number_of(turn, name);
    if (level == IPPROTO_IP) number = ip_number_of(turn, name);
    if (!number) return fail(number.error());
    return level == IPPROTO_IP ? ip_number_to(*number, value, length) : value_to(*number, value, length);
}

Answer<int> Datagrams::socket_number_of(Turn& turn, int name) const {
    const udp::Settings& settings = turn.stack().config().udp;
    const UdpOptions now = socket_.options();
    switch (name) {
        case SO_TYPE: return is_raw() ? SOCK_RAW : SOCK_DGRAM;
        case SO_DOMAIN: return AF_INET;
        case SO_PROTOCOL: return is_raw() ? int{protocol_} : int{IPPROTO_UDP};
        case SO_ACCEPTCONN: return 0;
        case SO_BROADCAST: return now.broadcast ? 1 : 0;
        case SO_REUSEADDR: return now.reuse_address ? 1 : 0;
        case SO_REUSEPORT: return now.reuse_port ? 1 : 0;
        case SO_NO_CHECK: return now.checksum ? 0 : 1;
        case SO_RCVLOWAT: return low_water_;
        case SO_SNDLOWAT: return 1;
        case SO_RCVBUF: return clamped(now.receive_buffer ? now.receive_buffer : settings.receive_buffer);
        case SO_SNDBUF: return clamped(now.send_buffer ? now.send_buffer : settings.send_buffer);
        default: return fail(ENOPROTOOPT);
    }
}

Answer<int> Datagrams::ip_number_of(Turn& turn, int name) const {
    const UdpOptions now = socket_.options();
    switch (name) {
        case IP_TOS: return now.traffic_class;
        case IP_TTL: return clamped(now.hop_limit ? now.hop_limit : turn.stack().config().net.hop_limit);
        case IP_MULTICAST_TTL: return now.group_hop_limit;
        case IP_RECVERR: return now.keep_failures ? 1 : 0;
        case IP_PKTINFO: return told_.packet_info ? 1 : 0;
        case IP_RECVTTL: return told_.hop_limit ? 1 : 0;
        case IP_RECVTOS: return told_.traffic_class ? 1 : 0;
        case IP_MTU_DISCOVER: return number_of(now.fragmentation);
        case IP_HDRINCL: return is_raw() ? Answer<int>(now.header_included ? 1 : 0) : fail(ENOPROTOOPT);
        case IP_MTU: {
            if (!socket_.is_connected()) return fail(ENOTCONN);
            const auto path = turn.stack().ip().path_to(socket_.remote().address, socket_.local().address);
            return path ? Answer<int>(clamped(path->mtu)) : fail(ENOTCONN);
        }
        default: return fail(ENOPROTOOPT);
    }
}

Answer<void> Datagrams::set_option(Turn& turn, int level, int name, const void* value, socklen_t length) {
    if (level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO)) {
        const auto time = value_from<timeval>(value, length);
        if (!time) return fail(time.error());
        const Answer<Duration> limit = limit_from(*time);
        if (!limit) return fail(limit.error());
        (name == SO_RCVTIMEO ? limits_.receive : limits_.send) = *limit;
        return {};
    }
    if (level == SOL_RAW && name == ICMP_FILTER && protocol_ == IPPROTO_ICMP) {
        const auto filter = value_from<icmp_filter>(value, length);
        if (!filter) return fail(filter.error());
        UdpOptions changed = socket_.options();
        changed.icmp_types_ignored = filter->data;
        socket_.set_options(changed);
        return {};
    }
    const Answer<int> number =
        level == IPPROTO_IP ? ip_number_from(value, length) : value_from<int>(value, length);
    if (!number) return fail(number.error());
    if (level == SOL_SOCKET) return set_socket_number(name, *number);
    if (level == IPPROTO_IP) return set_ip_number(name, *number);
    if (level != IPPROTO_UDP || name != UDP_CORK || is_raw()) return fail(ENOPROTOOPT);
    is_corked_ = *number != 0;
    if (is_corked_ || !pending_to_) return {};
    // udp(7): taking the cork out sends what was held.
    const std::vector<std::uint8_t> whole = std::exchange(pending_, {});
    const auto sent = send_whole(turn, whole, *std::exchange(pending_to_, std::nullopt), 0);
    return sent ? Answer<void>{} : fail(sent.error());
}

Answer<void> Datagrams::set_socket_number(int name, int number) {
    UdpOptions changed = socket_.options();
    switch (name) {
        case SO_BROADCAST: changed.broadcast = number != 0; break;
        case SO_REUSEADDR: changed.reuse_address = number != 0; break;
        case SO_REUSEPORT: changed.reuse_port = number != 0; break;
        case SO_NO_CHECK: changed.checksum = number == 0; break;
        case SO_RCVLOWAT: low_water_ = std::max(number, 1); return {};  // a datagram is always enough
        case SO_RCVBUF: changed.receive_buffer = buffer_of(number, receive_buffer_least); break;
        case SO_SNDBUF: changed.send_buffer = buffer_of(number, send_buffer_least); break;
        default: return fail(ENOPROTOOPT);
    }
    socket_.set_options(changed);
    return {};
}

Answer<void> Datagrams::set_ip_number(int name, int number) {
    UdpOptions changed = socket_.options();
    const bool is_octet = number >= 0 && number <= 255;
    switch (name) {
        case IP_TOS: changed.traffic_class = static_cast<std::uint8_t>(number & 0xff); break;
        case IP_TTL:
            if (number != -1 && (number < 1 || number > 255)) return fail(EINVAL);
            changed.hop_limit = number == -1 ? std::uint8_t{0} : static_cast<std::uint8_t>(number);
            break;
        case IP_MULTICAST_TTL:
            if (number != -1 && !is_octet) return fail(EINVAL);
            changed.group_hop_limit = number == -1 ? std::uint8_t{1} : static_cast<std::uint8_t>(number);
            break;
        case IP_RECVERR: changed.keep_failures = number != 0; break;
        case IP_PKTINFO: told_.packet_info = number != 0; return {};
        case IP_RECVTTL: told_.hop_limit = number != 0; return {};
        case IP_RECVTOS: told_.traffic_class = number != 0; return {};
        case IP_MTU_DISCOVER: {
            const Answer<udp::Fragmentation> wanted = fragmentation_from(number);
            if (!wanted) return fail(wanted.error());
            changed.fragmentation = *wanted;
            break;
        }
        case IP_HDRINCL:
            if (!is_raw()) return fail(ENOPROTOOPT);
            changed.header_included = number != 0;
            break;
        default: return fail(ENOPROTOOPT);
    }
    socket_.set_options(changed);
    return {};
}

}  // namespace sluice::posix
