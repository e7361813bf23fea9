#include "posix/datagrams.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <utility>

#include "posix/addresses.h"
#include "wire/ipv4.h"

namespace sluice::posix {
namespace {

// Octets of the buffers, in one piece.
std::vector<std::uint8_t> gather(Buffers data, std::size_t total) {
    std::vector<std::uint8_t> octets;
    octets.reserve(total);
    for (Walk walk(data); !walk.is_done();) {
        const ByteSpan piece = walk.room();
        octets.insert(octets.end(), piece.begin(), piece.end());
        walk.advance(piece.size());
    }
    return octets;
}

}  // namespace

Datagrams::Datagrams(std::shared_ptr<Driver> driver, DatagramSocket socket, std::uint8_t protocol)
    : Socket(std::move(driver)), socket_(std::move(socket)), protocol_(protocol) {
    socket_.watch(this);
}

Answer<void> Datagrams::bind(Turn&, const wire::Endpoint& local) {
    const auto result = socket_.bind(local);
    return result ? Answer<void>{} : fail(errno_of(result.error()));
}

Answer<void> Datagrams::connect(Turn&, const wire::Endpoint& remote) {
    const auto result = socket_.connect(remote);
    return result ? Answer<void>{} : fail(errno_of(result.error()));
}

Answer<void> Datagrams::disconnect(Turn&) {
    socket_.disconnect();
    return {};
}

// --- send

Answer<UdpSending> Datagrams::sending_of(const MessageOut& message) const {
    UdpSending sending;
    if (message.to) {
        const Answer<wire::Endpoint> to = endpoint_of(message.to, message.to_length);
        if (!to) return fail(to.error());
        sending.to = *to;
    } else if (!socket_.is_connected() && !pending_to_) {
        return fail(EDESTADDRREQ);
    }
    if (!read_control(message.control, sending)) return fail(EINVAL);
    return sending;
}

Answer<std::size_t> Datagrams::send(Turn& turn, const MessageOut& message, int flags) {
    if ((flags & MSG_OOB) != 0) return fail(EOPNOTSUPP);
    if (is_output_shut_) return fail(EPIPE);
    const Answer<std::size_t> total = total_of(message.data);
    if (!total) return total;
    if (*total > wire::ipv4_packet_most - pending_.size()) return fail(EMSGSIZE);
    const Answer<UdpSending> sending = sending_of(message);
    if (!sending) return fail(sending.error());
    const std::vector<std::uint8_t> octets = gather(message.data, *total);

    // udp(7) UDP_CORK, send(2) MSG_MORE: several calls make one datagram, which goes where the first one said.
    const bool is_held = !is_raw() && (is_corked_ || (flags & MSG_MORE) != 0);
    if (!is_held && !pending_to_) return send_whole(turn, octets, *sending, flags);
    if (!pending_to_) pending_to_ = *sending;
    pending_.insert(pending_.end(), octets.begin(), octets.end());
    if (is_held) return *total;
    const std::vector<std::uint8_t> whole = std::exchange(pending_, {});
    const UdpSending to = *std::exchange(pending_to_, std::nullopt);
    const Answer<std::size_t> sent = send_whole(turn, whole, to, flags);
    return sent ? Answer<std::size_t>(*total) : sent;
}

Answer<std::size_t> Datagrams::send_whole(Turn& turn, ByteView data, const UdpSending& sending, int flags) {
    const TimePoint until = limit_from_now(limits_.send);
    for (;;) {
        const auto sent = socket_.send(data, sending);
        if (sent) return data.size();
        if (sent.error() != Error::would_block) return fail(errno_of(sent.error()));
        if (const int error = wait(turn, blocks(flags), until)) return fail(error);
    }
}

// --- receive

Answer<std::size_t> Datagrams::receive(Turn& turn, MessageIn& message, int flags) {
    if ((flags & MSG_OOB) != 0) return fail(EOPNOTSUPP);
    if (const Answer<std::size_t> total = total_of(message.room); !total) return total;
    if ((flags & MSG_ERRQUEUE) != 0) return receive_failure(message);
    const TimePoint until = limit_from_now(limits_.receive);
    for (;;) {
        if (const Error error = socket_.take_error(); error != Error::none) return fail(errno_of(error));
        if (socket_.front()) return take(message, flags);
        if (is_input_shut_) return 0U;
        if (const int error = wait(turn, blocks(flags), until)) return fail(error);
    }
}

// recv(2): what does not fit is lost; MSG_TRUNC as a flag of the call asks for the whole length.
Answer<std::size_t> Datagrams::take(MessageIn& message, int flags) {
    Datagram datagram;
    if ((flags & MSG_PEEK) != 0) {
        datagram = *socket_.front();
    } else if (auto received = socket_.receive()) {
        datagram = std::move(*received);
    }
    const std::size_t copied = scatter(datagram.data.view(), message.room);
    if (copied < datagram.data.size()) message.flags |= MSG_TRUNC;
    message.from = datagram.from;
    write_control(datagram, message);
    return (flags & MSG_TRUNC) != 0 ? datagram.data.size() : copied;
}

// --- the rest

// inet_shutdown() of Linux: an unconnected socket is told ENOTCONN, and is shut.
Answer<void> Datagrams::shutdown(Turn&, int how) {
    if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR) return fail(EINVAL);
    is_input_shut_ = is_input_shut_ || how != SHUT_WR;
    is_output_shut_ = is_output_shut_ || how != SHUT_RD;
    tell();
    if (!socket_.is_connected()) return fail(ENOTCONN);
    return {};
}

Answer<wire::Endpoint> Datagrams::local(Turn&) const { return socket_.local(); }

Answer<wire::Endpoint> Datagrams::remote(Turn&) const {
    if (!socket_.is_connected()) return fail(ENOTCONN);
    return socket_.remote();
}

// udp(7): FIONREAD tells the size of the next datagram.
Answer<int> Datagrams::control(Turn&, unsigned long request) {
    switch (request) {
        case SIOCINQ: return socket_.front() ? static_cast<int>(socket_.front()->data.size()) : 0;
        case SIOCOUTQ: return static_cast<int>(socket_.info().send_queue);
        default: return fail(ENOTTY);
    }
}

// datagram_poll() of Linux.
short Datagrams::events() const {
    if (is_closed()) return POLLNVAL;
    const Readiness ready = socket_.readiness();
    int events = 0;
    if (ready.error) events |= POLLERR;
    if (is_input_shut_) events |= POLLIN | POLLRDNORM | POLLRDHUP;
    if (is_input_shut_ && is_output_shut_) events |= POLLHUP;
    if (socket_.front()) events |= POLLIN | POLLRDNORM;
    if (ready.writable) events |= POLLOUT | POLLWRNORM;
    return static_cast<short>(events);
}

void Datagrams::close(Turn&) {
    set_closed();
    tell();
    driver()->remove(*this);
    socket_.close();
}

void Datagrams::lose_stack() {
    tell();
    socket_.close();
}

}  // namespace sluice::posix
