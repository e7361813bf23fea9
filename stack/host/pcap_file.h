// Frames as a plain pcapng file that Wireshark and tshark open: one section, one Ethernet interface with nanosecond time
// stamps, one enhanced packet block per frame with its direction. Frames stand in the order the Stack numbers them, so
// frame.number in Wireshark is the number in the trace. (draft-ietf-opsawg-pcapng, sections 4.1 to 4.3)
#pragma once

#include <cstdint>
#include <cstdio>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/loop.h"

namespace sluice::host {

class PcapFile final : public FrameWatcher {
public:
    // `wall_base_ns`: the wall time of Instant{}, see Clock. `interface` names the link in the file.
    static std::expected<std::unique_ptr<PcapFile>, std::string> open(const std::string& path,
                                                                      std::string_view interface,
                                                                      std::int64_t wall_base_ns);

    void on_frame_in(LinkId link, const FrameIn& frame, Instant now) override;
    void on_frame_out(const FrameOut& frame, Instant now) override;
    void flush();
    // False: the system did not take everything (the disk is full).
    bool is_complete() const { return std::ferror(file_.get()) == 0; }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    enum class Direction : std::uint32_t { inbound = 1, outbound = 2 };

    PcapFile() = default;
    void write_head(std::string_view interface);
    void write_packet(Direction direction, Instant now);

    std::unique_ptr<std::FILE, Close> file_;
    std::int64_t wall_base_ns_ = 0;
    std::vector<std::uint8_t> frame_;  // the frame to write; kept to save the allocation
    std::vector<std::uint8_t> block_;
    bool is_dirty_ = false;
};

// Puts the right checksum where the device was to do it, so that no reader calls the frame damaged. `octets` is the whole
// frame. A super-segment gets the one that is right for it as it stands in the capture: one long segment.
void complete_captured_checksum(ByteSpan octets, const FrameOut& frame);
// The same for a received frame whose checksum the device vouches for: its field may hold only part of the sum.
void complete_captured_checksum(ByteSpan octets, const FrameIn& frame);

}  // namespace sluice::host
