// getsockopt and setsockopt of a TCP socket: socket(7), ip(7), tcp(7).
#include <linux/tcp.h>
#include <netinet/in.h>
#include <array>
#include <cstring>
#include <string_view>

#include "posix/option_values.h"
#include "posix/stream.h"

namespace sluice::posix {
namespace {

// The limits tcp(7) puts on what an application asks for.
constexpr int keepalive_seconds_max = 32767;
constexpr int keepalive_probes_max = 127;
constexpr int ecn_bits = 3;
// TCP_MAXSEG of Linux: TCP_MIN_MSS to MAX_TCP_WINDOW.
constexpr int mss_least = 88;
constexpr int mss_most = 32767;
constexpr std::size_t congestion_name_max = 16;  // TCP_CA_NAME_MAX
int in_seconds(Duration duration) { return clamped(static_cast<std::uint64_t>(duration / 1s)); }

}  // namespace

TcpOptions Stream::options() const {
    if (socket_) return socket_.options();
    return listener_ ? listener_.options() : options_;
}

void Stream::set_options(const TcpOptions& options) {
    if (socket_)
        socket_.set_options(options);
    else if (listener_)
        listener_.set_options(options);
    else
        options_ = options;
}

Answer<void> Stream::get_option(Turn& turn, int level, int name, void* value, socklen_t& length) {
    if (static_cast<int>(length) < 0) return fail(EINVAL);
    if (level == IPPROTO_TCP && name == TCP_INFO) return get_info(turn, value, length);
    if (level == IPPROTO_TCP && name == TCP_CONGESTION) return get_congestion(turn, value, length);
    if (level == SOL_SOCKET && name == SO_LINGER) return value_to(linger_of(), value, length);
    if (level == SOL_SOCKET && name == SO_RCVTIMEO)
        return value_to(time_of(own_.limits.receive), value, length);
    if (level == SOL_SOCKET && name == SO_SNDTIMEO) return value_to(time_of(own_.limits.send), value, length);
    if (level == SOL_SOCKET && name == SO_ERROR) return value_to(take_error(), value, length);

    const Answer<int> number = number_of(turn, level, name);
    if (!number) return fail(number.error());
    return level == IPPROTO_IP ? ip_number_to(*number, value, length) : value_to(*number, value, length);
}

// tcp(7): the name, filled up with zeros to the length Linux uses.
Answer<void> Stream::get_congestion(Turn& turn, void* value, socklen_t& length) const {
    const std::string_view name =
        tcp::text_of(options().congestion.value_or(turn.stack().config().tcp.congestion));
    std::array<char, congestion_name_max> text{};
    std::ranges::copy(name, text.begin());
    return value_to(text, value, length);
}

Answer<void> Stream::set_congestion(const void* value, socklen_t length) {
    if (length < 1) return fail(EINVAL);
    if (!value) return fail(EFAULT);
    const std::string_view text(static_cast<const char*>(value),
                                std::min<std::size_t>(length, congestion_name_max - 1));
    const auto congestion = tcp::congestion_named(text.substr(0, text.find('\0')));
    if (!congestion || *congestion == tcp::Congestion::fixed) return fail(ENOENT);  // fixed is for tests
    TcpOptions changed = options();
    changed.congestion = congestion;
    set_options(changed);
    return {};
}

Answer<int> Stream::number_of(Turn& turn, int level, int name) const {
    switch (level) {
        case SOL_SOCKET: return socket_number_of(turn, name);
        case IPPROTO_TCP: return tcp_number_of(turn, name);
        case IPPROTO_IP: return ip_number_of(turn, name);
        default: return fail(ENOPROTOOPT);
    }
}

Answer<int> Stream::socket_number_of(Turn& turn, int name) const {
    const tcp::Settings& settings = turn.stack().config().tcp;
    const TcpOptions now = options();
    switch (name) {
        case SO_TYPE: return SOCK_STREAM;
        case SO_DOMAIN: return AF_INET;
        case SO_PROTOCOL: return IPPROTO_TCP;
        case SO_ACCEPTCONN: return listener_ ? 1 : 0;
        case SO_REUSEADDR: return own_.reuse.address ? 1 : 0;
        case SO_REUSEPORT: return own_.reuse.port ? 1 : 0;
        case SO_KEEPALIVE: return now.keep_alive ? 1 : 0;
        case SO_OOBINLINE: return own_.urgent_inline ? 1 : 0;
        case SO_RCVLOWAT: return own_.low_water;
        case SO_SNDLOWAT: return 1;
        case SO_RCVBUF: return clamped(now.receive_buffer ? now.receive_buffer : settings.receive_buffer);
        case SO_SNDBUF: return clamped(now.send_buffer ? now.send_buffer : settings.send_buffer);
        default: return fail(ENOPROTOOPT);
    }
}

Answer<int> Stream::tcp_number_of(Turn& turn, int name) const {
    const tcp::Settings& settings = turn.stack().config().tcp;
    const TcpOptions now = options();
    switch (name) {
        case TCP_NODELAY: return now.no_delay ? 1 : 0;
        case TCP_CORK: return own_.cork ? 1 : 0;
        case TCP_MAXSEG:
            if (socket_ && !is_opening()) return clamped(socket_.info().mss_send);
            return clamped(now.mss ? now.mss : settings.mss_default);
        case TCP_KEEPIDLE:
            return in_seconds(now.keepalive_idle > 0s ? now.keepalive_idle : settings.keepalive_idle);
        case TCP_KEEPINTVL:
            return in_seconds(now.keepalive_interval > 0s ? now.keepalive_interval
                                                          : settings.keepalive_interval);
        case TCP_KEEPCNT:
            return clamped(now.keepalive_probes ? now.keepalive_probes : settings.keepalive_probes);
        case TCP_QUICKACK: return now.quick_ack ? 1 : 0;
        case TCP_NOTSENT_LOWAT: return clamped(now.unsent_low_water);
        case TCP_DEFER_ACCEPT: return in_seconds(now.defer_accept);
        case TCP_FASTOPEN: return clamped(now.fast_open);
        case TCP_FASTOPEN_CONNECT: return own_.fast_open_connect ? 1 : 0;
        case TCP_USER_TIMEOUT:
            return now.user_timeout ? clamped(static_cast<std::uint64_t>(in_ms(*now.user_timeout))) : 0;
        default: return fail(ENOPROTOOPT);
    }
}

Answer<int> Stream::ip_number_of(Turn& turn, int name) const {
    const TcpOptions now = options();
    switch (name) {
        case IP_TOS: return now.traffic_class;
        case IP_RECVERR: return now.report_soft_errors ? 1 : 0;
        case IP_TTL: return clamped(now.hop_limit ? now.hop_limit : turn.stack().config().tcp.hop_limit);
        default: return fail(ENOPROTOOPT);
    }
}

::linger Stream::linger_of() const {
    if (!own_.linger) return {};
    return {1, in_seconds(*own_.linger)};
}

Answer<void> Stream::set_option(Turn& turn, int level, int name, const void* value, socklen_t length) {
    if (level == SOL_SOCKET && name == SO_LINGER) {
        const auto wanted = value_from<::linger>(value, length);
        return wanted ? set_linger(*wanted) : fail(wanted.error());
    }
    if (level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO)) {
        const auto time = value_from<timeval>(value, length);
        if (!time) return fail(time.error());
        const Answer<Duration> limit = limit_from(*time);
        if (!limit) return fail(limit.error());
        (name == SO_RCVTIMEO ? own_.limits.receive : own_.limits.send) = *limit;
        return {};
    }
    if (level == IPPROTO_TCP && name == TCP_CONGESTION) return set_congestion(value, length);
    const Answer<int> number =
        level == IPPROTO_IP ? ip_number_from(value, length) : value_from<int>(value, length);
    if (!number) return fail(number.error());
    switch (level) {
        case SOL_SOCKET: return set_socket_number(turn, name, *number);
        case IPPROTO_TCP: return set_tcp_number(name, *number);
        case IPPROTO_IP: return set_ip_number(name, *number);
        default: return fail(ENOPROTOOPT);
    }
}

