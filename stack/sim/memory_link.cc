#include "sim/memory_link.h"

#include <utility>

#include "base/check.h"

namespace sluice::sim {
namespace {

constexpr std::uint32_t ethernet_header = 14;
constexpr std::uint32_t packet_max = 65535;

}  // namespace

LinkCapabilities MemoryLink::able_to_do_nothing(std::uint32_t mtu) { return {.mtu = mtu}; }

LinkCapabilities MemoryLink::able_to_do_everything(std::uint32_t mtu) {
    return {.mtu = mtu,
            .receive_segment_bytes = packet_max,
            .send_segment_bytes = packet_max,
            .computes_checksums = true,
            .vouches_checksums = true};
}

bool MemoryLink::send(End from, const FrameOut& frame) {
    const bool is_super = frame.segment_bytes != 0 && frame.payload.bytes() > frame.segment_bytes;
    const std::uint32_t packet_most = is_super ? capabilities_.send_segment_bytes : capabilities_.mtu;
    SLUICE_CHECK(frame.size() <= packet_most + ethernet_header);
    SLUICE_CHECK(!frame.needs_checksum || capabilities_.computes_checksums);

    std::deque<Carried>& queue = queue_to(from == End::a ? End::b : End::a);
    if (queue.size() >= frames_max_) return false;
    Carried carried;
    carried.octets.assign(frame.header().begin(), frame.header().end());
    for (const Slice& slice : frame.payload)
        carried.octets.insert(carried.octets.end(), slice.view().begin(), slice.view().end());
    carried.checksum_good = frame.needs_checksum;
    carried.segment_bytes = is_super ? frame.segment_bytes : std::uint16_t{0};
    queue.push_back(std::move(carried));
    return true;
}

std::optional<FrameIn> MemoryLink::receive(End at, ChunkPool& pool) {
    std::deque<Carried>& queue = queue_to(at);
    if (queue.empty()) return std::nullopt;
    FrameIn frame;
    frame.bytes = pool.copy(queue.front().octets);
    frame.checksum_good = queue.front().checksum_good;
    frame.segment_bytes = queue.front().segment_bytes;
    queue.pop_front();
    return frame;
}

}  // namespace sluice::sim
