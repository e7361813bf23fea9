// Streams whose every octet is known from its place, for applications that check what arrives: what was delivered is a
// prefix of what was written.
#pragma once

#include <cstdint>

#include "socket/async_tcp.h"

namespace sluice::sim {

// The octet at place `at` of the stream with this key.
constexpr std::uint8_t stream_octet(std::uint64_t key, std::uint64_t at) {
    std::uint64_t mixed = (at / 4 + key * 0x9e3779b97f4a7c15U) * 0xbf58476d1ce4e5b9U;
    mixed ^= mixed >> 31U;
    return static_cast<std::uint8_t>(mixed >> (at % 4 * 8));
}

// Where urgent data is sent, the last of so many full pieces is urgent.
inline constexpr std::uint64_t urgent_every = 4;

struct Received {
    std::uint64_t octets = 0;
    bool is_right = true;         // every octet was the one written at its place
    bool marks_are_right = true;  // every urgent mark stood at the end of an urgent piece
    bool is_whole = false;        // the end of the stream came
    Error error = Error::none;
};

struct StreamOptions {
    std::size_t piece = 16384;  // written and read at once
    bool urgent = false;        // the stream must fit into the 64 KiB that an urgent pointer can name
};
// Writes octets [0, count) in pieces, then ends the stream. False: the connection failed.
Task<bool> send_stream(AsyncTcp& to, std::uint64_t key, std::uint64_t count, StreamOptions options = {});
// Reads to the end of the stream.
Task<Received> receive_stream(AsyncTcp& from, std::uint64_t key, StreamOptions options = {});

}  // namespace sluice::sim
