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

}  // namespace sluice::posix
