#include "sim/traffic.h"

#include <algorithm>
#include <vector>

namespace sluice::sim {

Task<bool> send_stream(AsyncTcp& to, std::uint64_t key, std::uint64_t count, std::size_t piece) {
    std::vector<std::uint8_t> octets(piece);
    for (std::uint64_t at = 0; at < count;) {
        const std::size_t size = std::min<std::uint64_t>(piece, count - at);
        for (std::size_t i = 0; i < size; ++i) octets[i] = stream_octet(key, at + i);
        if (!co_await to.write(ByteView(octets.data(), size))) co_return false;
        at += size;
    }
    co_return to.shutdown_write().has_value();
}

Task<Received> receive_stream(AsyncTcp& from, std::uint64_t key, std::size_t piece) {
    std::vector<std::uint8_t> room(piece);
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
    }
    received.is_whole = true;
    co_return received;
}

}  // namespace sluice::sim
