// sendfile(2): read here, sent there; the kernel's short way past the copies is not ours to take.
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "posix/call.h"
#include "posix/sockets.h"

namespace sluice::posix {
namespace {

constexpr std::size_t piece_most = 64 * 1024;

// What has gone out before an error counts; the error then comes with the next call.
Answer<std::size_t> send_from(int fd, int file, off_t at, std::size_t count) {
    std::vector<char> piece(std::min(count, piece_most));
    std::size_t sent = 0;
    while (sent < count) {
        const ssize_t got =
            ::pread(file, piece.data(), std::min(piece.size(), count - sent), at + static_cast<off_t>(sent));
        if (got == 0) break;
        const ssize_t taken = got < 0 ? got : posix::write(fd, piece.data(), static_cast<std::size_t>(got));
        if (taken < 0 && sent == 0) return fail(errno);
        if (taken < 0) break;
        sent += static_cast<std::size_t>(taken);
        if (taken < got) break;
    }
    return sent;
}

Answer<std::size_t> send_file(int fd, int file, off_t* offset, std::size_t count) {
    if (const auto found = file_at(fd); !found) return fail(found.error());
    const off_t at = offset ? *offset : ::lseek(file, 0, SEEK_CUR);
    if (at < 0) return fail(offset || errno == ESPIPE ? EINVAL : errno);
    const Answer<std::size_t> sent = send_from(fd, file, at, count);
    if (!sent) return sent;
    const off_t after = at + static_cast<off_t>(*sent);
    if (offset)
        *offset = after;
    else
        ::lseek(file, after, SEEK_SET);
    return sent;
}

}  // namespace

ssize_t sendfile(int fd, int file, off_t* offset, size_t count) {
    return told(send_file(fd, file, offset, count));
}

}  // namespace sluice::posix
