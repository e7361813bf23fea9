#include "host/tap.h"

#include <sys/uio.h>

#include <array>
#include <cerrno>

#include "host/offload_header.h"

namespace sluice::host {
namespace {

// A larger chunk than this is not handed over for a frame that fills less than half of it.
constexpr std::uint32_t small_chunk = 4096;

iovec piece(ByteView bytes) { return {const_cast<std::uint8_t*>(bytes.data()), bytes.size()}; }

}  // namespace

std::optional<FrameIn> Tap::read(ChunkPool& pool) {
    while (failure_.empty()) {
        if (!room_) room_ = pool.take(room_bytes_);
        OffloadHeader header{};
        const std::array<iovec, 2> pieces{
            {{&header, header_bytes_}, piece(room_.writable().first(room_bytes_))}};
        const ssize_t read = ::readv(descriptor_.number(), pieces.data(), static_cast<int>(pieces.size()));
        if (read < 0) {
            if (errno == EINTR) continue;
            if (errno == EBADFD || errno == EBADF) failure_ = "TAP " + name_ + " was deleted";
            return std::nullopt;
        }
        if (static_cast<std::size_t>(read) < header_bytes_) return std::nullopt;
        const auto length = static_cast<std::uint32_t>(read) - header_bytes_;
        // A frame that was refused does not end the burst.
        if (auto frame = accept_frame(pool, length, header)) return frame;
    }
    return std::nullopt;
}

std::optional<FrameIn> Tap::accept_frame(ChunkPool& pool, std::uint32_t length, const OffloadHeader& header) {
    if (length >= room_bytes_) {
        ++counters_.too_long_in;
        return std::nullopt;
    }
    FrameIn frame;
    frame.bytes = Slice(room_, 0, length);
    if (!read_offload_header(header, frame)) {
        ++counters_.malformed_in;
        return std::nullopt;
    }
    ++counters_.frames_in;
    counters_.octets_in += length;
    if (room_.capacity() > small_chunk && length < room_.capacity() / 2) {
        frame.bytes = pool.copy(frame.bytes.view());
    } else {
        room_ = Chunk();
    }
    return frame;
}

Device::Wrote Tap::write(const FrameOut& frame) {
    const OffloadHeader header = make_offload_header(frame);
    std::array<iovec, SliceList::capacity + 2> pieces;
    std::size_t count = 0;
    pieces[count++] = {const_cast<OffloadHeader*>(&header), header_bytes_};
    pieces[count++] = piece(frame.header());
    for (const Slice& slice : frame.payload) pieces[count++] = piece(slice.view());
    ssize_t written;
    do {
        written = ::writev(descriptor_.number(), pieces.data(), static_cast<int>(count));
    } while (written < 0 && errno == EINTR);
    if (written >= 0) {
        ++counters_.frames_out;
        counters_.octets_out += frame.size();
        return Wrote::taken;
    }
    if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
        ++counters_.queue_full;
        return Wrote::full;
    }
    if (errno == EBADFD || errno == EBADF) failure_ = "TAP " + name_ + " was deleted";
    ++counters_.failed_out;  // EIO: the interface is down.
    return Wrote::taken;
}

}  // namespace sluice::host
