#include "posix/buffers.h"

#include <cerrno>

namespace sluice::posix {

Answer<std::size_t> total_of(Buffers buffers, bool is_touched) {
    std::size_t total = 0;
    for (const iovec& buffer : buffers) {
        if (buffer.iov_len > SSIZE_MAX - total) return fail(EINVAL);
        if (is_touched && buffer.iov_len > 0 && !buffer.iov_base) return fail(EFAULT);
        total += buffer.iov_len;
    }
    return total;
}

std::size_t scatter(ByteView octets, Buffers room) {
    std::size_t copied = 0;
    for (Walk walk(room); copied < octets.size() && !walk.is_done();) {
        const ByteSpan to = walk.room(octets.size() - copied);
        std::copy_n(octets.begin() + static_cast<std::ptrdiff_t>(copied), to.size(), to.begin());
        copied += to.size();
        walk.advance(to.size());
    }
    return copied;
}

}  // namespace sluice::posix
