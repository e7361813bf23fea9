// --trace-layers: each frame that carries data, header by header: what is put in front of it on the way down, what is taken off
// on the way up, and the text that is left.
#pragma once

#include <string>
#include <vector>

#include "host/loop.h"

namespace sluice::common {

class LayerTrace final : public host::FrameWatcher {
public:
    void on_frame_in(LinkId link, const FrameIn& frame, Instant now) override;
    void on_frame_out(const FrameOut& frame, Instant now) override;

private:
    std::vector<std::uint8_t> octets_;  // kept to save the allocation
};

// What is printed of one frame; empty if it carries no data of TCP or UDP.
std::string layers_down(ByteView frame);
std::string layers_up(ByteView frame);

}  // namespace sluice::common
