// send, receive, shutdown and the poll level of a TCP socket.
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "posix/addresses.h"
#include "posix/stream.h"

namespace sluice::posix {
// What stopped an earlier call half-way is told by the next one, once.
int Stream::take_error() {
    if (error_ != 0) return std::exchange(error_, 0);
    return socket_ ? errno_of(socket_.take_error()) : 0;
}

// --- receive

// How many octets end the wait: what was asked for with MSG_WAITALL, else SO_RCVLOWAT.
std::size_t Stream::least(std::size_t wanted, int flags) const {
    if ((flags & MSG_WAITALL) != 0) return wanted;
    return std::min(wanted, static_cast<std::size_t>(own_.low_water));
}

Answer<std::size_t> Stream::receive(Turn& turn, MessageIn& message, int flags) {
    const Buffers room = message.room;
    if ((flags & MSG_ERRQUEUE) != 0) return fail(EAGAIN);  // there never is anything in it
    if (!socket_) return error_ != 0 ? fail(take_error()) : fail(ENOTCONN);
    const Answer<std::size_t> wanted =
        total_of(room, (flags & (MSG_TRUNC | MSG_OOB | MSG_PEEK)) != MSG_TRUNC);
    if (!wanted) return wanted;
    if ((flags & MSG_OOB) != 0) return receive_urgent(room, flags, message.flags);
    if (*wanted == 0) return 0U;
    if ((flags & MSG_PEEK) != 0) return peek(turn, room, *wanted, flags);

    const TimePoint until = limit_from_now(own_.limits.receive);
    const std::size_t enough = least(*wanted, flags);
    Walk walk(room);
    std::size_t got = 0;
    for (;;) {
        if (got == 0 && error_ != 0) return fail(take_error());
        const Piece piece = read_piece(walk, flags, got == 0);
        if (piece) {
            if (*piece == 0) return got;  // end of stream, or the urgent mark
            got += *piece;
            walk.advance(*piece);
            if (walk.is_done()) return got;
            continue;
        }
        int error = errno_of(piece.error());
        if (error == EAGAIN) {
            if (got >= enough) return got;
            error = wait(turn, blocks(flags), until);
            if (error == 0 && !socket_) error = ENOTCONN;
            if (error == 0) continue;
        } else if (got > 0) {
            error_ = error;
        }
        if (got > 0) return got;
        return fail(error);
    }
}

// One piece, at most up to the urgent octet: a read never runs over it, so that SIOCATMARK can find it. 0: the end.
Stream::Piece Stream::read_piece(Walk& walk, int flags, bool is_first) {
    std::size_t most = SIZE_MAX;
    if (const auto before = before_urgent()) {
        if (*before > 0) {
            most = *before;
        } else {
            if (!is_first) return 0U;
            if (!own_.urgent_inline)
                if (const Piece skipped = skip_urgent(); !skipped || *skipped == 0) return skipped;
        }
    }
    if ((flags & MSG_TRUNC) == 0) {
        const Piece piece = socket_.read(walk.room(most));
        if (piece) count(*piece);
        return piece;
    }
    const auto octets = socket_.peek();  // tcp(7): MSG_TRUNC throws the octets away; the room may be nowhere
    if (!octets) return std::unexpected(octets.error());
    const std::size_t taken = std::min({octets->size(), walk.left(), most});
    socket_.consume(taken);
    count(taken);
    return taken;
}

Answer<std::size_t> Stream::peek(Turn& turn, Buffers room, std::size_t wanted, int flags) {
    const TimePoint until = limit_from_now(own_.limits.receive);
    std::vector<std::uint8_t> copy;
    for (;;) {
        if (error_ != 0) return fail(take_error());
        std::size_t most = std::min<std::size_t>(wanted, std::max(1U, socket_.info().receive_queue));
        std::size_t enough = least(wanted, flags);
        const auto before = before_urgent();
        if (before && *before > 0) most = enough = std::min<std::size_t>(most, *before);
        const bool is_at_mark = before && *before == 0 && !own_.urgent_inline;
        Piece piece = is_at_mark ? skip_urgent() : Piece(1U);
        if (piece && *piece > 0) {
            copy.resize(most);
            piece = socket_.peek_copy(copy);
        }
        if (!piece && piece.error() != Error::would_block) return fail(errno_of(piece.error()));
        if (piece && (*piece >= enough || is_input_over())) {
            scatter(ByteView(copy).first(*piece), room);
            return *piece;
        }
        if (const int error = wait(turn, blocks(flags), until)) return fail(error);
        if (!socket_) return fail(ENOTCONN);
    }
}

bool Stream::is_input_over() const {
    return is_input_shut_ || socket_.state() == State::closed || socket_.readiness().peer_closed;
}

// --- send

Answer<std::size_t> Stream::send(Turn& turn, const MessageOut& message, int flags) {
    const Buffers data = message.data;
    const Answer<std::size_t> total = total_of(data);
    if (!total) return total;
    const TimePoint until = limit_from_now(own_.limits.send);
    if ((flags & MSG_FASTOPEN) != 0)
        if (const Answer<void> begun = connect_and_send(turn, message); !begun) return fail(begun.error());
    if (const Answer<void> open = await_open(turn, flags, until); !open) return fail(open.error());
    if (*total == 0) return 0U;
    set_more((flags & MSG_MORE) != 0);

    Walk walk(data);
    std::size_t sent = 0;
    for (;;) {
        const Piece piece = write_piece(walk.room(), *total - sent, flags);
        if (piece) {
            sent += *piece;
            walk.advance(*piece);
            if (walk.is_done()) return sent;
            continue;
        }
        int error = errno_of(piece.error());
        if (error == EAGAIN) {
            error = wait(turn, blocks(flags), until);
            if (error == 0 && !socket_) error = EPIPE;
            if (error == 0) continue;
        } else if (sent > 0 && error != EPIPE) {
            error_ = error;
        }
        if (sent > 0) return sent;
        return fail(error);
    }
}

// send(2) MSG_FASTOPEN: connect and send in one call. Without a cookie the octets follow once the connection is open; a
// call that may not wait for that says EINPROGRESS, as on Linux.
Answer<void> Stream::connect_and_send(Turn& turn, const MessageOut& message) {
    if (socket_) return fail(is_opening() ? EALREADY : EISCONN);
    const Answer<wire::Endpoint> remote = endpoint_of(message.to, message.to_length);
    if (!remote) return fail(remote.error());
    if (const Answer<void> begun = begin_connect(turn, *remote, true); !begun) return begun;
    return finish_connect(turn, EINPROGRESS);
}

// Choice: ENOTCONN on a socket that never was connected, as POSIX asks; Linux answers EPIPE. While the connection is being
// opened a blocking call waits for it, as on Linux.
Answer<void> Stream::await_open(Turn& turn, int flags, TimePoint until) {
    for (;;) {
        if (error_ != 0) return fail(take_error());
        if (!socket_) return fail(ENOTCONN);
        if (is_output_shut_) return fail(EPIPE);
        if (!is_opening()) return {};
        if (const int error = wait(turn, blocks(flags), until)) return fail(error);
    }
}

// send(2) MSG_OOB: the last octet of the call is the urgent one.
Stream::Piece Stream::write_piece(ByteView data, std::size_t left, int flags) {
    if ((flags & MSG_OOB) == 0 || data.size() < left) return socket_.write(data);
    if (data.size() == 1) return socket_.write_urgent(data);
    return socket_.write(data.first(data.size() - 1));
}

// MSG_MORE is TCP_CORK for the length of a call (send(2)).
void Stream::set_more(bool more) {
    if (more == is_more_coming_) return;
    is_more_coming_ = more;
    TcpOptions options = socket_.options();
    options.cork = more || own_.cork;
    socket_.set_options(options);
}

// --- shutdown

// inet_shutdown() of Linux: an attempt to connect is given up, a listener that may not receive listens no more.
Answer<void> Stream::shutdown(Turn& turn, int how) {
    if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR) return fail(EINVAL);
    const bool input = how != SHUT_WR;
    const bool output = how != SHUT_RD;
    if (listener_) return input ? disconnect(turn) : Answer<void>{};
    if (!socket_ || socket_.state() == State::closed) return fail(ENOTCONN);
    if (socket_.state() == State::syn_sent) return disconnect(turn);
    if (output) {
        const auto result = socket_.shutdown_write();
        if (!result) return fail(errno_of(result.error()));
        is_output_shut_ = true;
    }
    if (input) {
        socket_.shutdown_read();
        is_input_shut_ = true;
    }
    tell();
    return {};
}

