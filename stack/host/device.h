// The seam between the loop and whatever carries frames. The Stack knows a link only by its capabilities and a number;
// the device behind it belongs to the loop.
//
// Told: frames to send. Answers: frames received, a descriptor to wait on, what it can do. Never blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/chunk.h"
#include "base/link.h"

namespace sluice::host {

struct DeviceCounters {
    std::uint64_t frames_in = 0;
    std::uint64_t frames_out = 0;
    std::uint64_t octets_in = 0;
    std::uint64_t octets_out = 0;
    std::uint64_t queue_full = 0;    // times a frame had to wait for room
    std::uint64_t too_long_in = 0;   // dropped: longer than the device's MTU allows
    std::uint64_t malformed_in = 0;  // dropped: an offload header that makes no sense
    std::uint64_t failed_out =
        0;  // dropped: the system refused them, for instance while the interface is down
};

class Device {
public:
    enum class Wrote : std::uint8_t {
        taken,  // the frame is the device's, or was counted as failed_out: go on with the next
        full,   // no room now: offer the same frame again when the descriptor is writable
    };

    Device() = default;
    virtual ~Device() = default;
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    // The next frame, in memory of `pool`; nothing if none waits.
    virtual std::optional<FrameIn> read(ChunkPool& pool) = 0;
    // Gathers the frame into one write.
    virtual Wrote write(const FrameOut& frame) = 0;
    // For ppoll: readable when a frame waits, writable when write() has room.
    virtual int descriptor() const = 0;
    virtual const std::string& name() const = 0;
    virtual LinkCapabilities capabilities() const = 0;
    virtual const DeviceCounters& counters() const = 0;
    // Why the device can carry nothing any more (it was deleted under us); empty while it works.
    virtual const std::string& failure() const = 0;
};

}  // namespace sluice::host
