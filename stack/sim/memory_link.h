// A wire in memory: two ends, a bounded queue each way, no loss and no delay. What the in-memory device is to tests.
//
// Told: frames sent at one end. Answers: the same frames at the other end, as a link of these capabilities would hand
// them over. A link that can do nothing takes only finished frames of at most its MTU; one that can do everything takes
// frames without checksum and super-segments, and hands them over whole, vouching for them, as two TAPs of one kernel do.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/chunk.h"
#include "base/link.h"

namespace sluice::sim {

class MemoryLink {
public:
    enum class End : std::uint8_t { a, b };

    static LinkCapabilities able_to_do_nothing(std::uint32_t mtu = 1500);
    static LinkCapabilities able_to_do_everything(std::uint32_t mtu = 1500);

    explicit MemoryLink(const LinkCapabilities& capabilities = {}, std::uint32_t frames_max = 1024)
        : capabilities_(capabilities), frames_max_(frames_max) {}

    const LinkCapabilities& capabilities() const { return capabilities_; }

    // CHECKs that the frame is one the capabilities allow: what a device could not send is a mistake of the Stack.
    // False: the queue is full and the frame is lost.
    bool send(End from, const FrameOut& frame);
    // The next frame for this end, in memory of `pool`.
    std::optional<FrameIn> receive(End at, ChunkPool& pool);
    std::size_t waiting(End at) const { return queue_to(at).size(); }

private:
    struct Carried {
        std::vector<std::uint8_t> octets;
        bool checksum_good = false;
        std::uint16_t segment_bytes = 0;
    };

    std::deque<Carried>& queue_to(End end) { return to_[static_cast<std::size_t>(end)]; }
    const std::deque<Carried>& queue_to(End end) const { return to_[static_cast<std::size_t>(end)]; }

    LinkCapabilities capabilities_;
    std::uint32_t frames_max_;
    std::array<std::deque<Carried>, 2> to_;
};

}  // namespace sluice::sim
