// A walk over the octets of an iovec array.
#pragma once

#include <sys/uio.h>

#include <algorithm>
#include <climits>
#include <span>

#include "base/bytes.h"
#include "posix/answer.h"

namespace sluice::posix {

using Buffers = std::span<const iovec>;

// Octets of all of them. EINVAL: more than a call could answer; EFAULT: octets at no address, unless none will be touched.
Answer<std::size_t> total_of(Buffers buffers, bool is_touched = true);

// Copies as many octets as there is room for; how many.
std::size_t scatter(ByteView octets, Buffers room);

class Walk {
public:
    explicit Walk(Buffers buffers) : buffers_(buffers) { skip_empty(); }

    bool is_done() const { return buffers_.empty(); }
    // What is left of the current buffer.
    std::size_t left() const { return buffers_.front().iov_len - at_; }
    // The same octets, at most `most`.
    ByteSpan room(std::size_t most = SIZE_MAX) const {
        return {static_cast<std::uint8_t*>(buffers_.front().iov_base) + at_, std::min(left(), most)};
    }
    void advance(std::size_t octets) {
        at_ += octets;
        SLUICE_CHECK(at_ <= buffers_.front().iov_len);
        skip_empty();
    }

private:
    void skip_empty() {
        while (!buffers_.empty() && at_ == buffers_.front().iov_len) {
            buffers_ = buffers_.subspan(1);
            at_ = 0;
        }
    }

    Buffers buffers_;
    std::size_t at_ = 0;
};

}  // namespace sluice::posix