// --- levels

bool Stream::is_output_over() const { return is_output_shut_ || socket_.state() == State::closed; }

bool Stream::has_input() const {
    if (!socket_.readiness().readable) return false;
    const bool is_at_mark = !own_.urgent_inline && before_urgent() == 0U;
    if (own_.low_water == 1 && !is_at_mark) return true;
    return socket_.info().receive_queue >= static_cast<std::uint32_t>(own_.low_water) + (is_at_mark ? 1 : 0);
}

// tcp_poll() of Linux, flag by flag.
short Stream::events() const {
    if (is_closed()) return POLLNVAL;
    if (listener_) return listener_.readiness().readable ? POLLIN | POLLRDNORM : 0;
    int events = error_ != 0 ? POLLERR : 0;
    if (!socket_) return static_cast<short>(events | POLLHUP | POLLOUT | POLLWRNORM);
    if (is_opening()) return static_cast<short>(events);

    const Readiness ready = socket_.readiness();
    if (ready.error) events |= POLLERR;
    if (is_input_over() && is_output_over()) events |= POLLHUP;
    if (is_input_over()) events |= POLLIN | POLLRDNORM | POLLRDHUP;
    if (has_input()) events |= POLLIN | POLLRDNORM;
    if (ready.writable || is_output_over()) events |= POLLOUT | POLLWRNORM;
    if (has_urgent()) events |= POLLPRI;
    return static_cast<short>(events);
}

// tcp(7), "Ioctls".
Answer<int> Stream::control(Turn&, unsigned long request) {
    const TcpInfo info = socket_.info();
    switch (request) {
        case SIOCINQ: {  // FIONREAD: only up to the urgent octet
            if (listener_) return fail(EINVAL);
            const auto before = before_urgent();
            const bool stops = before && *before > 0;
            return static_cast<int>(stops ? std::min(*before, info.receive_queue) : info.receive_queue);
        }
        case SIOCOUTQ:  // TIOCOUTQ
            if (listener_) return fail(EINVAL);
            return static_cast<int>(info.send_queue);
        case SIOCOUTQNSD:
            if (listener_) return fail(EINVAL);
            return static_cast<int>(info.unsent);
        case SIOCATMARK: return before_urgent() == 0U ? 1 : 0;
        default: return fail(ENOTTY);
    }
}

}  // namespace sluice::posix