// SO_LINGER with zero seconds makes close() a reset, which is the core's business; longer times are waited for here.
Answer<void> Stream::set_linger(const ::linger& wanted) {
    own_.linger.reset();
    if (wanted.l_onoff != 0) own_.linger = std::chrono::seconds(std::max(wanted.l_linger, 0));
    TcpOptions changed = options();
    changed.linger = own_.linger;
    set_options(changed);
    return {};
}

Answer<void> Stream::set_socket_number(Turn& turn, int name, int number) {
    TcpOptions changed = options();
    switch (name) {
        case SO_REUSEADDR:
        case SO_REUSEPORT:
            (name == SO_REUSEADDR ? own_.reuse.address : own_.reuse.port) = number != 0;
            turn.driver().ports().set_reuse(*this, own_.reuse);
            return {};
        case SO_OOBINLINE: own_.urgent_inline = number != 0; return {};
        case SO_RCVLOWAT:
            own_.low_water = number < 0 ? std::numeric_limits<int>::max() : std::max(number, 1);
            return {};
        case SO_KEEPALIVE: changed.keep_alive = number != 0; break;
        case SO_RCVBUF: changed.receive_buffer = buffer_of(number, receive_buffer_least); break;
        case SO_SNDBUF: changed.send_buffer = buffer_of(number, send_buffer_least); break;
        default: return fail(ENOPROTOOPT);  // also for what can only be read
    }
    set_options(changed);
    return {};
}

