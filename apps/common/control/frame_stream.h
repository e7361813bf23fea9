// The capture of a running program, for those who ask for it on the control socket with {"watch": "frames"}: each frame is a line
//
//   {"time_ns": wall time, "link": NAME, "out": whether we sent it, "lost": frames left out so far, "octets": hexadecimal}
//
// Nothing is made while nobody watches.
#pragma once

#include <vector>

#include "apps/common/control/server.h"
#include "host/loop.h"

namespace sluice::common {

class FrameStream final : public host::FrameWatcher {
public:
    using LinkName = std::function<std::string(LinkId)>;
    // `wall_base_ns`: the wall time of Instant{}, see host::Clock.
    FrameStream(ControlServer& server, std::int64_t wall_base_ns, LinkName link_name)
        : server_(server), wall_base_ns_(wall_base_ns), link_name_(std::move(link_name)) {}

    void on_frame_in(LinkId link, const FrameIn& frame, Instant now) override;
    void on_frame_out(const FrameOut& frame, Instant now) override;

private:
    void publish(LinkId link, bool is_out, Instant now);

    ControlServer& server_;
    std::int64_t wall_base_ns_;
    LinkName link_name_;
    std::vector<std::uint8_t> octets_;  // kept to save the allocation
};

// Whether this line asks for it.
bool asks_for_frames(const std::string& request);

}  // namespace sluice::common
