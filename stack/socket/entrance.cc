#include "socket/entrance.h"

#include "base/checksum.h"
#include "base/siphash.h"

namespace sluice {

std::uint32_t mark_of(const FrameOut& frame) {
    // The header has a sum of the payload in it unless the device computes it, which this one makes good.
    Checksum sum;
    for (const Slice& slice : frame.payload) sum.add(slice.view());
    return static_cast<std::uint32_t>(siphash({frame.size(), sum.sum()}, frame.header()));
}

}  // namespace sluice
