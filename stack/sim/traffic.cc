#include "sim/traffic.h"

#include <algorithm>
#include <vector>

namespace sluice::sim {

namespace {

// The last of `urgent_every` full pieces, if there is room for it whole.
bool write_urgent(AsyncTcp& to, ByteView data, std::uint64_t at, std::size_t piece) {
    if (data.size() != piece || (at / piece + 1) % urgent_every != 0 || to.socket().room() < piece)
        return false;
    return to.socket().write_urgent(data) == piece;
}

}  // namespace

Task<bool> send_stream(AsyncTcp& to, std::uint64_t key, std::uint64_t count, StreamOptions options) {
    std::vector<std::uint8_t> octets(options.piece);
    for (std::uint64_t at = 0; at < count;) {
        const std::size_t size = std::min<std::uint64_t>(options.piece, count - at);
        for (std::size_t i = 0; i < size; ++i) octets[i] = stream_octet(key, at + i);
        const ByteView data(octets.data(), size);
        const bool is_written = options.urgent && write_urgent(to, data, at, options.piece);
        if (!is_written && !co_await to.write(data)) co_return false;
        at += size;
    }
    co_return to.shutdown_write().has_value();
}

Task<Received> receive_stream(AsyncTcp& from, std::uint64_t key, StreamOptions options) {
    std::vector<std::uint8_t> room(options.piece);
    Received received;
    for (;;) {
        const auto octets = co_await from.read(room);
        if (!octets) {
            received.error = octets.error();
            co_return received;
        }
        if (*octets == 0) break;
        for (std::size_t i = 0; i < *octets; ++i)
            received.is_right = received.is_right && room[i] == stream_octet(key, received.octets + i);
        received.octets += *octets;
        const auto mark = from.socket().urgent_mark();
        if (mark && (received.octets + *mark) % (urgent_every * options.piece) != 0)
            received.marks_are_right = false;
    }
    received.is_whole = true;
    co_return received;
}

}  // namespace sluice::sim
