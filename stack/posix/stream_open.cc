// bind, listen, accept, connect and close of a TCP socket.
#include <cerrno>

#include "posix/stream.h"

namespace sluice::posix {
namespace {

// The state of the wire while connect() waits.
bool is_being_opened(State state) { return state == State::syn_sent || state == State::syn_received; }

// The peer has not yet acknowledged all that was written, and our FIN.
bool has_unacknowledged(State state) {
    return state == State::fin_wait_1 || state == State::close_wait || state == State::closing ||
           state == State::last_ack || state == State::established || state == State::syn_received;
}

}  // namespace

// One that takes text before its handshake is over is as good as open (RFC 7413).
bool Stream::is_opening() const { return is_being_opened(socket_.state()) && !socket_.readiness().writable; }

Answer<void> Stream::bind(Turn& turn, const wire::Endpoint& local) {
    if (bound_ || listener_ || socket_) return fail(EINVAL);
    if (!local.address.is_unspecified() && !turn.stack().ip().is_ours(local.address))
        return fail(EADDRNOTAVAIL);
    const Answer<std::uint16_t> port = driver()->ports().claim(turn.stack(), *this, local, own_.reuse);
    if (!port) return fail(port.error());
    bound_ = {local.address, *port};
    return {};
}

Answer<void> Stream::listen(Turn& turn, int backlog) {
    if (socket_) return fail(EINVAL);
    // listen(2): silently limited; 0 still takes one, a negative number asks for the most.
    const std::uint32_t most = turn.stack().config().tcp.backlog_max;
    const std::uint32_t wanted =
        backlog < 0 ? most : std::clamp(static_cast<std::uint32_t>(backlog), 1U, most);
    if (listener_) {
        listener_.set_backlog(wanted);
        return {};
    }
    if (!bound_)
        if (const Answer<void> chosen = bind(turn, {}); !chosen) return chosen;

    auto listener = turn.stack().listen({.address = bound_->address,
                                         .port = bound_->port,
                                         .backlog = wanted,
                                         .options = options_,
                                         .reuse_address = own_.reuse.address,
                                         .reuse_port = own_.reuse.port});
    if (!listener) return fail(errno_of(listener.error()));
    listener_ = std::move(*listener);
    listener_.watch(this);
    is_input_shut_ = is_output_shut_ = false;
    return {};
}

Answer<std::shared_ptr<Socket>> Stream::accept(Turn& turn) {
    const TimePoint until = limit_from_now(own_.limits.receive);
    for (;;) {
        if (!listener_) return fail(EINVAL);
        auto accepted = listener_.accept();
        if (accepted) {
            auto stream = std::make_shared<Stream>(driver());
            stream->adopt(std::move(*accepted), own_);
            return stream;
        }
        if (accepted.error() != Error::would_block) return fail(errno_of(accepted.error()));
        if (const int error = wait(turn, !is_nonblocking, until)) return fail(error);
    }
}

void Stream::adopt(TcpSocket socket, const OwnOptions& own) {
    socket_ = std::move(socket);
    own_ = own;
    is_connect_told_ = true;
    driver()->add(*this);
    socket_.watch(this);
}

// As inet_stream_connect() of Linux does it: EINPROGRESS when a call gives up waiting, EALREADY when it finds an attempt
// under way, the outcome once, then EISCONN.
Answer<void> Stream::connect(Turn& turn, const wire::Endpoint& remote) {
    if (listener_ || (socket_ && is_connect_told_)) return fail(EISCONN);
    if (socket_) return finish_connect(turn, EALREADY);
    if (const Answer<void> begun = begin_connect(turn, remote, false); !begun) return begun;
    return finish_connect(turn, EINPROGRESS);
}

Answer<void> Stream::begin_connect(Turn& turn, const wire::Endpoint& remote, bool with_text) {
    if (!socket_) options_.fast_open_connect = own_.fast_open_connect || with_text;
    // Choice: 0.0.0.0 is no destination (RFC 9293 3.9.2.3 [MUST-46]); Linux takes it for this host.
    auto socket = turn.stack().connect(
        {.remote = remote, .local = bound_.value_or(wire::Endpoint{}), .options = options_});
    // ip(7): no ephemeral port is left. A tuple in use keeps EADDRINUSE (states.md 10).
    if (!socket) {
        const bool is_exhausted = socket.error() == Error::address_in_use && !bound_;
        return fail(is_exhausted ? EADDRNOTAVAIL : errno_of(socket.error()));
    }
    socket_ = std::move(*socket);
    error_ = 0;
    is_input_shut_ = is_output_shut_ = false;
    consumed_ = urgent_read_ = 0;
    urgent_kept_.reset();
    socket_.watch(this);
    return {};
}

Answer<void> Stream::finish_connect(Turn& turn, int progress) {
    const TimePoint until = limit_from_now(own_.limits.send);
    const bool is_blocking = !is_nonblocking;
    while (is_opening()) {
        const int error = wait(turn, is_blocking, until);
        if (error == EAGAIN && is_opening()) return fail(progress);
        if (error != 0 && error != EAGAIN) return fail(error);
    }
    // POSIX: "the state of the socket is unspecified" after a failure. Here, as on Linux, it may be used again.
    if (socket_.state() == State::closed) {
        const int error = take_error();
        become_unconnected();
        return fail(error != 0 ? error : ECONNABORTED);
    }
    is_connect_told_ = true;
    return {};
}

Answer<void> Stream::disconnect(Turn&) {
    if (socket_) {
        options_ = socket_.options();
        socket_.abort();
    }
    if (listener_) options_ = listener_.options();
    listener_.close();
    become_unconnected();
    tell();
    return {};
}

void Stream::become_unconnected() {
    if (socket_) options_ = socket_.options();
    socket_.close();
    error_ = 0;
    is_connect_told_ = is_input_shut_ = is_output_shut_ = is_more_coming_ = false;
}

Answer<wire::Endpoint> Stream::local(Turn&) const {
    if (socket_) return socket_.local();
    if (listener_) return listener_.local();
    return bound_.value_or(wire::Endpoint{});
}

Answer<wire::Endpoint> Stream::remote(Turn&) const {
    if (!socket_ || socket_.state() == State::closed || socket_.state() == State::syn_sent)
        return fail(ENOTCONN);
    return socket_.remote();
}

void Stream::close(Turn& turn) {
    set_closed();
    tell();
    driver()->ports().release(*this);
    listener_.close();
    if (socket_ && own_.linger && *own_.linger > Duration::zero()) linger(turn);
    driver()->remove(*this);
    socket_.close();
}

// SO_LINGER (socket(7)): close() waits until what was written is acknowledged, or the time is over; also on a
// non-blocking socket, as on Linux. Unread data makes close() a reset (states.md D-16): nothing to wait for.
void Stream::linger(Turn& turn) {
    if (socket_.info().receive_queue > 0 || !socket_.shutdown_write()) return;
    const TimePoint until = limit_from_now(*own_.linger);
    while (has_unacknowledged(socket_.state()))
        if (turn.wait(driver()->progress(), until) != 0) return;
}

void Stream::lose_stack() {
    tell();
    listener_.close();
    socket_.close();
}

}  // namespace sluice::posix
