#include "posix/local.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "posix/option_values.h"

namespace sluice::posix {
namespace {

constexpr std::size_t messages_most = 1024;  // also of none or few octets

}  // namespace

Local::Pair Local::make_pair(const std::shared_ptr<Driver>& driver, int kind) {
    Pair pair{std::make_shared<Local>(driver, kind), std::make_shared<Local>(driver, kind)};
    pair.first->peer_ = pair.second;
    pair.second->peer_ = pair.first;
    return pair;
}

// They have no names, and never another peer.
Answer<void> Local::bind(Turn&, const wire::Endpoint&) { return fail(EINVAL); }
Answer<void> Local::connect(Turn&, const wire::Endpoint&) { return fail(EISCONN); }
Answer<void> Local::disconnect(Turn&) { return fail(EINVAL); }
Answer<wire::Endpoint> Local::local(Turn&) const { return wire::Endpoint{}; }
Answer<wire::Endpoint> Local::remote(Turn&) const { return wire::Endpoint{}; }

// --- send

// Why nothing can be sent: 0 or an errno.
int Local::check_peer() const {
    if (is_output_shut_) return EPIPE;
    const auto peer = peer_.lock();
    if (!peer || peer->is_closed()) return kind_ == SOCK_DGRAM ? ECONNREFUSED : EPIPE;
    return peer->is_input_shut_ ? EPIPE : 0;
}

std::size_t Local::room_at(const Local& peer) const {
    if (peer.inbox_.size() >= messages_most || peer.inbox_octets_ >= send_buffer_) return 0;
    return send_buffer_ - peer.inbox_octets_;
}

void Local::deliver(Local& peer, Walk& walk, std::size_t octets) {
    std::vector<std::uint8_t> message;
    message.reserve(octets);
    while (message.size() < octets) {
        const ByteSpan piece = walk.room(octets - message.size());
        message.insert(message.end(), piece.begin(), piece.end());
        walk.advance(piece.size());
    }
    peer.inbox_octets_ += octets;
    peer.inbox_.push_back(std::move(message));
    peer.tell();
}

Answer<std::size_t> Local::send(Turn& turn, const MessageOut& message, int flags) {
    if ((flags & MSG_OOB) != 0) return fail(EOPNOTSUPP);
    if (!message.control.empty()) return fail(EOPNOTSUPP);  // descriptors are not passed on
    if (message.to) return fail(EISCONN);
    const Answer<std::size_t> total = total_of(message.data);
    if (!total) return total;
    if (!is_stream() && *total > send_buffer_) return fail(EMSGSIZE);
    const TimePoint until = limit_from_now(limits_.send);
    Walk walk(message.data);
    std::size_t sent = 0;
    for (;;) {
        if (const int error = error_ != 0 ? std::exchange(error_, 0) : check_peer())
            return sent > 0 ? Answer<std::size_t>(sent) : fail(error);
        const std::shared_ptr<Local> peer = peer_.lock();
        const std::size_t room = room_at(*peer);
        const std::size_t left = *total - sent;
        if (is_stream() && left == 0) return sent;
        if (is_stream() ? room > 0 : room >= std::max<std::size_t>(left, 1)) {
            const std::size_t octets = std::min(left, room);
            deliver(*peer, walk, octets);
            sent += octets;
            if (sent == *total) return sent;
            continue;
        }
        if (const int error = wait(turn, blocks(flags), until))
            return sent > 0 ? Answer<std::size_t>(sent) : fail(error);
    }
}

// --- receive

bool Local::is_input_over() const {
    if (is_input_shut_) return true;
    const auto peer = peer_.lock();
    if (kind_ == SOCK_DGRAM) return false;
    return !peer || peer->is_closed() || peer->is_output_shut_;
}

// What the inbox has for the room: of a stream as much as fits, else one message.
std::size_t Local::take(MessageIn& message, int flags) {
    const bool is_peek = (flags & MSG_PEEK) != 0;
    if (!is_stream()) {
        const std::vector<std::uint8_t>& front = inbox_.front();
        const std::size_t length = front.size();
        const std::size_t copied = scatter(front, message.room);
        if (copied < length) message.flags |= MSG_TRUNC;
        if (!is_peek) {
            inbox_octets_ -= length;
            inbox_.pop_front();
        }
        return (flags & MSG_TRUNC) != 0 ? length : copied;
    }
    Walk walk(message.room);
    std::size_t copied = 0;
    std::size_t at = 0;
    for (std::size_t from = front_read_; !walk.is_done() && at < inbox_.size();) {
        const ByteView piece = ByteView(inbox_[at]).subspan(from);
        const ByteSpan to = walk.room(piece.size());
        std::copy_n(piece.begin(), to.size(), to.begin());
        copied += to.size();
        walk.advance(to.size());
        from += to.size();
        if (from == inbox_[at].size()) {
            ++at;
            from = 0;
        }
        if (!is_peek) front_read_ = from;
    }
    if (is_peek) return copied;
    inbox_.erase(inbox_.begin(), inbox_.begin() + static_cast<std::ptrdiff_t>(at));
    inbox_octets_ -= copied;
    return copied;
}

Answer<std::size_t> Local::receive(Turn& turn, MessageIn& message, int flags) {
    if ((flags & MSG_OOB) != 0) return fail(EOPNOTSUPP);
    const Answer<std::size_t> total = total_of(message.room);
    if (!total) return total;
    if (is_stream() && *total == 0) return 0U;
    const TimePoint until = limit_from_now(limits_.receive);
    const bool wants_all = is_stream() && (flags & (MSG_WAITALL | MSG_PEEK)) == MSG_WAITALL;
    const std::size_t enough = wants_all ? std::min<std::size_t>(*total, send_buffer_) : 1;
    for (;;) {
        const std::size_t waiting = is_stream() ? inbox_octets_ : inbox_.size();
        const bool is_over = is_input_over();
        if (waiting > 0 && (waiting >= enough || is_over)) {
            const std::size_t got = take(message, flags);
            if (const auto peer = peer_.lock(); peer && (flags & MSG_PEEK) == 0) peer->tell();
            return got;
        }
        if (error_ != 0) return fail(std::exchange(error_, 0));
        if (is_over) return 0U;
        if (const int error = wait(turn, blocks(flags), until)) {
            if (error == EAGAIN && waiting > 0) return take(message, flags);
            return fail(error);
        }
    }
}

// --- the rest

Answer<void> Local::shutdown(Turn&, int how) {
    if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR) return fail(EINVAL);
    is_input_shut_ = is_input_shut_ || how != SHUT_WR;
    is_output_shut_ = is_output_shut_ || how != SHUT_RD;
    tell();
    if (const auto peer = peer_.lock()) peer->tell();
    return {};
}

