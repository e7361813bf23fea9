// Urgent data as the socket interface has it (tcp(7), RFC 6093 3): the last urgent octet, taken out of the stream unless
// SO_OOBINLINE is set, and read with MSG_OOB. The core keeps it in the stream and tells where the mark is: the octet
// after the urgent data (RFC 9293 3.8.5 [MUST-62]).
#include <array>
#include <cerrno>
#include <vector>

#include "posix/stream.h"

namespace sluice::posix {

// Octets between the reader and the urgent octet; nothing: none ahead.
std::optional<std::uint32_t> Stream::before_urgent() const {
    const std::optional<std::uint32_t> mark = socket_.urgent_mark();
    if (!mark || *mark == 0) return std::nullopt;
    return *mark - 1;
}

// The reader stands before the urgent octet and goes past it. It is kept for recv(MSG_OOB) unless that took it already.
Stream::Piece Stream::skip_urgent() {
    std::array<std::uint8_t, 1> octet{};
    const Piece got = socket_.read(octet);
    if (!got || *got == 0) return got;
    count(1);
    if (urgent_read_ == consumed_)
        urgent_kept_.reset();
    else
        urgent_kept_ = octet[0];
    return got;
}

// The octet is here and nobody has taken it.
bool Stream::has_urgent() const {
    if (urgent_kept_) return true;
    const std::optional<std::uint32_t> mark = socket_.urgent_mark();
    if (!mark || *mark == 0 || urgent_read_ == consumed_ + *mark) return false;
    return socket_.info().receive_queue >= *mark;
}

// tcp_recv_urg() of Linux: EINVAL when there is none, or it was read, or it stays in the stream; EAGAIN when it was
// announced and is still on its way. Never waits.
Answer<std::size_t> Stream::receive_urgent(Buffers room, int flags, int& flags_out) {
    if (own_.urgent_inline) return fail(EINVAL);
    std::uint8_t octet = 0;
    if (has_urgent() && !urgent_kept_) {
        const std::uint32_t mark = *socket_.urgent_mark();
        std::vector<std::uint8_t> ahead(mark);
        const auto seen = socket_.peek_copy(ahead);
        if (!seen || *seen < mark) return fail(EAGAIN);
        octet = ahead.back();
        if ((flags & MSG_PEEK) == 0) urgent_read_ = consumed_ + mark;
    } else if (urgent_kept_) {
        octet = *urgent_kept_;
        if ((flags & MSG_PEEK) == 0) urgent_kept_.reset();
    } else {
        const std::optional<std::uint32_t> mark = socket_.urgent_mark();
        if (!mark || *mark == 0 || urgent_read_ == consumed_ + *mark) return fail(EINVAL);
        if (is_input_over()) return 0U;
        return fail(EAGAIN);
    }
    flags_out |= MSG_OOB;
    const Walk walk(room);
    if (walk.is_done()) {
        flags_out |= MSG_TRUNC;
        return 0U;
    }
    walk.room(1).front() = octet;
    return 1U;
}

}  // namespace sluice::posix
