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

struct Received {
    std::uint64_t octets = 0;
    bool is_right = true;   // every octet was the one written at its place
    bool is_whole = false;  // the end of the stream came
    Error error = Error::none;
};

// Writes octets [0, count) in pieces of at most `piece`, then ends the stream. False: the connection failed.
Task<bool> send_stream(AsyncTcp& to, std::uint64_t key, std::uint64_t count, std::size_t piece = 16384);
// Reads to the end of the stream, up to `piece` octets at a time.
Task<Received> receive_stream(AsyncTcp& from, std::uint64_t key, std::size_t piece = 16384);

}  // namespace sluice::sim