Answer<int> Local::control(Turn&, unsigned long request) {
    switch (request) {
        case SIOCINQ:
            if (is_stream()) return static_cast<int>(inbox_octets_);
            return inbox_.empty() ? 0 : static_cast<int>(inbox_.front().size());
        case SIOCOUTQ: {
            const auto peer = peer_.lock();
            return peer ? static_cast<int>(peer->inbox_octets_) : 0;
        }
        default: return fail(ENOTTY);
    }
}

// unix_poll() of Linux.
short Local::events() const {
    if (is_closed()) return POLLNVAL;
    int events = error_ != 0 ? POLLERR : 0;
    const auto peer = peer_.lock();
    const bool is_over = is_input_over();
    if (is_over) events |= POLLIN | POLLRDNORM | POLLRDHUP;
    if (is_over && (is_output_shut_ || check_peer() != 0)) events |= POLLHUP;
    if (!inbox_.empty()) events |= POLLIN | POLLRDNORM;
    if (!peer || peer->is_closed() || room_at(*peer) > 0) events |= POLLOUT | POLLWRNORM;
    return static_cast<short>(events);
}

// unix(7): who closes with unread data resets a stream.
void Local::close(Turn&) {
    set_closed();
    tell();
    driver()->remove(*this);
    if (const auto peer = peer_.lock()) {
        if (!inbox_.empty() && kind_ != SOCK_DGRAM) peer->error_ = ECONNRESET;
        peer->tell();
    }
    inbox_.clear();
}

void Local::lose_stack() { tell(); }

Answer<void> Local::get_option(Turn&, int level, int name, void* value, socklen_t& length) {
    if (static_cast<int>(length) < 0) return fail(EINVAL);
    if (level != SOL_SOCKET) return fail(ENOPROTOOPT);
    switch (name) {
        case SO_TYPE: return value_to(kind_, value, length);
        case SO_DOMAIN: return value_to(int{AF_UNIX}, value, length);
        case SO_PROTOCOL:
        case SO_ACCEPTCONN: return value_to(0, value, length);
        case SO_ERROR: return value_to(std::exchange(error_, 0), value, length);
        case SO_SNDBUF:
        case SO_RCVBUF: return value_to(clamped(send_buffer_), value, length);
        case SO_RCVTIMEO: return value_to(time_of(limits_.receive), value, length);
        case SO_SNDTIMEO: return value_to(time_of(limits_.send), value, length);
        default: return fail(ENOPROTOOPT);
    }
}

Answer<void> Local::set_option(Turn&, int level, int name, const void* value, socklen_t length) {
    if (level != SOL_SOCKET) return fail(ENOPROTOOPT);
    if (name == SO_RCVTIMEO || name == SO_SNDTIMEO) {
        const auto time = value_from<timeval>(value, length);
        if (!time) return fail(time.error());
        const Answer<Duration> limit = limit_from(*time);
        if (!limit) return fail(limit.error());
        (name == SO_RCVTIMEO ? limits_.receive : limits_.send) = *limit;
        return {};
    }
    const Answer<int> number = value_from<int>(value, length);
    if (!number) return fail(number.error());
    if (name == SO_RCVBUF) return {};  // unix(7): without effect
    if (name != SO_SNDBUF) return fail(ENOPROTOOPT);
    send_buffer_ = buffer_of(*number, send_buffer_least);
    return {};
}

}  // namespace sluice::posix
