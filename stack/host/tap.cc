#include "host/tap.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "host/offload_header.h"

namespace sluice::host {
namespace {

// A larger chunk than this is not handed over for a frame that fills less than half of it.
constexpr std::uint32_t small_chunk = 4096;
// Nearly every super-segment fits here; what runs over goes to a few octets beside it.
constexpr std::uint32_t chunk_most = 65536;

iovec piece(ByteView bytes) { return {const_cast<std::uint8_t*>(bytes.data()), bytes.size()}; }

}  // namespace

std::optional<FrameIn> Tap::read(ChunkPool& pool) {
    while (failure_.empty()) {
        if (!room_) room_ = pool.take(std::min(room_bytes_, chunk_most));
        const std::uint32_t in_chunk = std::min(room_bytes_, chunk_most);
        OffloadHeader header{};
        const std::array<iovec, 3> pieces{{{&header, header_bytes_},
                                           {room_.writable().data(), in_chunk},
                                           {overflow_.data(), room_bytes_ - in_chunk}}};
        const ssize_t read = ::readv(descriptor_.number(), pieces.data(), static_cast<int>(pieces.size()));
        if (read < 0) {
            if (errno == EINTR) continue;
            if (errno == EBADFD || errno == EBADF) failure_ = "TAP " + name_ + " was deleted";
            return std::nullopt;
        }
        if (static_cast<std::size_t>(read) < header_bytes_) return std::nullopt;
        // A frame that was refused does not end the burst.
        const auto length = static_cast<std::uint32_t>(read) - header_bytes_;
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
    frame.bytes = take_octets(pool, length);
    if (!read_offload_header(header, frame)) {
        ++counters_.malformed_in;
        return std::nullopt;
    }
    ++counters_.frames_in;
    counters_.octets_in += length;
    return frame;
}

// The chunk itself, or a copy: of a frame that would pin a large chunk for little, or of one that ran over.
Slice Tap::take_octets(ChunkPool& pool, std::uint32_t length) {
    if (length <= room_.capacity()) {
        Slice all(room_, 0, length);
        if (room_.capacity() > small_chunk && length < room_.capacity() / 2) return pool.copy(all.view());
        room_ = Chunk();
        return all;
    }
    Chunk whole = pool.take(length);
    const ByteSpan to = whole.writable();
    const std::uint32_t in_chunk = room_.capacity();
    std::copy_n(room_.data(), in_chunk, to.begin());
    std::copy_n(overflow_.begin(), length - in_chunk, to.begin() + in_chunk);
    return {whole, 0, length};
}

Device::Wrote Tap::write(const FrameOut& frame) {
    const OffloadHeader header = make_offload_header(frame);
    std::array<iovec, SliceList::capacity + 2> pieces{};
    std::size_t count = 0;
    pieces[count++] = {const_cast<OffloadHeader*>(&header), header_bytes_};
    pieces[count++] = piece(frame.header());
    for (const Slice& slice : frame.payload) pieces[count++] = piece(slice.view());
    ssize_t written = 0;
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