Answer<void> Stream::set_tcp_number(int name, int number) {
    TcpOptions changed = options();
    switch (name) {
        case TCP_NODELAY: changed.no_delay = number != 0; break;
        case TCP_CORK:
            own_.cork = number != 0;
            changed.cork = own_.cork || is_more_coming_;
            break;
        case TCP_MAXSEG:
            if (number != 0 && (number < mss_least || number > mss_most)) return fail(EINVAL);
            changed.mss = static_cast<std::uint16_t>(number);
            break;
        case TCP_KEEPIDLE:
            if (number < 1 || number > keepalive_seconds_max) return fail(EINVAL);
            changed.keepalive_idle = std::chrono::seconds(number);
            break;
        case TCP_KEEPINTVL:
            if (number < 1 || number > keepalive_seconds_max) return fail(EINVAL);
            changed.keepalive_interval = std::chrono::seconds(number);
            break;
        case TCP_KEEPCNT:
            if (number < 1 || number > keepalive_probes_max) return fail(EINVAL);
            changed.keepalive_probes = static_cast<std::uint32_t>(number);
            break;
        case TCP_QUICKACK: changed.quick_ack = number != 0; break;  // Choice: until it is unset
        case TCP_NOTSENT_LOWAT: changed.unsent_low_water = static_cast<std::uint32_t>(number); break;
        case TCP_DEFER_ACCEPT: changed.defer_accept = std::chrono::seconds(std::max(number, 0)); break;
        case TCP_FASTOPEN:
            if (number < 0 || socket_) return fail(EINVAL);
            changed.fast_open = static_cast<std::uint32_t>(number);
            break;
        case TCP_FASTOPEN_CONNECT:
            if (number != 0 && number != 1) return fail(EINVAL);
            if (socket_ || listener_) return fail(EINVAL);
            own_.fast_open_connect = number == 1;
            return {};
        case TCP_USER_TIMEOUT:
            if (number < 0) return fail(EINVAL);
            changed.user_timeout.reset();
            if (number > 0) changed.user_timeout = std::chrono::milliseconds(number);
            break;
        default: return fail(ENOPROTOOPT);
    }
    set_options(changed);
    return {};
}

Answer<void> Stream::set_ip_number(int name, int number) {
    TcpOptions changed = options();
    switch (name) {
        case IP_TOS:
            // ip(7), RFC 3168 6.1: the ECN bits of a TCP socket are TCP's own.
            changed.traffic_class = static_cast<std::uint8_t>(number & 0xff & ~ecn_bits);
            break;
        case IP_RECVERR:  // RFC 9293 3.9.1.8 [MUST-47, SHLD-20]
            changed.report_soft_errors = number != 0;
            break;
        case IP_TTL:
            if (number != -1 && (number < 1 || number > 255)) return fail(EINVAL);
            changed.hop_limit = number == -1 ? std::uint8_t{0} : static_cast<std::uint8_t>(number);
            break;
        default: return fail(ENOPROTOOPT);
    }
    set_options(changed);
    return {};
}

}  // namespace sluice::posix
